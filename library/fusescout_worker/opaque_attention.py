"""The attention of `--upstream`: no implementation is known, so its operators are opaque."""
from fusescout_worker.releases import first_of

AttentionBackend, AttentionImpl = first_of(
    ("vllm.v1.attention.backend", "AttentionBackend", "AttentionImpl"),
    ("vllm.attention.backends.abstract", "AttentionBackend", "AttentionImpl"),
)
(AttentionMetadataBuilder,) = first_of(
    ("vllm.v1.attention.backend", "AttentionMetadataBuilder"),
    ("vllm.v1.attention.backends.utils", "AttentionMetadataBuilder"),
)


class OpaqueAttentionBackend(AttentionBackend):
    accept_output_buffer = True

    @staticmethod
    def get_name():
        return "CUSTOM"

    @staticmethod
    def get_impl_cls():
        return OpaqueAttentionImpl

    @staticmethod
    def get_builder_cls():
        return OpaqueMetadataBuilder

    @staticmethod
    def get_metadata_cls():
        return object

    @staticmethod
    def get_kv_cache_shape(num_blocks, block_size, num_kv_heads, head_size, cache_dtype_str="auto"):
        return (2, num_blocks, block_size, num_kv_heads, head_size)


class OpaqueAttentionImpl(AttentionImpl):
    def __init__(self, *args, **kwargs):
        pass

    def forward(self, *args, **kwargs):
        raise NotImplementedError


class OpaqueMetadataBuilder(AttentionMetadataBuilder):
    def build(self, common_prefix_len, common_attn_metadata, fast_build=False):
        raise NotImplementedError
