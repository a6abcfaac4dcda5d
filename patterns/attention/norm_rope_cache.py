"""The norm of a key with its rotation and the write of its rows to a cache of its own (an indexer's)."""
from notation import op, optional

NAME_EN, NAME_ZH = "Norm + RoPE + cache write", "Norm + RoPE + 写 cache"
WHY_EN = "the row stays on chip from the projection to the cache"
WHY_ZH = "该行从投影到 cache 一直留在片上"


def pattern(k, cache, slots):
    normed = op.one_of("layer_norm", "rms_norm", "gemma_rms_norm")(optional.cast(k), ...)
    return op.index_copy(cache, slots, op.rope(normed, ...), ...)
