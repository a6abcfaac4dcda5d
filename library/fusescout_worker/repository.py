"""A model's repository that consists of its config.json: no hub, no files beside it."""

draft_model = "draft"      # the name of the one whose config is beside its target's


def file_or_path_exists(model, config_name, revision):
    return config_name == "config.json"


def list_repo_files(repo_id, *, revision=None, repo_type=None, token=None):
    return ["config.json"]


def list_filtered_repo_files(model_name_or_path, allow_patterns, revision=None, repo_type=None, token=None):
    return []


def file_exists(repo_id, file_name, *, repo_type=None, revision=None, token=None):
    return file_name == "config.json"


def is_mistral_model_repo(model_name_or_path, revision=None):
    return False


def try_get_local_file(model, file_name, revision="main"):
    return None


def get_hf_file_to_dict(file_name, model, revision="main"):
    return None


def get_hf_file_bytes(file_name, model, revision="main"):
    return None
