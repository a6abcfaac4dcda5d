"""Nothing is compiled, so nothing is keyed by a hash of source text."""


def hash_source(*srcs):
    return "0" * 64
