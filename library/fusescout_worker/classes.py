"""Which of the model's classes is what, by what their instances contain: never by a class's name."""
import fusescout_scenario as scenario


def report(model):
    from torch import nn
    from fusescout_worker.releases import first_of
    from vllm.model_executor.layers import fused_moe
    from vllm.model_executor.layers.linear import LinearBase

    (AttentionLayerBase,) = first_of(("vllm.model_executor.layers.attention_layer_base", "AttentionLayerBase"), ("vllm.attention.layer", "Attention"), ("vllm.attention", "Attention"))
    # The module that holds the experts' weights; releases differ in its name.
    Experts = fused_moe.RoutedExperts if hasattr(fused_moe, "RoutedExperts") else fused_moe.FusedMoE
    modules = dict(model.named_modules())
    attention = [name for name, module in modules.items() if isinstance(module, AttentionLayerBase)]
    experts = [name for name, module in modules.items() if isinstance(module, Experts)]

    with_attention, with_experts = above(attention), above(experts)
    scenario.add_class("main", type(model))
    layers = set()
    for name, module in [(n, m) for n, m in modules.items() if isinstance(m, nn.ModuleList)]:
        if nearest(name, layers) is None:
            elements = [name + "." + child for child, _ in module.named_children()]
            elements = [element for element in elements if element in with_attention]
            layers.update(elements)
            owner = name.rpartition(".")[0]
            if owner and elements:
                scenario.add_class("main", type(modules[owner]))
    holders = set(attention)
    # Most layers are as one before: each kind is looked at once.
    kinds = {}
    for layer in [name for name in modules if name in layers]:
        parts = tuple([type(module) for module in modules[layer].modules()])
        kinds.setdefault(parts, []).append(layer)
    for alike in kinds.values():
        layer, count = alike[0], len(alike)
        scenario.add_class("decoder_layer", type(modules[layer]), count)
        in_holder = set()   # a module comes before what it contains
        for name, module in modules[layer].named_modules(prefix=layer):
            if name == layer:
                continue
            inside = name.rpartition(".")[0] in in_holder
            if inside or name in holders:
                in_holder.add(name)
            if isinstance(module, (LinearBase, Experts)):
                continue
            if name in with_attention or (name in holders and list(module.children())):
                scenario.add_class("attention", type(module), count)
                in_holder.add(name)
            elif name in with_experts:
                scenario.add_class("moe", type(module), count)
            elif not inside and any(isinstance(child, LinearBase) for child in module.children()):
                scenario.add_class("mlp", type(module), count)


def above(names):
    """The names of everything that contains one of these."""
    found = set()
    for name in names:
        while "." in name:
            name = name.rpartition(".")[0]
            if name in found:
                break
            found.add(name)
    return found


def nearest(name, names):
    """The innermost of `names` that contains this one."""
    while "." in name:
        name = name.rpartition(".")[0]
        if name in names:
            return name
    return None
