"""torch_npu: attention, key-value caches, recurrences."""
import torch
from fusescout import emit, operator
import op


# --- fused attention

def lse_shape(query, layout, heads):
    """Shape of the log-sum-exp for a layout of the query."""
    shape = list(query.shape)
    if layout.startswith("TND"):
        return [shape[0], shape[1], 1]
    if layout.startswith("BNSD"):
        return [shape[0], shape[1], shape[2], 1]
    if layout.startswith("BSND"):
        return [shape[0], shape[2], shape[1], 1]
    # As recorded for BSH in decode: one row a sequence.
    return [shape[0], shape[1], 1]


def value_width(query, value, layout, block_table):
    """The output has the value's head size, which differs from the query's in some models; only TND shows it without a cache."""
    shape = list(query.shape)
    if layout == "TND" and block_table is None and value.dim() == 3 and query.dim() == 3 and value.shape[0] == query.shape[0]:
        shape[-1] = value.shape[-1]
    return shape


def in_layout(shape, layout):
    """The shape of the output where the layout names one of its own: "BNSD_NBSD"."""
    given, _, wanted = layout.partition("_")
    if not wanted or len(given) != len(shape) or sorted(given) != sorted(wanted):
        return shape
    return [shape[given.index(letter)] for letter in wanted]


def _fused_infer(query, key, value, extra, heads, kv_heads, scale, layout, block_table, sparse_mode, pre_tokens, out=None, shape=None):
    head_dim = query.shape[-1] if layout != "BSH" else query.shape[-1] // heads
    kv_heads = heads if kv_heads == 0 else kv_heads
    target, lse = (None, None) if out is None else out
    shape = value_width(query, value, layout, block_table) if shape is None else shape
    results = op.attention(query, key, value, extra, shape=shape, lse_shape=lse_shape(query, layout, heads),
                           out=target, lse_out=lse, heads=heads, kv_heads=kv_heads, head_dim=head_dim, scale=scale, causal=sparse_mode in (2, 3),
                           layout=layout, paged=block_table is not None, window=None if pre_tokens >= 2147483647 else pre_tokens)
    return results


@operator("torch_npu.npu_fused_infer_attention_score", unit="mixed")
def npu_fused_infer_attention_score(query, key, value, *, pse_shift=None, atten_mask=None, actual_seq_lengths=None, actual_seq_lengths_kv=None,
                                    dequant_scale1=None, quant_scale1=None, dequant_scale2=None, quant_scale2=None, quant_offset2=None,
                                    antiquant_scale=None, antiquant_offset=None, key_antiquant_scale=None, key_antiquant_offset=None,
                                    value_antiquant_scale=None, value_antiquant_offset=None, block_table=None, query_padding_size=None,
                                    kv_padding_size=None, key_shared_prefix=None, value_shared_prefix=None, actual_shared_prefix_len=None,
                                    query_rope=None, key_rope=None, key_rope_antiquant_scale=None, num_heads=1, scale=1.0, pre_tokens=2147483647,
                                    next_tokens=2147483647, input_layout="BSH", num_key_value_heads=0, sparse_mode=0, inner_precise=0,
                                    block_size=0, antiquant_mode=0, key_antiquant_mode=0, value_antiquant_mode=0, softmax_lse_flag=False,
                                    workspace=None, out=None):
    extra = op.present(query_rope, key_rope, atten_mask, block_table, pse_shift, antiquant_scale, key_antiquant_scale, value_antiquant_scale)
    return _fused_infer(query, key, value, extra, num_heads, num_key_value_heads, scale, input_layout, block_table, sparse_mode, pre_tokens, out)


# The overload `.out` writes into `out`; the dispatcher knows it under the same name.
npu_fused_infer_attention_score.out = npu_fused_infer_attention_score


@operator("torch_npu.npu_fused_infer_attention_score_v2", unit="mixed")
def npu_fused_infer_attention_score_v2(query, key, value, *, query_rope=None, key_rope=None, pse_shift=None, atten_mask=None, actual_seq_qlen=None,
                                       actual_seq_kvlen=None, block_table=None, dequant_scale_query=None, dequant_scale_key=None,
                                       dequant_offset_key=None, dequant_scale_value=None, dequant_offset_value=None, dequant_scale_key_rope=None,
                                       quant_scale_out=None, quant_offset_out=None, learnable_sink=None, num_query_heads=1,
                                       num_key_value_heads=0, softmax_scale=1.0, pre_tokens=2147483647, next_tokens=2147483647,
                                       input_layout="BSH", sparse_mode=0, block_size=0, query_quant_mode=0, key_quant_mode=0,
                                       value_quant_mode=0, inner_precise=0, return_softmax_lse=False, query_dtype=None, key_dtype=None,
                                       value_dtype=None, query_rope_dtype=None, key_rope_dtype=None, key_shared_prefix_dtype=None,
                                       value_shared_prefix_dtype=None, dequant_scale_query_dtype=None, dequant_scale_key_dtype=None,
                                       dequant_scale_value_dtype=None, dequant_scale_key_rope_dtype=None, out_dtype=None, workspace=None,
                                       out=None):
    extra = op.present(query_rope, key_rope, atten_mask, block_table, pse_shift, learnable_sink, dequant_scale_query, dequant_scale_key,
                       dequant_scale_value, dequant_scale_key_rope)
    # The first version is held to recordings, where the output has the query's layout.
    return _fused_infer(query, key, value, extra, num_query_heads, num_key_value_heads, softmax_scale, input_layout, block_table, sparse_mode,
                        pre_tokens, out, in_layout(value_width(query, value, input_layout, block_table), input_layout))


npu_fused_infer_attention_score_v2.out = npu_fused_infer_attention_score_v2


def _workspace(*args, **kwargs):
    """Asked for once when a graph is captured; a size for the allocator, no work."""
    return torch.empty(0, dtype=torch.uint8)


_npu_fused_infer_attention_score_get_max_workspace = _workspace
_npu_fused_infer_attention_score_v2_get_max_workspace = _workspace
_npu_paged_attention_get_workspace = _workspace


@operator("torch_npu.npu_prompt_flash_attention", unit="mixed")
def npu_prompt_flash_attention(query, key, value, *, padding_mask=None, atten_mask=None, pse_shift=None, actual_seq_lengths=None, deq_scale1=None,
                               quant_scale1=None, deq_scale2=None, quant_scale2=None, quant_offset2=None, num_heads=1, scale_value=1.0,
                               pre_tokens=2147473647, next_tokens=0, input_layout="BSH", num_key_value_heads=0, actual_seq_lengths_kv=None,
                               sparse_mode=0):
    return op.attention(query, key, value, op.present(atten_mask, pse_shift), heads=num_heads, kv_heads=num_key_value_heads or num_heads,
                        scale=scale_value, causal=sparse_mode in (2, 3), layout=input_layout, paged=False)


@operator("torch_npu.npu_incre_flash_attention", unit="mixed")
def npu_incre_flash_attention(query, key, value, *, padding_mask=None, atten_mask=None, pse_shift=None, actual_seq_lengths=None, antiquant_scale=None,
                              antiquant_offset=None, block_table=None, dequant_scale1=None, quant_scale1=None, dequant_scale2=None, quant_scale2=None,
                              quant_offset2=None, kv_padding_size=None, num_heads=1, scale_value=1.0, input_layout="BSH", num_key_value_heads=0,
                              block_size=0, inner_precise=1):
    return op.attention(query, key, value, op.present(atten_mask, pse_shift, block_table, antiquant_scale), heads=num_heads,
                        kv_heads=num_key_value_heads or num_heads, scale=scale_value, layout=input_layout, paged=block_table is not None)


@operator("torch_npu.npu_fusion_attention", unit="mixed")
def npu_fusion_attention(query, key, value, head_num, input_layout, *, pse=None, padding_mask=None, atten_mask=None, scale=1.0, keep_prob=1.0,
                         pre_tockens=2147483647, next_tockens=2147483647, inner_precise=0, prefix=None, actual_seq_qlen=None,
                         actual_seq_kvlen=None, sparse_mode=0, gen_mask_parallel=True, sync=False):
    rows = list(query.shape)[:-1] + [8]
    out, maximum = op.attention(query, key, value, op.present(atten_mask, pse), lse_shape=rows, heads=head_num, kv_heads=head_num,
                                head_dim=query.shape[-1], scale=scale, causal=sparse_mode in (2, 3), layout=input_layout, paged=False)
    return out, maximum, maximum, maximum, 0, 0, 0


@operator("torch_npu._npu_paged_attention", unit="mixed", mutates=("out",))
def _npu_paged_attention(query, key_cache, value_cache, num_kv_heads, num_heads, scale_value, block_table, context_lens, out, workspace=None):
    op.attention(query, key_cache, value_cache, [block_table, context_lens], out=out, heads=num_heads, kv_heads=num_kv_heads,
                 head_dim=query.shape[-1], scale=scale_value, causal=True, layout="TND", paged=True)


@operator("torch_npu._npu_paged_attention_splitfuse", unit="mixed", mutates=("out",))
def _npu_paged_attention_splitfuse(query, key_cache, value_cache, mask, block_table, seq_len, context_lens, num_kv_heads, num_heads, scale_value, out):
    op.attention(query, key_cache, value_cache, op.present(mask, block_table, seq_len, context_lens), out=out, heads=num_heads,
                 kv_heads=num_kv_heads, head_dim=query.shape[-1], scale=scale_value, causal=True, layout="TND", paged=True)


@operator("torch_npu._npu_flash_attention_qlens", unit="mixed", mutates=("out",))
def _npu_flash_attention_qlens(query, key_cache, value_cache, block_table, mask, seq_len, context_lens, num_kv_heads, num_heads, scale_value, out):
    op.attention(query, key_cache, value_cache, op.present(mask, block_table, seq_len, context_lens), out=out, heads=num_heads,
                 kv_heads=num_kv_heads, head_dim=query.shape[-1], scale=scale_value, causal=True, layout="TND", paged=True)


@operator("torch_npu._npu_paged_attention_mla", unit="mixed", mutates=("out",))
def _npu_paged_attention_mla(query, key_cache, num_kv_heads, num_heads, scale_value, block_table, context_lens, mla_vheadsize, out, workspace=None):
    """The values are the first columns of the keys."""
    op.attention(query, key_cache, key_cache, op.present(block_table, context_lens), out=out, heads=num_heads, kv_heads=num_kv_heads,
                 head_dim=query.shape[-1], scale=scale_value, causal=True, layout="TND", paged=True)


@operator("torch_npu._npu_paged_attention_splitfuse_v2", unit="mixed", mutates=("out",))
def _npu_paged_attention_splitfuse_v2(query, key_cache, value_cache, mask, block_table, seq_len, context_lens, num_kv_heads, num_heads, scale_value, out,
                                      mask_type=0):
    """With a causal mask that is kept compressed."""
    op.attention(query, key_cache, value_cache, op.present(mask, block_table, seq_len, context_lens), out=out, heads=num_heads,
                 kv_heads=num_kv_heads, head_dim=query.shape[-1], scale=scale_value, causal=True, layout="TND", paged=True)


def packed_attention(query, key, value, others, scale, heads, kv_heads, out, causal):
    """Queries, keys and values of the step itself, sequence behind sequence."""
    op.attention(query, key, value, op.present(*others), out=out, heads=heads, kv_heads=kv_heads, head_dim=query.shape[-1], scale=scale, causal=causal,
                 layout="TND", paged=False)


@operator("torch_npu._npu_flash_attention", unit="mixed", mutates=("out",))
def _npu_flash_attention(query, key, value, mask, seq_len, scale_value, num_heads, num_kv_heads, out):
    packed_attention(query, key, value, (mask, seq_len), scale_value, num_heads, num_kv_heads, out, causal=True)


@operator("torch_npu._npu_flash_attention_v3", unit="mixed", mutates=("out",))
def _npu_flash_attention_v3(query, key, value, mask, seq_len, scale_value, num_heads, num_kv_heads, out, mask_type=0):
    packed_attention(query, key, value, (mask, seq_len), scale_value, num_heads, num_kv_heads, out, causal=True)


@operator("torch_npu._npu_flash_attention_unpad", unit="mixed", mutates=("out",))
def _npu_flash_attention_unpad(query, key, value, seq_len, scale_value, num_heads, num_kv_heads, out):
    packed_attention(query, key, value, (seq_len,), scale_value, num_heads, num_kv_heads, out, causal=False)


@operator("torch_npu._npu_flash_attention_unpad_v2", unit="mixed", mutates=("out",))
def _npu_flash_attention_unpad_v2(query, key, value, seq_len, scale_value, num_heads, num_kv_heads, out, kernel_type=0):
    packed_attention(query, key, value, (seq_len,), scale_value, num_heads, num_kv_heads, out, causal=False)


@operator("torch_npu.npu_ring_mla", unit="mixed", mutates=("output", "softmax_lse"))
def npu_ring_mla(q_nope, q_rope, k_nope, k_rope, value, mask, seqlen, head_num, kv_head_num=0, pre_out=None, prev_lse=None, qk_scale=1.0,
                 kernel_type="kernel_type_high_precision", mask_type="mask_type_triu", input_layout="type_bsnd", calc_type="calc_type_default",
                 output=None, softmax_lse=None):
    extra = op.present(q_rope, k_rope, None if mask_type == "no_mask" else mask, seqlen, pre_out, prev_lse)
    op.attention(q_nope, k_nope, value, extra, out=output, lse_out=softmax_lse, heads=head_num, kv_heads=kv_head_num or head_num,
                 head_dim=q_nope.shape[-1] + q_rope.shape[-1], scale=qk_scale, causal=mask_type == "mask_type_triu", layout="TND", paged=False)
    return output, softmax_lse


@operator("torch_npu.npu_attention_update")
def npu_attention_update(lse, local_out, update_type):
    """Joins partial results by their log-sum-exp."""
    weights = op.softmax(op.stack(lse), 0)
    parts = op.stack(local_out)
    out = op.sum(op.mul(parts, op.view(weights, list(weights.shape) + [1])), 0)
    return out, lse[0] if update_type == 0 else op.log(op.sum(op.exp(op.stack(lse)), 0))


# --- sparse attention: an indexer scores the context, attention reads the best

def indexer_scores(query, key, weights, block_table, layout_query, layout_key):
    """Scores [tokens, kv heads, context]: relu(q k^T), weighted over the indexer's heads."""
    heads = query.shape[-2]
    rows = list(query.shape)[:-2]
    if block_table is not None:
        context = block_table.shape[-1] * key.shape[1]
    else:
        context = key.shape[1] if layout_key == "BSND" else key.shape[0]
    kv_heads = key.shape[1] if layout_key == "TND" else key.shape[2]
    products = op.one("matmul", op.present(query, key, block_table), (rows + [heads, context], torch.float32), transpose_b=True)
    weighted = op.mul(op.relu(products), op.view(weights, rows + [heads, 1]))
    return op.view(op.sum(weighted, -2), rows + [kv_heads, context])


def lightning_indexer(query, key, weights, block_table, layout_query, layout_key, sparse_count):
    scores = indexer_scores(query, key, weights, block_table, layout_query, layout_key)
    return op.topk(scores, sparse_count, index_dtype=torch.int32)


@operator("torch_npu.npu_lightning_indexer", unit="mixed")
def npu_lightning_indexer(query, key, weights, *, actual_seq_lengths_query=None, actual_seq_lengths_key=None, block_table=None,
                          layout_query="BSND", layout_key="BSND", sparse_count=2048, sparse_mode=3, pre_tokens=9223372036854775807,
                          next_tokens=9223372036854775807, return_value=False):
    values, indices = lightning_indexer(query, key, weights, block_table, layout_query, layout_key, sparse_count)
    return indices, values


@operator("torch_npu.npu_quant_lightning_indexer", unit="mixed")
def npu_quant_lightning_indexer(query, key, weights, query_dequant_scale, key_dequant_scale, *, query_quant_mode=0, key_quant_mode=0,
                                actual_seq_lengths_query=None, actual_seq_lengths_key=None, block_table=None, layout_query="BSND",
                                layout_key="BSND", sparse_count=2048, sparse_mode=3, **other):
    _, indices = lightning_indexer(query, key, weights, block_table, layout_query, layout_key, sparse_count)
    return indices


def sparse_attention(query, key, value, sparse_indices, scale, block_table, query_rope, key_rope, layout, extra=(), **attributes):
    return op.attention(query, key, value, op.present(sparse_indices, query_rope, key_rope, block_table, *extra), heads=query.shape[-2],
                        kv_heads=key.shape[-2], head_dim=query.shape[-1], scale=scale, causal=True, layout=layout, paged=block_table is not None,
                        sparse=True, **attributes)


@operator("torch_npu.npu_sparse_flash_attention", unit="mixed")
def npu_sparse_flash_attention(query, key, value, sparse_indices, scale_value, *, block_table=None, actual_seq_lengths_query=None,
                               actual_seq_lengths_kv=None, query_rope=None, key_rope=None, sparse_block_size=1, layout_query="BSND",
                               layout_kv="BSND", sparse_mode=3, pre_tokens=9223372036854775807, next_tokens=9223372036854775807,
                               attention_mode=0, return_softmax_lse=False):
    out, lse = sparse_attention(query, key, value, sparse_indices, scale_value, block_table, query_rope, key_rope, layout_query,
                                lse_shape=list(query.shape)[:-1])
    return out, lse, lse


@operator("torch_npu.npu_kv_quant_sparse_flash_attention", unit="mixed")
def npu_kv_quant_sparse_flash_attention(query, key, value, sparse_indices, scale_value, key_quant_mode, value_quant_mode, *,
                                        key_dequant_scale=None, value_dequant_scale=None, block_table=None, actual_seq_lengths_query=None,
                                        actual_seq_lengths_kv=None, sparse_block_size=1, layout_query="BSND", layout_kv="BSND", sparse_mode=3,
                                        rope_head_dim=64, **other):
    shape = list(query.shape)
    shape[-1] = shape[-1] - rope_head_dim
    return sparse_attention(query, key, value, sparse_indices, scale_value, block_table, None, None, layout_query,
                            op.present(key_dequant_scale, value_dequant_scale), shape=shape)


# --- caches

@operator("torch_npu._npu_reshape_and_cache", mutates=("key_cache", "value_cache"))
def _npu_reshape_and_cache(key, value, key_cache, value_cache, slot_indices):
    op.kv_cache_write(key, value, key_cache, value_cache, slot_indices)


@operator("torch_npu._npu_reshape_and_cache_siso", mutates=("key_cache",))
def _npu_reshape_and_cache_siso(key, key_cache, slot_indices):
    emit("kv_cache_write", [key, key_cache, slot_indices], [], mutates=[1])


@operator("torch_npu.npu_scatter_pa_kv_cache", mutates=("key_cache", "value_cache"))
def npu_scatter_pa_kv_cache(key, value, key_cache, value_cache, slot_mapping, *, compress_lens=None, compress_seq_offsets=None, seq_lens=None,
                            cache_mode="Norm", scatter_mode="None"):
    op.kv_cache_write(key, value, key_cache, value_cache, slot_mapping)


@operator("torch_npu.npu_scatter_pa_cache", mutates=("key_cache",))
def npu_scatter_pa_cache(key, slot_mapping, *, compress_lens=None, compress_seq_offsets=None, seq_lens=None, key_cache=None, cache_mode="Norm"):
    op.index_copy(key_cache, slot_mapping, key)


@operator("torch_npu.npu_paged_cache_load", mutates=("key", "value"))
def npu_paged_cache_load(key_cache, value_cache, block_table, context_lens, *, seq_starts=None, key=None, value=None):
    for cache, target in ((key_cache, key), (value_cache, value)):
        op.one("index_select", op.present(cache, block_table, context_lens, seq_starts), target, dim=0)


@operator("torch_npu.npu_gather_pa_kv_cache", mutates=("key", "value"))
def npu_gather_pa_kv_cache(key_cache, value_cache, block_tables, seq_lens, *, key=None, value=None, seq_offset=None, is_seq_lens_cumsum=False,
                           cache_mode="Norm"):
    for cache, target in ((key_cache, key), (value_cache, value)):
        op.one("index_select", op.present(cache, block_tables, seq_lens, seq_offset), target, dim=0)


@operator("torch_npu.npu_kv_rmsnorm_rope_cache", mutates=("k_cache", "ckv_cache"))
def npu_kv_rmsnorm_rope_cache(kv, gamma, cos, sin, index, k_cache, ckv_cache, *, k_rope_scale=None, c_kv_scale=None, k_rope_offset=None,
                              c_kv_offset=None, v=None, epsilon=1e-5, cache_mode="Norm", is_output_kv=False):
    """The latent of MLA: its first part is normalised, the rest turned; both go to their caches."""
    latent, turning = op.split(kv, [gamma.shape[-1], cos.shape[-1]])
    c_kv = op.rms_norm(latent, gamma, eps=epsilon)
    k_rope = op.rope(turning, cos, sin, rotary_dim=cos.shape[-1], neox=False, halves_out=True)
    k_stored = k_rope if k_rope_scale is None else op.quantize(k_rope, k_rope_scale, k_rope_offset)
    c_stored = c_kv if c_kv_scale is None else op.quantize(c_kv, c_kv_scale, c_kv_offset)
    op.kv_cache_write(k_stored, c_stored, k_cache, ckv_cache, index)
    return k_cache, ckv_cache, k_rope, c_kv


# --- recurrences

@operator("torch_npu.npu_recurrent_gated_delta_rule", unit="mixed", mutates=("state",))
def npu_recurrent_gated_delta_rule(query, key, value, state, *, beta=None, scale=None, actual_seq_lengths=None, ssm_state_indices=None,
                                   num_accepted_tokens=None, g=None, gk=None):
    inputs = [query, key, value, g, gk, beta, actual_seq_lengths, ssm_state_indices, num_accepted_tokens]
    return op.linear_attention(inputs, [op.like(value)], state, scale=1.0 if scale is None else scale, rule="gated_delta", chunked=False)[0]


@operator("torch_npu.npu_chunk_gated_delta_rule", unit="mixed", launches=6)
def npu_chunk_gated_delta_rule(query, key, value, beta, initial_state, actual_seq_lengths, scale=None, g=None, **other):
    out, state = op.linear_attention([query, key, value, g, beta, actual_seq_lengths, initial_state], [op.like(value), op.like(initial_state)],
                                     scale=1.0 if scale is None else scale, rule="gated_delta", chunked=True)
    return out, state


# --- everything of latent attention before the attention itself

TURNING = 64      # columns of a head that turn, where no table says how many


def mla_prolog(token_x, weight_dq, weight_uq_qr, weight_uk, weight_dkv_kr, gamma_cq, gamma_ckv, sin, cos, kv_cache, kr_cache, slots, scales, cache_scale=None):
    """Query (its scale where it is quantised as the cache is), the part that turns, and the normalised latent of the query; the cache is written.
    `scales`: of the tokens, and of the three weights."""
    x_scale, dq_scale, uq_scale, dkv_scale = scales
    heads, nope, latent = weight_uk.shape
    turning, rank = TURNING if cos is None else cos.shape[-1], gamma_cq.shape[-1]
    lead = list(token_x.shape)[:-1]

    def product(x, weight, columns, scale, x_scale):
        if scale is None:
            return op.one("matmul", [x, weight], op.like(x, lead + [columns]))
        if x_scale is None:
            x, x_scale = op.dynamic_quantize(x, dtype=weight.dtype)
        return op.one("quantized_matmul", [x, weight, scale, x_scale], (lead + [columns], gamma_cq.dtype), dtype=gamma_cq.dtype)

    def turned(x):
        return x if cos is None else op.rope(x, cos, sin, rotary_dim=turning)

    c_q = op.rms_norm(product(token_x, weight_dq, rank, dq_scale, x_scale), gamma_cq)
    query = product(c_q, weight_uq_qr, heads * (nope + turning), uq_scale, None)
    q_nope, q_rope = op.split(op.view(query, lead + [heads, nope + turning]), [nope, turning])
    tokens = op.numel(token_x) // token_x.shape[-1]
    q_nope = op.permute(op.matmul(op.permute(op.view(q_nope, [tokens, heads, nope]), [1, 0, 2]), weight_uk), [1, 0, 2])
    c_kv, k_rope = op.split(product(token_x, weight_dkv_kr, latent + turning, dkv_scale, x_scale), [latent, turning])
    c_kv, q_scale = op.rms_norm(c_kv, gamma_ckv), None
    if cache_scale is not None:
        c_kv = op.quantize(c_kv, cache_scale, dtype=kv_cache.dtype)
        q_nope, q_scale = op.dynamic_quantize(q_nope, dtype=kv_cache.dtype, scale_shape=[tokens, heads, 1])
    op.kv_cache_write(c_kv, turned(k_rope), kv_cache, kr_cache, slots)
    return q_nope, turned(q_rope), q_scale, c_q


@operator("torch_npu.npu_mla_prolog_v3", unit="mixed", mutates=("kv_cache", "kr_cache"))
def npu_mla_prolog_v3(token_x, weight_dq, weight_uq_qr, weight_uk, weight_dkv_kr, rmsnorm_gamma_cq, rmsnorm_gamma_ckv, rope_sin, rope_cos, kv_cache,
                      kr_cache, *, cache_index=None, dequant_scale_x=None, dequant_scale_w_dq=None, dequant_scale_w_uq_qr=None,
                      dequant_scale_w_dkv_kr=None, quant_scale_ckv=None, kv_cache_quant_mode=0, **other):
    scales = (dequant_scale_x, dequant_scale_w_dq, dequant_scale_w_uq_qr, dequant_scale_w_dkv_kr)
    q_nope, q_rope, q_scale, c_q = mla_prolog(token_x, weight_dq, weight_uq_qr, weight_uk, weight_dkv_kr, rmsnorm_gamma_cq, rmsnorm_gamma_ckv, rope_sin,
                                              rope_cos, kv_cache, kr_cache, cache_index, scales, quant_scale_ckv if kv_cache_quant_mode == 1 else None)
    return q_nope, q_rope, q_scale, c_q, None


@operator("torch_npu.npu_mla_prolog_v2", unit="mixed", mutates=("kv_cache", "kr_cache"))
def npu_mla_prolog_v2(token_x, weight_dq, weight_uq_qr, weight_uk, weight_dkv_kr, rmsnorm_gamma_cq, rmsnorm_gamma_ckv, rope_sin, rope_cos, cache_index,
                      kv_cache, kr_cache, *, dequant_scale_x=None, dequant_scale_w_dq=None, dequant_scale_w_uq_qr=None, dequant_scale_w_dkv_kr=None,
                      quant_scale_ckv=None, quant_scale_ckr=None, smooth_scales_cq=None, rmsnorm_epsilon_cq=1e-5, rmsnorm_epsilon_ckv=1e-5,
                      cache_mode="PA_BSND"):
    scales = (dequant_scale_x, dequant_scale_w_dq, dequant_scale_w_uq_qr, dequant_scale_w_dkv_kr)
    q_nope, q_rope, q_scale, _ = mla_prolog(token_x, weight_dq, weight_uq_qr, weight_uk, weight_dkv_kr, rmsnorm_gamma_cq, rmsnorm_gamma_ckv, rope_sin,
                                            rope_cos, kv_cache, kr_cache, cache_index, scales, quant_scale_ckv)
    return q_nope, q_rope, kv_cache, kr_cache, q_scale
