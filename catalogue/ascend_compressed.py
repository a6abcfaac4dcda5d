"""torch.ops._C_ascend: several residual streams in one layer, and attention over a window and a compressed context. Signatures as in csrc/torch_binding.cpp,
shapes as in its meta functions."""
import torch
from fusescout import operator
import op
from npu_attention import indexer_scores


# --- residual streams: one is mixed from several before a part of a layer, and its result goes back to all of them

def mix_streams(x, hc_fn, hc_scale, hc_base, hc_mult, norm_eps, hc_eps):
    """x [..., streams, columns] -> what the part reads, how its result is added to each stream, how the streams mix."""
    flat = op.rms_norm(op.cast(op.view(x, list(x.shape)[:-2] + [x.shape[-2] * x.shape[-1]]), torch.float32), eps=norm_eps)
    return read_streams(op.matmul(flat, hc_fn, transpose_b=True), x, hc_scale, hc_base, hc_mult, hc_eps)


def read_streams(mixes, x, hc_scale, hc_base, hc_mult, hc_eps):
    rows, streams = list(x.shape)[:-2], x.shape[-2]
    scaled = op.one("mul", [mixes, hc_scale], op.like(mixes))            # each third by its own number
    shifted = op.add(scaled, hc_base)
    before, after, between = op.split(shifted, [hc_mult, hc_mult, hc_mult * hc_mult])
    before = op.add(op.sigmoid(before), hc_eps)
    y = op.sum(op.mul(op.cast(x, torch.float32), op.view(before, rows + [streams, 1])), -2)
    after = op.mul(op.sigmoid(after), 2.0)
    between = op.softmax(op.view(between, rows + [hc_mult, hc_mult]))
    # Rows and columns are normalised in turns until both sum to one.
    between = op.opaque("doubly_stochastic", [between], [op.like(between)])[0]
    return op.cast(y, torch.bfloat16), after, between, before


@operator("_C_ascend.npu_hc_pre", unit="mixed")
def npu_hc_pre(x, hc_fn, hc_scale, hc_base, hc_mult, hc_sinkhorn_iters, norm_eps, hc_eps):
    return mix_streams(x, hc_fn, hc_scale, hc_base, hc_mult, norm_eps, hc_eps)[:3]


@operator("_C_ascend.npu_hc_pre_v2", unit="mixed")
def npu_hc_pre_v2(x, hc_fn, hc_scale, hc_base, hc_mult, hc_sinkhorn_iters, norm_eps, hc_eps):
    return mix_streams(x, hc_fn, hc_scale, hc_base, hc_mult, norm_eps, hc_eps)[:3]


@operator("_C_ascend.npu_hc_pre_v3", unit="mixed")
def npu_hc_pre_v3(x, hc_fn, hc_scale, hc_base, pre_mix=None, *, hc_mult=4, hc_sinkhorn_iters=20, norm_eps=1e-6, hc_eps=1e-6):
    """Also returns by how much each stream counts in what is read."""
    return mix_streams(x, hc_fn, hc_scale, hc_base, hc_mult, norm_eps, hc_eps)


@operator("_C_ascend.npu_hc_pre_inv_rms")
def npu_hc_pre_inv_rms(x, epsilon=1e-20):
    rows = list(x.shape)[:-2]
    flat = op.cast(op.view(x, rows + [x.shape[-2] * x.shape[-1]]), torch.float32)
    return op.rsqrt(op.add(op.mean(op.mul(flat, flat), -1, True), epsilon))


@operator("_C_ascend.npu_hc_pre_sinkhorn")
def npu_hc_pre_sinkhorn(mixes, rsqrt, hc_scale, hc_base, x, hc_mult, hc_sinkhorn_iters, hc_eps):
    return read_streams(op.mul(mixes, rsqrt), x, hc_scale, hc_base, hc_mult, hc_eps)[:3]


@operator("_C_ascend.npu_hc_post", unit="mixed")
def npu_hc_post(x, residual, post, comb):
    rows, streams, columns = list(residual.shape)[:-2], residual.shape[-2], residual.shape[-1]
    added = op.mul(op.view(x, rows + [1, columns]), op.view(post, rows + [streams, 1]))
    mixed = op.matmul(comb, residual, transpose_a=True, dtype=torch.float32)
    return op.cast(op.add(added, mixed), residual.dtype)


# --- the compressed context

@operator("_C_ascend.inplace_partial_rotary_mul", mutates=("x",))
def inplace_partial_rotary_mul(x, r1, r2, rotary_mode, partial_slice, negate_sin=False):
    """The given columns of each head turn."""
    start, stop = partial_slice
    op.rope_(op.slice(x, -1, start, stop), r1, r2, neox=rotary_mode == "half")


@operator("_C_ascend.compressor", unit="mixed", mutates=("state_cache",))
def compressor(x, wkv, wgate, state_cache, ape, norm_weight, rope_sin, rope_cos, state_block_table, cu_seqlens, seqused, start_pos, rope_head_dim,
               cmp_ratio, coff, norm_eps, rotary_mode, cache_mode):
    """Each `cmp_ratio` tokens become one row: a mean weighted by their gates, normalised and turned. What is not full yet stays in the state."""
    columns = norm_weight.shape[0]
    shape = [x.shape[0], (x.shape[1] + cmp_ratio - 1) // cmp_ratio, columns] if x.dim() == 3 else [rope_sin.shape[0], columns]
    values = op.matmul(x, wkv, transpose_b=True)
    gates = op.matmul(x, wgate, transpose_b=True)
    inputs = op.present(values, gates, ape, state_block_table, cu_seqlens, seqused, start_pos) + [state_cache]
    (pooled,) = op.emit("linear_attention", inputs, [(shape, x.dtype)], mutates=[len(inputs) - 1], ratio=cmp_ratio)
    normed = op.rms_norm(pooled, norm_weight, eps=norm_eps)
    return op.rope(normed, rope_cos, rope_sin, rotary_dim=rope_head_dim, neox=rotary_mode == 1)


FLAT_SLOTS = 1      # else block and offset


@operator("_C_ascend.compressor_metadata")
def compressor_metadata(rope_cos, rope_sin, cu_seqlens, start_pos, kv_block_table, kv_block_size, slot_mapping_format, compress_ratio,
                        num_compressed_tokens, num_reqs_actual):
    shape = [num_compressed_tokens, 1, 1, rope_cos.shape[1]]
    slots = [num_compressed_tokens] if slot_mapping_format == FLAT_SLOTS else [num_compressed_tokens, 2]
    inputs = [cu_seqlens, start_pos]
    return (op.one("select_copy", [rope_cos] + inputs, op.like(rope_cos, shape)), op.one("select_copy", [rope_sin] + inputs, op.like(rope_sin, shape)),
            op.one("select_copy", [kv_block_table] + inputs, (slots, torch.int32)))


@operator("_C_ascend.compressor_metadata_out", mutates=("compress_cos", "compress_sin", "slot_mapping"))
def compressor_metadata_out(rope_cos, rope_sin, cu_seqlens, start_pos, kv_block_table, kv_block_size, slot_mapping_format, compress_ratio,
                            num_reqs_actual, compress_cos, compress_sin, slot_mapping):
    inputs = [cu_seqlens, start_pos]
    return (op.one("select_copy", [rope_cos] + inputs, compress_cos), op.one("select_copy", [rope_sin] + inputs, compress_sin),
            op.one("select_copy", [kv_block_table] + inputs, slot_mapping))


# --- an indexer scores the compressed context; attention reads the best of it, and a window of the context itself

def schedule():
    """How the blocks of a step are spread over the cores."""
    return op.fill([1024], torch.int32, 0)


@operator("_C_ascend.npu_vllm_quant_lightning_indexer_metadata")
def npu_vllm_quant_lightning_indexer_metadata(num_heads_q, num_heads_k, head_dim, query_quant_mode, key_quant_mode, **other):
    return schedule()


@operator("_C_ascend.npu_quant_lightning_indexer_metadata")
def npu_quant_lightning_indexer_metadata(num_heads_q, num_heads_k, head_dim, query_quant_mode, key_quant_mode, **other):
    return schedule()


@operator("_C_ascend.npu_quant_lightning_indexer_v2_metadata")
def npu_quant_lightning_indexer_v2_metadata(num_heads_q, num_heads_k, head_dim, topk, quant_mode, **other):
    return schedule()


@operator("_C_ascend.npu_sparse_attn_sharedkv_metadata")
def npu_sparse_attn_sharedkv_metadata(num_heads_q, num_heads_kv, head_dim, **other):
    return schedule()


@operator("_C_ascend.npu_sparse_flash_mla_metadata")
def npu_sparse_flash_mla_metadata(num_heads_q, num_heads_kv, head_dim, **other):
    return schedule()


def quantized_indexer(query, key, weights, query_scale, key_scale, block_table, layout_query, layout_key, count, return_value):
    query = op.dequantize(query, query_scale, dtype=torch.float32)
    scores = indexer_scores(query, key, weights, block_table, layout_query, layout_key)
    values, indices = op.topk(scores, count, index_dtype=torch.int32)
    return indices, values if return_value else op.fill([0], torch.float32, 0)


@operator("_C_ascend.npu_vllm_quant_lightning_indexer", unit="mixed")
def npu_vllm_quant_lightning_indexer(query, key, weights, query_dequant_scale, key_dequant_scale, query_quant_mode=0, key_quant_mode=0,
                                     actual_seq_lengths_query=None, actual_seq_lengths_key=None, block_table=None, metadata=None, layout_query="BSND",
                                     layout_key="BSND", sparse_count=2048, sparse_mode=3, pre_tokens=9223372036854775807,
                                     next_tokens=9223372036854775807, cmp_ratio=1, return_value=False):
    return quantized_indexer(query, key, weights, query_dequant_scale, key_dequant_scale, block_table, layout_query, layout_key, sparse_count, return_value)


@operator("_C_ascend.npu_quant_lightning_indexer", unit="mixed")
def npu_quant_lightning_indexer(query, key, weights, query_dequant_scale, key_dequant_scale, query_quant_mode=0, key_quant_mode=0,
                                actual_seq_lengths_query=None, actual_seq_lengths_key=None, block_table=None, metadata=None, layout_query="BSND",
                                layout_key="BSND", sparse_count=2048, sparse_mode=3, pre_tokens=9223372036854775807,
                                next_tokens=9223372036854775807, cmp_ratio=1, return_value=False):
    return quantized_indexer(query, key, weights, query_dequant_scale, key_dequant_scale, block_table, layout_query, layout_key, sparse_count, return_value)


@operator("_C_ascend.npu_quant_lightning_indexer_v2", unit="mixed")
def npu_quant_lightning_indexer_v2(query, key, weights, query_dequant_scale, key_dequant_scale, topk, quant_mode, *, cu_seqlens_q=None,
                                   cu_seqlens_k=None, seqused_q=None, seqused_k=None, cmp_residual_k=None, block_table=None,
                                   output_idx_offset=None, metadata=None, max_seqlen_q=-1, layout_q="TND", layout_k="PA_BBND", mask_mode=3,
                                   cmp_ratio=4, return_value=0):
    return quantized_indexer(query, key, weights, query_dequant_scale, key_dequant_scale, block_table, layout_q, layout_k, topk, return_value)


def attention_of_both(q, ori_kv, cmp_kv, extra, softmax_scale, layout, return_softmax_lse, window):
    shape = list(q.shape)
    caches = op.present(ori_kv, cmp_kv)
    out = op.one("attention", [q, caches[0], caches[-1]] + op.present(*extra), (shape, q.dtype), heads=shape[-2], kv_heads=caches[0].shape[-2],
                 head_dim=shape[-1], scale=softmax_scale, causal=True, layout=layout, paged=True, sparse=cmp_kv is not None, window=window)
    return out, op.fill(shape[:-1] + [1] if return_softmax_lse else [0], torch.float32, 0)


@operator("_C_ascend.npu_sparse_attn_sharedkv", unit="mixed")
def npu_sparse_attn_sharedkv(q, *, ori_kv=None, cmp_kv=None, ori_sparse_indices=None, cmp_sparse_indices=None, ori_block_table=None,
                             cmp_block_table=None, sinks=None, softmax_scale=0, ori_win_left=128, layout_q="BSND", return_softmax_lse=False, **lengths):
    extra = [ori_sparse_indices, cmp_sparse_indices, ori_block_table, cmp_block_table, sinks]
    return attention_of_both(q, ori_kv, cmp_kv, extra, softmax_scale, layout_q, return_softmax_lse, ori_win_left)


@operator("_C_ascend.npu_sparse_flash_mla", unit="mixed")
def npu_sparse_flash_mla(q, *, ori_kv=None, cmp_kv=None, ori_sparse_indices=None, cmp_sparse_indices=None, ori_block_table=None,
                         cmp_block_table=None, sinks=None, softmax_scale=1.0, ori_win_left=-1, layout_q="BSND", return_softmax_lse=False, **lengths):
    extra = [ori_sparse_indices, cmp_sparse_indices, ori_block_table, cmp_block_table, sinks]
    return attention_of_both(q, ori_kv, cmp_kv, extra, softmax_scale, layout_q, return_softmax_lse, ori_win_left)


@operator("_C_ascend.npu_scatter_nd_update_v2", mutates=("var",))
def npu_scatter_nd_update_v2(var, indices, update):
    op.index_copy(var, indices, update)
