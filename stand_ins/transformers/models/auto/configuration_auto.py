"""Code of a model's own repository is not fetched: for a model_type that transformers does not know, its class is taken from the config's own
folder, else it gets a plain config with the file's fields."""
import fusescout_scenario as _scenario
from transformers.configuration_utils import PretrainedConfig as _PlainConfig


def _from_pretrained(cls, pretrained_model_name_or_path, **kwargs):
    config_dict, unused = _PlainConfig.get_config_dict(pretrained_model_name_or_path)
    model_type = config_dict.get("model_type")
    if model_type in CONFIG_MAPPING:
        config_class = CONFIG_MAPPING[model_type]
    else:
        own = (config_dict.get("auto_map") or {}).get("AutoConfig", "")
        config_class = _scenario.class_beside_config(own.rpartition("--")[2]) or _PlainConfig
    return config_class.from_dict(config_dict, **unused)


AutoConfig.from_pretrained = classmethod(_from_pretrained)
