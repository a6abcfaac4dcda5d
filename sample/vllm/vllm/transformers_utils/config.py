from transformers import AutoConfig, PretrainedConfig


def get_config(model: str, trust_remote_code: bool = False) -> PretrainedConfig:
    return AutoConfig.from_pretrained(model, trust_remote_code=trust_remote_code)


def get_hf_text_config(config: PretrainedConfig) -> PretrainedConfig:
    """The part of a multimodal model's configuration that is about text."""
    return getattr(config, "text_config", config)
