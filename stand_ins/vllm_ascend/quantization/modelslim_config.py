"""The description of the quantised weights comes from the scenario: its file, or what ModelSlim writes by default for the asked kind (router,
embeddings, logits and the projection that MLA absorbs stay in float)."""
import json as _json

import fusescout_scenario as _scenario
from vllm.config import get_current_vllm_config as _current_config

_kept_in_float = ("gate", "router", "shared_expert_gate", "kv_b_proj")


class _GeneratedDescription(dict):
    def __init__(self, quant):
        kind = quant.upper()
        super().__init__()
        # Experts see few rows each: their activations are always quantised with a scale of the moment.
        self.moe = "W8A8_DYNAMIC" if kind == "W8A8" else kind
        self.linear = kind

    def settle(self, experts):
        """Experts take the four bits, with one scale a channel, and what is around them takes eight. Without experts all takes four, in groups."""
        if "W4A8" in self.linear:
            self.setdefault("group_size", 0 if experts else 256)
            if experts:
                self.linear = self.linear.replace("W4A8", "W8A8")

    def __missing__(self, key):
        parts = key.split(".")
        if len(parts) > 1 and parts[-2] in _kept_in_float:
            return "FLOAT"
        return self.moe if "experts" in parts else self.linear


def _maybe_update_config(self, model_name, revision=None):
    if self.quant_description:
        return
    if _scenario.quant_description:
        self.quant_description = _json.loads(_scenario.quant_description)
        self._apply_extra_quant_adaptations()
    elif _scenario.quant:
        self.quant_description = _GeneratedDescription(_scenario.quant)


_get_quant_method = AscendModelSlimConfig.get_quant_method


def _get_quant_method_generated(self, layer, prefix):
    if isinstance(self.quant_description, _GeneratedDescription):
        self.quant_description.settle(_current_config().model_config.get_num_experts() > 0)
        if isinstance(layer, VocabParallelEmbedding):
            self.quant_description[prefix + ".weight"] = "FLOAT"
            self.quant_description[prefix.removeprefix("language_model.") + ".weight"] = "FLOAT"
        elif prefix.rpartition(".")[2] in _kept_in_float:
            self.quant_description[prefix + ".weight"] = "FLOAT"
    return _get_quant_method(self, layer, prefix)


AscendModelSlimConfig.maybe_update_config = _maybe_update_config
AscendModelSlimConfig.get_quant_method = _get_quant_method_generated
