"""The description of the quantised weights comes from the scenario: its file, or what ModelSlim writes by default for the asked kind (router,
embeddings, logits and the projection that MLA absorbs stay in float)."""
import json

import fusescout_scenario as scenario

KEPT_IN_FLOAT = ("gate", "router", "shared_expert_gate", "kv_b_proj")


class GeneratedDescription(dict):
    def __init__(self, quant, known):
        super().__init__(known)
        kind = quant.upper()
        if kind.startswith("MXFP"):                    # both sides of the product, unless it says otherwise
            kind = "W" + kind[4:] + "A" + kind[4:] + "_" + kind
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
        if len(parts) > 1 and parts[-2] in KEPT_IN_FLOAT:
            return "FLOAT"
        return self.moe if "experts" in parts else self.linear


def methods_for(config_class):
    """maybe_update_config and get_quant_method for the class of vllm-ascend's that reads a description."""
    from vllm.config import get_current_vllm_config
    from vllm.model_executor.layers.vocab_parallel_embedding import VocabParallelEmbedding

    own_method = config_class.get_quant_method

    def maybe_update_config(self, model_name, *arguments, **options):
        if self.quant_description:
            return
        known = getattr(self, "_format_metadata", {})
        if scenario.quant_description:
            self.quant_description = {**known, **json.loads(scenario.quant_description)}
            for step in ("_apply_extra_quant_adaptations", "_add_kvcache_quant_metadata"):
                if hasattr(self, step):
                    getattr(self, step)()
        elif scenario.quant:
            self.quant_description = GeneratedDescription(scenario.quant, known)

    def get_quant_method(self, layer, prefix, *arguments, **options):
        description = self.quant_description
        if isinstance(description, GeneratedDescription):
            description.settle(get_current_vllm_config().model_config.get_num_experts() > 0)
            if isinstance(layer, VocabParallelEmbedding):
                description[prefix + ".weight"] = "FLOAT"
                description[prefix.removeprefix("language_model.") + ".weight"] = "FLOAT"
            elif prefix.rpartition(".")[2] in KEPT_IN_FLOAT:
                description[prefix + ".weight"] = "FLOAT"
        return own_method(self, layer, prefix, *arguments, **options)

    return maybe_update_config, get_quant_method
