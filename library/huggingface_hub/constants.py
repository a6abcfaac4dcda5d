HF_HUB_OFFLINE = False
HF_HOME = "/home/user/.cache/huggingface"
HF_HUB_CACHE = HF_HOME + "/hub"
HF_ASSETS_CACHE = HF_HOME + "/assets"
HF_TOKEN_PATH = HF_HOME + "/token"
HF_HUB_DISABLE_TELEMETRY = True
ENDPOINT = "https://huggingface.co"
HUGGINGFACE_CO_URL_HOME = ENDPOINT + "/"
HUGGINGFACE_HUB_CACHE = default_cache_path = HF_HUB_CACHE
CONFIG_NAME = "config.json"
PYTORCH_WEIGHTS_NAME = "pytorch_model.bin"
REPO_TYPES = [None, "dataset", "space"]


def is_offline_mode():
    return HF_HUB_OFFLINE
