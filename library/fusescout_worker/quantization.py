"""The description of the quantised weights: the scenario's file, or what ModelSlim writes by default for the asked scheme (router, embeddings,
logits and the projection that MLA absorbs stay in float), or that with the file's entries put over it."""
import json
from contextlib import nullcontext

import fusescout_scenario as scenario

FILE = "quant_model_description.json"
KEPT_IN_FLOAT = ("gate", "router", "shared_expert_gate", "kv_b_proj")


def file_of(filename):
    """The name under which the model's repository has a description."""
    return FILE if filename == FILE and (scenario.quant or scenario.quant_description) else None


def open_description(path):
    return nullcontext(path)


def load(path):
    described = json.loads(scenario.quant_description) if scenario.quant_description else {}
    return GeneratedDescription(described) if scenario.quant else described


class GeneratedDescription(dict):
    """Knows every weight."""

    def __init__(self, described):
        super().__init__(described)
        self.kinds = None                    # of linears, of experts

    def __missing__(self, key):
        parts = key.split(".")
        if len(parts) > 1 and parts[-2] in KEPT_IN_FLOAT:
            return "FLOAT"
        return self.kinds["experts" in parts]

    def __contains__(self, key):
        return dict.__contains__(self, key) or key.endswith(".weight")

    def get(self, key, default=None):
        return self[key] if key in self else default


def choose(description, get_scheme_class):
    """The kinds of linears and of experts: what this release has under the scheme's name."""
    from vllm.config import get_current_vllm_config

    names = sorted({name for name, _ in registered(get_scheme_class)})
    scheme = next((name for name in names if name.upper() == scenario.quant.upper()), scenario.quant.upper())
    if scheme not in names:
        longer = [name for name in names if name.endswith("_" + scheme)]
        if not longer:
            raise ValueError("no quantisation scheme `" + scheme + "` is registered for this device; there are " + ", ".join(names))
        scheme = longer[-1]

    def known(name, layer_type):
        return get_scheme_class(name, layer_type) is not None

    linear = experts = scheme
    if not known(scheme, "moe"):
        # Experts see few rows each: their activations are quantised with a scale of the moment.
        experts = scheme + "_DYNAMIC" if known(scheme + "_DYNAMIC", "moe") else "FLOAT"
    if not known(scheme, "linear"):
        linear = "FLOAT"
    with_experts = get_current_vllm_config().model_config.get_num_experts() > 0
    if scheme.startswith("W4") and with_experts and known(scheme.replace("W4", "W8", 1), "linear"):
        linear = scheme.replace("W4", "W8", 1)      # experts take four bits; what is around them takes eight
    if "W4A8" in scheme and "MX" not in scheme:
        description.setdefault("group_size", 0 if with_experts else 256)    # of experts: one scale a channel
    description.kinds = linear, experts


def registered(get_scheme_class):
    import importlib

    registry = importlib.import_module(get_scheme_class.__module__)
    importlib.import_module(get_scheme_class.__module__.rpartition(".")[0])
    return [key for table in vars(registry).values() if isinstance(table, dict) for key in table if isinstance(key, tuple)]


def with_description(get_quant_method, get_scheme_class):
    """A config's `get_quant_method` that says of each layer what the generated description says."""
    from vllm.model_executor.layers.vocab_parallel_embedding import VocabParallelEmbedding

    def get_quant_method_described(self, layer, prefix, *arguments, **keywords):
        if scenario.quant:
            description = self.quant_description
            if not isinstance(description, GeneratedDescription):       # a release that copies what it read
                description = self.quant_description = GeneratedDescription(description)
            if description.kinds is None:
                choose(description, get_scheme_class)
            for key in (prefix + ".weight", prefix.removeprefix("language_model.") + ".weight"):
                description.setdefault(key, "FLOAT" if isinstance(layer, VocabParallelEmbedding) else description[key])
        return get_quant_method(self, layer, prefix, *arguments, **keywords)

    return get_quant_method_described
