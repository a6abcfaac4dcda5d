class Image:
    pass


class Resampling:
    NEAREST, LANCZOS, BILINEAR, BICUBIC, BOX, HAMMING = range(6)


NEAREST, LANCZOS, BILINEAR, BICUBIC = range(4)
MAX_IMAGE_PIXELS = None


class DecompressionBombError(Exception):
    pass


def open(*args, **kwargs):
    raise OSError("no picture is read while a model is evaluated")
