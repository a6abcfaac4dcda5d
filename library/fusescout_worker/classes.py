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

    def inside(name, names):
        return any(other.startswith(name + ".") for other in names)

    scenario.add_class("main", type(model))
    layers = []
    for name, module in modules.items():
        if isinstance(module, nn.ModuleList) and not any(name.startswith(layer + ".") for layer in layers):
            elements = [name + "." + child for child, _ in module.named_children()]
            layers += [element for element in elements if inside(element, attention)]
            owner = name.rpartition(".")[0]
            if owner and any(element in layers for element in elements):
                scenario.add_class("main", type(modules[owner]))
    for layer in layers:
        scenario.add_class("decoder_layer", type(modules[layer]))
        holders = [name for name in attention if name.startswith(layer + ".")]
        for name, module in modules.items():
            if not name.startswith(layer + ".") or isinstance(module, (LinearBase, Experts)):
                continue
            children = list(module.children())
            if inside(name, attention) or (name in attention and children):
                scenario.add_class("attention", type(module))
                holders.append(name)
            elif inside(name, experts):
                scenario.add_class("moe", type(module))
            elif any(isinstance(child, LinearBase) for child in children) and not any(name.startswith(holder + ".") for holder in holders):
                scenario.add_class("mlp", type(module))
