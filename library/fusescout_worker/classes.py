"""Which of the model's classes is what, by what their instances contain: never by a class's name."""
import fusescout_scenario as scenario


def report(model):
    from torch import nn
    from vllm.model_executor.layers.attention_layer_base import AttentionLayerBase
    from vllm.model_executor.layers import fused_moe
    from vllm.model_executor.layers.linear import LinearBase

    # The module that holds the experts' weights; releases differ in its name.
    Experts = fused_moe.RoutedExperts if hasattr(fused_moe, "RoutedExperts") else fused_moe.FusedMoE
    modules = dict(model.named_modules())
    attention = [name for name, module in modules.items() if isinstance(module, AttentionLayerBase)]
    experts = [name for name, module in modules.items() if isinstance(module, Experts)]

    with_attention, with_experts = above(attention), above(experts)
    scenario.add_class("main", type(model))
    layers = set()
    for name, module in modules.items():
        if isinstance(module, nn.ModuleList) and nearest(name, layers) is None:
            elements = [name + "." + child for child, _ in module.named_children()]
            elements = [element for element in elements if element in with_attention]
            layers.update(elements)
            owner = name.rpartition(".")[0]
            if owner and elements:
                scenario.add_class("main", type(modules[owner]))
    holders = set(attention)
    for name, module in modules.items():
        if name in layers:
            scenario.add_class("decoder_layer", type(module))
        elif nearest(name, layers) is None or isinstance(module, (LinearBase, Experts)):
            continue
        elif name in with_attention or (name in holders and list(module.children())):
            scenario.add_class("attention", type(module))
            holders.add(name)
        elif name in with_experts:
            scenario.add_class("moe", type(module))
        elif nearest(name, holders) is None and any(isinstance(child, LinearBase) for child in module.children()):
            scenario.add_class("mlp", type(module))


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
