"""torch.ops._C_ascend: attention over chosen blocks and what chooses them. Signatures as in csrc/torch_binding.cpp, shapes as in its meta functions."""
import torch
from fusescout import operator
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
