"""What would be read from other files of the model's repository: image processor, pooling, generation, tokenizer, tensors."""


def get_hf_image_processor_config(model, hf_token=None, revision=None, **kwargs):
    return {}


def get_pooling_config(model, revision="main", **options):
    return None


def get_sentence_transformer_tokenizer_config(model, revision="main", **options):
    return None


def try_get_generation_config(model, trust_remote_code, revision=None, config_format="auto", **options):
    return None


def try_get_safetensors_metadata(model, *, revision=None, **options):
    return None


def get_safetensors_params_metadata(model, *, revision=None, **options):
    return {}


def try_get_tokenizer_config(pretrained_model_name_or_path, trust_remote_code, revision=None, **options):
    return None


def try_get_dense_modules(model, revision=None, **options):
    return None


# Older releases keep these here.
from fusescout_worker.repository import *  # noqa: E402,F403
