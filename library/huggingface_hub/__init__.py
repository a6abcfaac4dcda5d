"""The hub, offline: nothing is in it."""
from . import constants, errors, utils  # noqa: F401
from .constants import is_offline_mode  # noqa: F401


def _offline(*args, **kwargs):
    raise errors.OfflineModeIsEnabled("the hub is not reachable while a model is evaluated")


def snapshot_download(repo_id, **options):
    return repo_id   # a folder that holds no files


hf_hub_download = get_safetensors_metadata = list_repo_files = file_exists = model_info = _offline
create_repo = create_commit = create_branch = upload_folder = get_token = try_to_load_from_cache = hf_hub_url = _offline


class HfApi:
    def __init__(self, *arguments, **options):
        pass

    def snapshot_download(self, repo_id, **options):
        return snapshot_download(repo_id)

    def __getattr__(self, name):
        return _offline


class HfFileSystem(HfApi):
    pass


class ModelCard:
    pass


class ModelCardData:
    pass


class CommitOperationAdd:
    pass


class PyTorchModelHubMixin:
    pass


class ModelHubMixin:
    pass
