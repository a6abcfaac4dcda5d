"""From the merged projection to rotated query and key: split, norms, rotations; with the write to the cache."""
from notation import called, op

NAME_EN, NAME_ZH = "QKV split (+ Norm) + RoPE (+ KV cache)", "QKV 拆分 (+ Norm) + RoPE (+ 写 KV cache)"
WHY_EN = "one pass over the projection: pieces are read in place, and key and value go straight to the cache"
WHY_ZH = "对投影结果只做一遍: 片段原地读取, K/V 直写 cache"


def norm_rope_cache(qkv):
    called("QKV split + Norm + RoPE + KV cache", "QKV 拆分 + Norm + RoPE + 写 KV cache")
    q = op.one_of("rms_norm", "gemma_rms_norm")(qkv.anywhere(), ...)
    k = op.one_of("rms_norm", "gemma_rms_norm")(qkv.anywhere(), ...)
    query, key = op.rope(q, ...), op.rope(k, ...)
    op.kv_cache_write(key, qkv.anywhere(), ..., outputs=0)
    return query


def norm_rope(qkv):
    called("QKV split + Norm + RoPE", "QKV 拆分 + Norm + RoPE")
    q = op.one_of("rms_norm", "gemma_rms_norm")(qkv.anywhere(), ...)
    k = op.one_of("rms_norm", "gemma_rms_norm")(qkv.anywhere(), ...)
    return op.rope(q, ...), op.rope(k, ...)


def rope_cache(qkv):
    called("QKV split + RoPE + KV cache", "QKV 拆分 + RoPE + 写 KV cache")
    query, key = op.rope(qkv.anywhere(), ...), op.rope(qkv.anywhere(), ...)
    op.kv_cache_write(key, qkv.anywhere(), ..., outputs=0)
    return query


pattern = [norm_rope_cache, rope_cache, norm_rope]
