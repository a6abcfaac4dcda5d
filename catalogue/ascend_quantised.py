"""torch.ops._C_ascend: norms, activations, caches and attention with quantisation in the same kernel. Signatures as in csrc/torch_binding.cpp, shapes
as in its meta functions."""
import torch
from fusescout import emit, operator
import op
from ascend_compressed import attention_of_both, schedule
from npu_attention import indexer_scores, lightning_indexer, mla_prolog, sparse_attention
from npu_vector import MX_SCALE, clamped_silu_mul, mx_quantize, situ

FLOAT8_E5M2 = 35     # as CANN counts types; 36 is e4m3


@operator("_C_ascend.npu_rms_norm_dynamic_quant")
def npu_rms_norm_dynamic_quant(x, gamma, smooth_scale=None, beta=None, epsilon=1e-6):
    y = op.rms_norm(x, gamma, eps=epsilon)
    return op.dynamic_quantize(y if beta is None else op.add(y, beta), smooth_scale)


# --- activations

def float8(dst_type):
    return torch.float8_e5m2 if dst_type == torch.float8_e5m2 or dst_type == FLOAT8_E5M2 else torch.float8_e4m3fn


BY_32, BY_128_FP8 = 2, 3      # quant_mode; else by 128


@operator("_C_ascend.npu_swiglu_group_quant")
def npu_swiglu_group_quant(x, topk_weight, group_index, dst_type=torch.float8_e4m3fn, quant_mode=1, group_size=128, round_scale=False,
                           ue8m0_scale=False, output_origin=False, group_list_type=0, clamp_value=0.0):
    y = clamped_silu_mul(x, clamp_value)
    if topk_weight is not None:
        y = op.one("mul", [y, topk_weight], op.like(y))      # each row by its own number
    if quant_mode == BY_32:
        q, scale = mx_quantize(y, float8(dst_type))
    else:
        shape = list(y.shape)
        shape[-1] = (shape[-1] + 127) // 128
        exponent = quant_mode == BY_128_FP8 and ue8m0_scale
        q, scale = op.dynamic_quantize(y, dtype=float8(dst_type), scale_shape=shape, scale_dtype=MX_SCALE if exponent else torch.float32, block=128)
    return q, scale, y


@operator("_C_ascend.situ_mx_quant")
def situ_mx_quant(x, beta=1.0, linear_beta=0.0, activate_left=False, dst_type=36):
    return mx_quantize(op.cast(situ(x, beta, linear_beta, activate_left), x.dtype), float8(dst_type))


@operator("_C_ascend.dequant_situ_quant")
def dequant_situ_quant(x, *, weight_scale=None, activation_scale=None, bias=None, quant_scale=None, quant_offset=None, group_index=None, beta=4.0,
                       linear_beta=25.0, activate_left=True, quant_mode="dynamic"):
    if weight_scale is not None:
        x = op.dequantize(x, weight_scale, activation_scale, bias, group_index, dtype=torch.float32)
    y = situ(x, beta, linear_beta, activate_left)
    if quant_mode == "static":
        return op.quantize(y, quant_scale, quant_offset), quant_scale
    return op.dynamic_quantize(y, quant_scale)


# --- rows quantised into a cache that holds numbers and scales together

def quantised_rows(cache, x, slots, block):
    rows = list(x.shape)[:-1] + [(x.shape[-1] + block - 1) // block]
    q, scale = op.dynamic_quantize(x, dtype=torch.float8_e4m3fn, scale_shape=rows, block=block)
    emit("index_copy", [cache, slots, q, scale], [], mutates=[0])


@operator("_C_ascend.kv_compress_epilog", mutates=("kv_compress_cache",))
def kv_compress_epilog(kv_compress_cache, x, slot_mapping, quant_group_size, quant_mode, round_scale_flag, layout):
    quantised_rows(kv_compress_cache, x, slot_mapping, quant_group_size)


@operator("_C_ascend.indexer_compress_epilog_v2", mutates=("indexer_compress_cache",))
def indexer_compress_epilog_v2(indexer_compress_cache, x, slot_mapping, layout=2):
    quantised_rows(indexer_compress_cache, x, slot_mapping, x.shape[-1])


@operator("_C_ascend.indexer_compress_epilog", mutates=("indexer_compress_cache", "indexer_compress_cache_scale"))
def indexer_compress_epilog(indexer_compress_cache, indexer_compress_cache_scale, x, slot_mapping, quant_mode=1, round_scale=True):
    q, scale = op.dynamic_quantize(x, dtype=torch.float8_e4m3fn)
    op.index_copy(indexer_compress_cache, slot_mapping, q)
    op.index_copy(indexer_compress_cache_scale, slot_mapping, scale)


@operator("_C_ascend.npu_load_index_kv_cache")
def npu_load_index_kv_cache(kv_cache, slot_mapping):
    rows = slot_mapping.shape[0]
    return tuple(emit("index_select", [kv_cache, slot_mapping], [([rows, 128], torch.float8_e4m3fn), ([rows], torch.float32)], dim=0))


# --- attention over quantised caches, and what chooses their rows

@operator("_C_ascend.npu_lightning_indexer_quant", unit="mixed")
def npu_lightning_indexer_quant(query, key, weights, query_dequant_scale, key_dequant_scale, *, actual_seq_lengths_query=None,
                                actual_seq_lengths_key=None, block_table=None, query_quant_mode=0, key_quant_mode=0, layout_query="BSND",
                                layout_key="BSND", sparse_count=2048, sparse_mode=3):
    query = op.dequantize(query, query_dequant_scale, dtype=torch.float32)
    return lightning_indexer(query, key, weights, block_table, layout_query, layout_key, sparse_count)[1]


FIRST_PASS = 1      # candidate_mode: also says which blocks may count at all


@operator("_C_ascend.npu_quant_lightning_indexer_v3", unit="mixed")
def npu_quant_lightning_indexer_v3(query, key, weights, query_dequant_scale, key_dequant_scale, topk, quant_mode, *, candidate_topk_index=None,
                                   cu_seqlens_q=None, cu_seqlens_k=None, seqused_q=None, seqused_k=None, cmp_residual_k=None, block_table=None,
                                   output_idx_offset=None, metadata=None, max_seqlen_q=-1, layout_q="TND", layout_k="PA_BBND", mask_mode=3,
                                   cmp_ratio=1, candidate_mode=3, candidate_topk_blocks=2048, candidate_block_size=8):
    query = op.dequantize(query, query_dequant_scale, dtype=torch.float32)
    scores = indexer_scores(query, key, weights, block_table, layout_q, layout_k)
    values, indices = op.topk(scores, topk, index_dtype=torch.int32)
    if candidate_mode == FIRST_PASS:
        shape = list(scores.shape)[:-1] + [candidate_topk_blocks]
        candidates = op.one("select_copy", [scores], (shape, torch.int32), block=candidate_block_size)
    else:
        candidates = op.fill([0], torch.int32, 0)
    return indices, op.fill([0], torch.float32, 0), candidates


@operator("_C_ascend.npu_kv_quant_sparse_flash_attention", unit="mixed")
def npu_kv_quant_sparse_flash_attention(query, key, value, sparse_indices, scale_value, *, key_quant_mode=1, value_quant_mode=1, key_dequant_scale=None,
                                        value_dequant_scale=None, block_table=None, actual_seq_lengths_query=None, actual_seq_lengths_kv=None,
                                        sparse_block_size=1, layout_query="BSND", layout_kv="BSND", sparse_mode=3, pre_tokens=9223372036854775807,
                                        next_tokens=9223372036854775807, attention_mode=2, quant_scale_repo_mode=1, tile_size=128,
                                        rope_head_dim=64, return_softmax_lse=False):
    shape = list(query.shape)
    shape[-1] = shape[-1] - rope_head_dim
    extra = op.present(key_dequant_scale, value_dequant_scale)
    if not return_softmax_lse:
        out = sparse_attention(query, key, value, sparse_indices, scale_value, block_table, None, None, layout_query, extra, shape=shape)
        none = op.fill([0], torch.float32, 0)
        return out, none, none
    kv_heads = key.shape[2] if layout_kv == "PA_BSND" or query.dim() == 4 else key.shape[1]
    lse = [kv_heads, shape[0], shape[1] // kv_heads] if len(shape) == 3 else [shape[0], kv_heads, shape[1], shape[2] // kv_heads]
    out, lse = sparse_attention(query, key, value, sparse_indices, scale_value, block_table, None, None, layout_query, extra, shape=shape, lse_shape=lse)
    return out, lse, lse


@operator("_C_ascend.npu_kv_quant_sparse_attn_sharedkv_metadata")
def npu_kv_quant_sparse_attn_sharedkv_metadata(num_heads_q, num_heads_kv, head_dim, kv_quant_mode, **other):
    return schedule()


@operator("_C_ascend.npu_kv_quant_sparse_attn_sharedkv", unit="mixed")
def npu_kv_quant_sparse_attn_sharedkv(q, kv_quant_mode, ori_kv=None, cmp_kv=None, ori_sparse_indices=None, cmp_sparse_indices=None,
                                      ori_block_table=None, cmp_block_table=None, cu_seqlens_q=None, cu_seqlens_ori_kv=None, cu_seqlens_cmp_kv=None,
                                      seqused_q=None, seqused_kv=None, sinks=None, metadata=None, tile_size=0, rope_head_dim=0, softmax_scale=0.0,
                                      cmp_ratio=0, ori_mask_mode=4, cmp_mask_mode=3, ori_win_left=127, ori_win_right=0, layout_q="BSND",
                                      layout_kv="PA_ND", return_softmax_lse=False):
    extra = [ori_sparse_indices, cmp_sparse_indices, ori_block_table, cmp_block_table, sinks]
    return attention_of_both(q, ori_kv, cmp_kv, extra, softmax_scale, layout_q, return_softmax_lse, ori_win_left)


# --- everything of latent attention before the attention itself

@operator("_C_ascend.npu_mla_prolog_v3_k3", unit="mixed", mutates=("kv_cache", "kr_cache"))
def npu_mla_prolog_v3_k3(token_x, weight_dq, weight_uq_qr, weight_uk, weight_dkv_kr, rmsnorm_gamma_cq, rmsnorm_gamma_ckv, rope_sin, rope_cos, kv_cache,
                         kr_cache, *, cache_index=None, dequant_scale_x=None, dequant_scale_w_dq=None, dequant_scale_w_uq_qr=None,
                         dequant_scale_w_dkv_kr=None, quant_scale_ckv=None, quant_scale_ckr=None, smooth_scales_cq=None, actual_seq_len=None,
                         k_nope_clip_alpha=None, rmsnorm_epsilon_cq=1e-05, rmsnorm_epsilon_ckv=1e-05, cache_mode="PA_BSND", query_norm_flag=False,
                         weight_quant_mode=0, kv_cache_quant_mode=0, query_quant_mode=0, ckvkr_repo_mode=0, quant_scale_repo_mode=0, tile_size=128,
                         qc_qr_scale=1.0, kc_scale=1.0):
    """Without tables for the turning, nothing turns."""
    tables = (None, None) if op.numel(rope_sin) == 0 else (rope_sin, rope_cos)
    scales = (dequant_scale_x, dequant_scale_w_dq, dequant_scale_w_uq_qr, dequant_scale_w_dkv_kr)
    q_nope, q_rope, q_scale, c_q = mla_prolog(token_x, weight_dq, weight_uq_qr, weight_uk, weight_dkv_kr, rmsnorm_gamma_cq, rmsnorm_gamma_ckv, *tables,
                                              kv_cache, kr_cache, cache_index, scales, quant_scale_ckv if kv_cache_quant_mode == 1 else None)
    return q_nope, q_rope, q_scale, c_q, op.fill([0], torch.float32, 0)
