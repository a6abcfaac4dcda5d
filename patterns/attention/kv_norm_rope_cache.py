"""The latent's norm, the rotation of the key's part and the write to the cache (MLA)."""
from notation import op

NAME_EN, NAME_ZH = "KV norm + RoPE + cache write", "KV Norm + RoPE + 写 cache"
WHY_EN = "the compressed row is normalised, rotated and stored in one pass"
WHY_ZH = "压缩行一遍完成归一化、旋转与写入"


def first(kv):
    op.kv_cache_write(op.one_of("rms_norm", "gemma_rms_norm")(kv.anywhere(), ...), op.rope(kv.anywhere(), ...), ..., outputs=0)
    return kv


def second(kv):
    op.kv_cache_write(op.rope(kv.anywhere(), ...), op.one_of("rms_norm", "gemma_rms_norm")(kv.anywhere(), ...), ..., outputs=0)
    return kv


pattern = [first, second]
