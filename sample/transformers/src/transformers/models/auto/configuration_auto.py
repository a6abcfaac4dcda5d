import importlib

from transformers.configuration_utils import PretrainedConfig

CONFIG_MAPPING_NAMES = {
    "tiny_dense": "TinyDenseConfig",
    "tiny_moe": "TinyMoeConfig",
}


class _LazyConfigMapping(dict):
    def __init__(self, mapping: dict[str, str]):
        self._mapping = mapping

    def __contains__(self, key):
        return key in self._mapping

    def __getitem__(self, key):
        module = importlib.import_module(f"transformers.models.{key}.configuration_{key}")
        return getattr(module, self._mapping[key])


CONFIG_MAPPING = _LazyConfigMapping(CONFIG_MAPPING_NAMES)


class AutoConfig:
    @classmethod
    def from_pretrained(cls, pretrained_model_name_or_path: str, **kwargs) -> PretrainedConfig:
        config_dict, _ = PretrainedConfig.get_config_dict(pretrained_model_name_or_path)
        model_type = config_dict["model_type"]
        if model_type not in CONFIG_MAPPING:
            raise ValueError(f"The checkpoint has model type `{model_type}`, which this version does not recognize")
        return CONFIG_MAPPING[model_type].from_dict(config_dict)
