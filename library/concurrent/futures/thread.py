from . import ThreadPoolExecutor  # noqa: F401
