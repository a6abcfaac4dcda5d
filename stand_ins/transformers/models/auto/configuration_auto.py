"""Code of a model's own repository is not fetched: for a model_type that transformers does not know, its class is taken from the config's own
folder, else it gets a plain config with the file's fields."""
import fusescout_scenario as _scenario
from transformers.configuration_utils import PretrainedConfig as _PlainConfig


class _Fields(dict):
    """A table inside a config whose class is not at hand: that class may make an object of it."""

    def __getattr__(self, name):
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None


def _objects(value):
    if isinstance(value, dict):
        return _Fields((name, _objects(inner)) for name, inner in value.items())
    return [_objects(inner) for inner in value] if isinstance(value, list) else value


def _plain_class(config_dict):
    """A class of the repository's own has its figures before its base looks for some of them."""
    figures = {name: value for name, value in config_dict.items() if isinstance(value, (int, float)) and not name.startswith("rope")}
    return type("PlainConfig", (_PlainConfig,), figures)


def _from_pretrained(cls, pretrained_model_name_or_path, **kwargs):
    config_dict, unused = _PlainConfig.get_config_dict(pretrained_model_name_or_path)
    model_type = config_dict.get("model_type")
    if model_type in CONFIG_MAPPING:
        config_class = CONFIG_MAPPING[model_type]
    else:
        own = (config_dict.get("auto_map") or {}).get("AutoConfig", "")
        config_class = _scenario.class_beside_config(own.rpartition("--")[2])
        if config_class is None:
            config_dict = dict(_objects(config_dict))
            config_class = _plain_class(config_dict)
    return config_class.from_dict(config_dict, **unused)


AutoConfig.from_pretrained = classmethod(_from_pretrained)
