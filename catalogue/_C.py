"""`torch.ops._C`: vllm-ascend's C++ operators where releases of old register them."""
from fusescout import operator
import op


@operator("_C.rotary_embedding", mutates=("query", "key"))
def rotary_embedding(positions, query, key, head_size, cos_sin_cache, is_neox):
    def turned(x):
        return op.rope(x, cache=cos_sin_cache, positions=positions, rotary_dim=cos_sin_cache.shape[-1], neox=is_neox, head_size=head_size)
    return turned(query), turned(key)
