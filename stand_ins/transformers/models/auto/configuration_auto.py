"""Code of a model's own repository is not fetched: for a model_type that transformers does not know, its class is taken from the config's own
folder, else it gets a plain config with the file's fields, under the name that the file gives its class. Parts that name their type are configs as
well. A vLLM older than this transformers may register a name
that the latter has taken since."""
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


def _plain_class(config_dict, name):
    """A class of the repository's own has its figures before its base looks for some of them."""
    figures = {key: value for key, value in config_dict.items() if isinstance(value, (int, float)) and not key.startswith("rope")}

    def new(cls, *arguments, **keywords):
        config = object.__new__(cls)
        config.__dict__.update(figures)
        return config

    return type(name or "PlainConfig", (_PlainConfig,), {"__new__": new})


def _make_config(config_dict, unused):
    model_type = config_dict.get("model_type")
    known = CONFIG_MAPPING[model_type] if model_type in CONFIG_MAPPING else None
    own = (config_dict.get("auto_map") or {}).get("AutoConfig", "")
    own_class = _scenario.class_beside_config(own.rpartition("--")[2])
    if own_class:
        return own_class.from_dict(config_dict, **unused)
    name = own.rpartition(".")[2]
    if known is not None:
        as_named = known if name in ("", known.__name__) else type(name, (known,), {})
        return as_named.from_dict(config_dict, **unused)
    parts = {part: _make_config(value, {}) if isinstance(value, dict) and "model_type" in value else _objects(value) for part, value in config_dict.items()}
    return _plain_class(config_dict, name).from_dict(parts, **unused)


def _from_pretrained(cls, pretrained_model_name_or_path, **kwargs):
    config_dict, unused = _PlainConfig.get_config_dict(pretrained_model_name_or_path)
    return _make_config(config_dict, unused)


AutoConfig.from_pretrained = classmethod(_from_pretrained)


def _register(self, key, value, exist_ok=False):
    if key in self._mapping and not exist_ok:
        _scenario.assume("this transformers has a config class for `" + key + "` of its own; the one that this vLLM registers counts")
    self._extra_content[key] = value


_LazyConfigMapping.register = _register
