from .constants import is_offline_mode  # noqa: F401
from .errors import (  # noqa: F401
    EntryNotFoundError, GatedRepoError, HfHubHTTPError, HFValidationError, LocalEntryNotFoundError, OfflineModeIsEnabled,
    RepositoryNotFoundError, RevisionNotFoundError,
)


def are_progress_bars_disabled():
    return True


def disable_progress_bars():
    pass


def enable_progress_bars():
    pass


def validate_hf_hub_args(function):
    return function


def build_hf_headers(**kwargs):
    return {}


def get_session():
    raise OfflineModeIsEnabled("no network")


def hf_raise_for_status(response, endpoint_name=None):
    pass


def http_backoff(*args, **kwargs):
    raise OfflineModeIsEnabled("no network")
