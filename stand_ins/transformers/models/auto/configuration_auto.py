"""Code of a model's own repository is not fetched: a model_type that transformers does not know gets a plain config with the file's fields."""
from transformers.configuration_utils import PretrainedConfig as _PlainConfig


def _from_pretrained(cls, pretrained_model_name_or_path, **kwargs):
    config_dict, unused = _PlainConfig.get_config_dict(pretrained_model_name_or_path)
    model_type = config_dict.get("model_type")
    config_class = CONFIG_MAPPING[model_type] if model_type in CONFIG_MAPPING else _PlainConfig
    return config_class.from_dict(config_dict, **unused)


AutoConfig.from_pretrained = classmethod(_from_pretrained)
