from . import ProcessPoolExecutor  # noqa: F401
