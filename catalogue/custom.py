"""`torch.ops.custom`: sparse attention where releases of old take it from a package of operators beside them. One result each."""
from fusescout import operator
from npu_attention import lightning_indexer, sparse_attention


@operator("custom.npu_lightning_indexer", unit="mixed")
def npu_lightning_indexer(query, key, weights, *, actual_seq_lengths_query=None, actual_seq_lengths_key=None, block_table=None,
                          layout_query="BSND", layout_key="PA_BSND", sparse_count=2048, sparse_mode=3):
    return lightning_indexer(query, key, weights, block_table, layout_query, layout_key, sparse_count)[1]


@operator("custom.npu_sparse_flash_attention", unit="mixed")
def npu_sparse_flash_attention(query, key, value, sparse_indices, scale_value, sparse_block_size=1, *, block_table=None,
                               actual_seq_lengths_query=None, actual_seq_lengths_kv=None, query_rope=None, key_rope=None, layout_query="BSND",
                               layout_kv="BSND", sparse_mode=3):
    return sparse_attention(query, key, value, sparse_indices, scale_value, block_table, query_rope, key_rope, layout_query)
