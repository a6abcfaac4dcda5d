from vllm.platforms.interface import Platform, PlatformEnum, UnspecifiedPlatform
from vllm.utils.import_utils import resolve_obj_by_qualname

_current_platform = None


def resolve_current_platform() -> Platform:
    from vllm.plugins import load_plugins_by_group

    for register in load_plugins_by_group("vllm.platform_plugins").values():
        qualified_name = register()
        if qualified_name is not None:
            return resolve_obj_by_qualname(qualified_name)()
    return UnspecifiedPlatform()


def __getattr__(name: str):
    # Only here, at the first use: a plugin imports this package itself.
    if name == "current_platform":
        global _current_platform
        if _current_platform is None:
            _current_platform = resolve_current_platform()
        return _current_platform
    raise AttributeError(f"no attribute {name} in {__name__}")


__all__ = ["Platform", "PlatformEnum", "current_platform"]
