"""The rotation of the key and its write to the cache."""
from notation import op

NAME_EN, NAME_ZH = "RoPE + KV cache write", "RoPE + 写 KV cache"
WHY_EN = "the rotated key goes straight to the cache"
WHY_ZH = "旋转后的 key 直接写入 cache"


def pattern(k):
    op.kv_cache_write(op.rope(k, ...), ..., outputs=0)
    return k
