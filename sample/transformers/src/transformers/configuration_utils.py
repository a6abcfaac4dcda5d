import json
import os


class PretrainedConfig:
    model_type: str = ""

    def __init__(self, **kwargs):
        self.architectures = kwargs.pop("architectures", None)
        self.torch_dtype = kwargs.pop("torch_dtype", None)
        self.tie_word_embeddings = kwargs.pop("tie_word_embeddings", True)
        for key, value in kwargs.items():
            setattr(self, key, value)

    @classmethod
    def get_config_dict(cls, pretrained_model_name_or_path: str, **kwargs) -> tuple[dict, dict]:
        with open(os.path.join(pretrained_model_name_or_path, "config.json")) as file:
            return json.load(file), kwargs

    @classmethod
    def from_dict(cls, config_dict: dict, **kwargs) -> "PretrainedConfig":
        return cls(**config_dict, **kwargs)
