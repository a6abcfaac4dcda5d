"""Pictures: classes to name. None is ever made."""
__version__ = "12.0.0"


class UnidentifiedImageError(OSError):
    pass
