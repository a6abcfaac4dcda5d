"""torch.ops._C_ascend: attention over chosen blocks and what chooses them. Signatures as in csrc/torch_binding.cpp, shapes as in its meta functions."""
import torch
from fusescout import emit, operator
import op


@operator("_C_ascend.npu_scatter_nd_update_sk", mutates=("var",))
def npu_scatter_nd_update_sk(var, indices, update):
    op.index_copy(var, indices, update)


@operator("_C_ascend.npu_msa_index_score", unit="mixed")
def npu_msa_index_score(query, key, block_table, start_loc, *, scale=None, atten_mask=None, actual_seq_qlen=None, actual_seq_klen=None,
                        layout_key="BBND", sparse_mode=3, init_blocks=0, local_blocks=0):
    """The best score of each block of the context, for each head and token; the row of blocks is padded to sixteen."""
    blocks = (block_table.shape[1] + 15) // 16 * 16
    tokens, heads = query.shape[0], query.shape[1]
    inputs = op.present(query, key, block_table, start_loc, scale, atten_mask, actual_seq_qlen, actual_seq_klen)
    products = op.one("matmul", inputs, ([heads, tokens, blocks, key.shape[1]], torch.float32), transpose_b=True)
    return op.max(products, -1)


def block_attention(query, key, value, chosen, extra, kv_heads, scale, layout, dtype=None):
    shape = list(query.shape)
    return op.one("attention", op.present(query, key, value, *chosen, *extra), (shape, dtype or query.dtype), heads=query.shape[-2], kv_heads=kv_heads,
                  head_dim=query.shape[-1], scale=scale, causal=True, layout=layout, paged=True, sparse=True)


@operator("_C_ascend.npu_sparse_attention_score", unit="mixed")
def npu_sparse_attention_score(query, key, value, select_idx, block_table, *, select_num_idx=None, q_dequant_scale=None, k_dequant_scale=None,
                               v_dequant_scale=None, actual_seq_lengths=None, actual_seq_lengths_kv=None, q_input_layout="TND",
                               kv_input_layout="BNSD", num_key_value_heads=1, scale_value=1.0, block_size=128, top_k=16, inner_precise=0,
                               attention_out_dtype=None):
    extra = [select_num_idx, q_dequant_scale, k_dequant_scale, v_dequant_scale, actual_seq_lengths, actual_seq_lengths_kv]
    dtype = (attention_out_dtype or torch.bfloat16) if query.dtype == torch.float8_e4m3fn else query.dtype
    return block_attention(query, key, value, [select_idx, block_table], extra, num_key_value_heads, scale_value, q_input_layout, dtype)


@operator("_C_ascend.npu_k2q_csr")
def npu_k2q_csr(q2k, cu_seqlens, cu_block_lens, order_method=0, total_rows=-1, max_kv=-1, use_simt=0, q_global_offset=0):
    """From the blocks of each query to the queries of each block: rows, queries, places."""
    heads, entries = q2k.shape[0], q2k.shape[1] * q2k.shape[2]
    rows = total_rows if total_rows >= 0 else 1
    inputs = [q2k, cu_seqlens, cu_block_lens]
    return (op.one("select_copy", inputs, ([heads, rows + 1], torch.int32)), op.one("select_copy", inputs, ([heads, entries], torch.int32)),
            op.one("select_copy", inputs, ([heads, entries], torch.int32)))


@operator("_C_ascend.npu_sparse_attention_score_prefill", unit="mixed")
def npu_sparse_attention_score_prefill(query, key, value, block_table, k2q_row_ptr, k2q_q_indices, k2q_slot_indices, num_key_value_heads,
                                       scale_value, block_size, top_k, inner_precise, *, actual_seq_lengths=None, actual_seq_lengths_kv=None):
    dtype = torch.bfloat16 if query.dtype == torch.float8_e4m3fn else query.dtype
    return block_attention(query, key, value, [block_table, k2q_row_ptr, k2q_q_indices, k2q_slot_indices],
                           [actual_seq_lengths, actual_seq_lengths_kv], num_key_value_heads, scale_value, "TND", dtype)


@operator("_C_ascend.is_minimax_sparse_attention_split_kv_available", launches=0)
def is_minimax_sparse_attention_split_kv_available():
    return True


# --- whole blocks into a cache

@operator("_C_ascend.npu_scatter_pa_kv_cache", mutates=("key_cache", "value_cache"))
def npu_scatter_pa_kv_cache(key, value, key_cache, value_cache, slot_mapping, *, cache_mode="Norm", scatter_mode="None"):
    op.kv_cache_write(key, value, key_cache, value_cache, slot_mapping)


@operator("_C_ascend.store_kv_block", mutates=("key_cache_in",))
def store_kv_block(key_in, key_cache_in, group_len, group_key_idx, group_key_cache_idx, block_size=0):
    """Rows that lie together in the cache go there together."""
    emit("index_copy", [key_cache_in, group_key_cache_idx, key_in, group_len, group_key_idx], [], mutates=[0])


@operator("_C_ascend.store_kv_block_metadata", mutates=("group_len", "group_key_idx", "group_key_cache_idx"))
def store_kv_block_metadata(slot_mapping_npu, group_len, group_key_idx, group_key_cache_idx, block_size=0):
    """Which rows those are, from their slots."""
    for target in (group_len, group_key_idx, group_key_cache_idx):
        op.one("select_copy", [slot_mapping_npu], target)


@operator("_C_ascend.store_kv_block_pre")
def store_kv_block_pre(slot_mapping_npu, slot_mapping_list=(), block_size=0):
    rows = slot_mapping_npu.shape[0]
    return tuple(op.one("select_copy", [slot_mapping_npu], ([rows], torch.int32)) for _ in range(3))


# --- the context's blocks found by bits of their keys

@operator("_C_ascend.npu_sign_bits_pack")
def npu_sign_bits_pack(input, size):
    bytes_ = (input.shape[0] + 7) // 8
    return op.one("select_copy", [op.ge(input, 0)], ([size, bytes_ // size], torch.uint8))


@operator("_C_ascend.npu_reshape_and_cache_bnsd", mutates=("k_out",))
def npu_reshape_and_cache_bnsd(q, k_comp, slot_mapping, seq_len, k_out):
    emit("index_copy", [k_out, slot_mapping, q, seq_len], [], mutates=[0])
    return k_out


MOST_BLOCKS = 512   # of a sequence, where the caller has no place for the result


@operator("_C_ascend.npu_hamming_dist_top_k", mutates=("indices",))
def npu_hamming_dist_top_k(q, k_comp, k_comp_rope, k, seq_len, chunk_size=None, max_seq_len=None, sink=None, recent=None, support_offload=None,
                           key_block_table=None, mask=None, indices=None):
    """The blocks whose keys differ from the query in the fewest bits."""
    inputs = op.present(q, k_comp, k_comp_rope, seq_len, chunk_size, key_block_table, mask)
    heads, blocks = k_comp.shape[1], MOST_BLOCKS if indices is None else indices.shape[-1]
    distance = op.one("sum", inputs, ([q.shape[0], heads, blocks], torch.float32))
    return op.one("select_copy", [distance, k], ([q.shape[0], heads, blocks], torch.int32) if indices is None else indices)


@operator("_C_ascend.npu_fused_sparse_attention_overlap", unit="mixed",
          mutates=("selection_k_rope", "selection_kv_cache", "selection_kv_block_table", "selection_kv_block_status", "selection_membership_map"))
def npu_fused_sparse_attention_overlap(query, selection_k_rope, selection_kv_cache, selection_kv_block_table, selection_kv_block_status,
                                       selection_membership_map, selection_topk_indices, full_k_rope, full_kv_cache, full_kv_block_table,
                                       full_kv_actual_seq, full_q_actual_seq, scale_value, sparse_block_size, selection_topk_block_size, *,
                                       layout_query="TND", layout_kv="PA_BSND", sparse_mode=3):
    """What is chosen and not yet on the device is fetched while attention reads what is."""
    for cache, full in ((selection_kv_cache, full_kv_cache), (selection_k_rope, full_k_rope)):
        op.index_copy(cache, selection_topk_indices, full)
    for table in (selection_kv_block_table, selection_kv_block_status, selection_membership_map):
        op.one("select_copy", [selection_topk_indices, full_kv_block_table], table)
    shape = list(query.shape)[:-1] + [full_kv_cache.shape[-1]]
    inputs = [query, selection_kv_cache, selection_kv_cache, selection_k_rope, selection_topk_indices, selection_kv_block_table]
    return op.one("attention", inputs, (shape, query.dtype), heads=shape[-2], kv_heads=1, head_dim=query.shape[-1], scale=scale_value, causal=True,
                  layout=layout_query, paged=True, sparse=True)
