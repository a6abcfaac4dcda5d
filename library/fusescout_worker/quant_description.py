"""The description of the quantised weights comes from the scenario: its file, or what ModelSlim writes by default for the asked kind (router,
embeddings, logits and the projection that MLA absorbs stay in float)."""
import json

import fusescout_scenario as scenario

kept_in_float = ("gate", "router", "shared_expert_gate", "kv_b_proj")


class GeneratedDescription(dict):
    def __init__(self, quant):
        kind = quant.upper()
        if kind.startswith("MXFP"):                    # both sides of the product, unless it says otherwise
            kind = "W" + kind[4:] + "A" + kind[4:] + "_" + kind
        # Experts see few rows each: their activations are always quantised with a scale of the moment.
        self.moe = "W8A8_DYNAMIC" if kind == "W8A8" else kind
        # Experts take four bits, with one scale a channel; what is around them takes eight.
        self.linear = kind.replace("W4A8", "W8A8")
        super().__init__({"group_size": 0} if "W4A8" in kind else {})

    def __missing__(self, key):
        parts = key.split(".")
        if len(parts) > 1 and parts[-2] in kept_in_float:
            return "FLOAT"
        return self.moe if "experts" in parts else self.linear


def description():
    """None: the scenario says nothing."""
    if scenario.quant_description:
        return json.loads(scenario.quant_description)
    return GeneratedDescription(scenario.quant) if scenario.quant else None


def describe(config_class, embedding_class):
    """A config without a file gets its description here: when vLLM asks it to update itself; in older releases, where vLLM makes it from no
    arguments. What a generated description keeps in float becomes an entry of it once its layer is known."""
    get_quant_method, init = config_class.get_quant_method, config_class.__init__

    def maybe_update_config(self, model_name, *arguments, **options):
        if self.quant_description:
            return
        found = description()
        if found is not None:
            self.quant_description = found
            if scenario.quant_description:
                self._apply_extra_quant_adaptations()

    def init_described(self, quant_config=None):
        if quant_config is None:
            quant_config = description()
        init(self, {} if quant_config is None else quant_config)

    def method(self, layer, prefix):
        if isinstance(self.quant_description, GeneratedDescription):
            if isinstance(layer, embedding_class):
                self.quant_description[prefix + ".weight"] = "FLOAT"
                self.quant_description[prefix.removeprefix("language_model.") + ".weight"] = "FLOAT"
            elif prefix.rpartition(".")[2] in kept_in_float:
                self.quant_description[prefix + ".weight"] = "FLOAT"
        return get_quant_method(self, layer, prefix)

    if config_class.get_config_filenames():
        config_class.get_config_filenames = classmethod(lambda cls: [])
        config_class.__init__ = init_described
    else:
        config_class.maybe_update_config = maybe_update_config
    config_class.get_quant_method = method
