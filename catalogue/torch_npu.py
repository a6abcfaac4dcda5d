"""The Python module `torch_npu` as the analysed sources see it: operators with their meaning, and inert stand-ins for the run-time.

`torch.ops.npu.*` and `torch.ops.atb.*` are the same operators under other names.
"""
import os

import torch

from npu_vector import (
    npu_rms_norm, npu_gemma_rms_norm, npu_add_rms_norm, npu_add_layer_norm, npu_add_rms_norm_cast, npu_add_rms_norm_quant, _npu_quant_rms_norm,
    npu_add_rms_norm_dynamic_quant, npu_rms_norm_dynamic_mx_quant, npu_add_rms_norm_dynamic_mx_quant, _npu_rotary_embedding, npu_mrope, npu_rope, npu_rotary_mul,
    npu_interleave_rope, npu_apply_rotary_pos_emb, npu_swiglu, npu_geglu, npu_clipped_swiglu, npu_fast_gelu, npu_gelu, npu_quantize, _npu_quantize_per_tensor,
    npu_dynamic_quant, npu_dynamic_quant_asymmetric, npu_dynamic_mx_quant, npu_dynamic_block_quant, npu_kronecker_quant,
    npu_dequant_swiglu_quant, npu_scatter_nd_update_, npu_sign_bits_unpack, npu_prefetch, npu_top_k_top_p,
)
from npu_matmul import (
    npu_quant_matmul, npu_weight_quant_batchmatmul, npu_matmul_compress_dequant, _npu_matmul_add_fp32, npu_transpose_batchmatmul,
    npu_transpose_quant_batchmatmul, npu_mm_all_reduce_base, npu_mm_reduce_scatter_base, npu_all_gather_base_mm, npu_grouped_matmul,
    npu_grouped_matmul_swiglu_quant, npu_grouped_matmul_swiglu_quant_v2, npu_quant_grouped_matmul_dequant,
    npu_convert_weight_to_int4pack,
)
from npu_attention import (
    npu_fused_infer_attention_score, npu_fused_infer_attention_score_v2, npu_prompt_flash_attention, npu_incre_flash_attention,
    npu_fusion_attention,
    _npu_paged_attention, _npu_paged_attention_splitfuse, _npu_flash_attention_qlens, _npu_paged_attention_mla, _npu_reshape_and_cache_siso,
    npu_mla_prolog_v2, npu_mla_prolog_v3,
    _npu_flash_attention, _npu_flash_attention_unpad, npu_ring_mla,
    npu_attention_update, npu_lightning_indexer, npu_quant_lightning_indexer, npu_sparse_flash_attention,
    npu_kv_quant_sparse_flash_attention, _npu_reshape_and_cache, npu_scatter_pa_kv_cache, npu_scatter_pa_cache, npu_paged_cache_load,
    npu_gather_pa_kv_cache, npu_kv_rmsnorm_rope_cache, npu_recurrent_gated_delta_rule, npu_chunk_gated_delta_rule,
    _npu_fused_infer_attention_score_get_max_workspace, _npu_fused_infer_attention_score_v2_get_max_workspace,
    _npu_paged_attention_get_workspace, _npu_paged_attention_splitfuse_v2, _npu_flash_attention_v3, _npu_flash_attention_unpad_v2,
)
from npu_moe import (
    npu_moe_gating_top_k, npu_moe_gating_top_k_softmax, _npu_group_topk, npu_group_topk, npu_moe_init_routing_v2, npu_moe_init_routing, npu_moe_init_routing_quant, npu_moe_compute_expert_tokens, npu_moe_re_routing,
    npu_moe_token_permute, npu_grouped_matmul_finalize_routing,
    npu_moe_token_unpermute, npu_moe_finalize_routing, npu_moe_distribute_dispatch_v2, npu_moe_distribute_dispatch,
    npu_moe_distribute_combine_v2, npu_moe_distribute_combine,
)

__version__ = os.environ.get("TORCH_NPU_VERSION", "2.9.0")
float8_e8m0fnu = getattr(torch, "float8_e8m0fnu", torch.uint8)
float4_e2m1fn_x2 = getattr(torch, "float4_e2m1fn_x2", torch.uint8)
hifloat8 = torch.uint8


class version:
    __version__ = __version__


class atb:
    npu_ring_mla = npu_ring_mla
    npu_paged_cache_load = npu_paged_cache_load


# --- formats: a private layout of weights, chosen while they are loaded. A tensor keeps its shape and values.

class Format:
    UNDEFINED = -1
    NCHW = 0
    NHWC = 1
    ND = 2
    NC1HWC0 = 3
    FRACTAL_Z = 4
    FRACTAL_NZ = 29


def npu_format_cast(self, acl_format, customize_dtype=None, **other):
    return self


def npu_format_cast_(self, acl_format, **other):
    return self


def get_npu_format(tensor):
    return Format.ND


def get_storage_size(tensor):
    return tensor.numel()


def empty_with_format(size, dtype=None, layout=None, device=None, pin_memory=None, acl_format=2, base_addrs=None):
    return torch.empty(size, dtype=dtype, device=device)


# --- streams, events, graphs: order on the device, no work

class _Inert:
    """Takes any arguments, has any method, can be entered."""

    def __init__(self, *args, **kwargs):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        return False


class Event(_Inert):
    def record(self, stream=None): pass
    def wait(self, stream=None): pass
    def reset(self, stream=None): pass
    def query(self): return True
    def synchronize(self): pass
    def elapsed_time(self, other): return 0.0


class Stream(_Inert):
    stream_id = 0
    npu_stream = 0

    def wait_stream(self, stream): pass
    def wait_event(self, event): pass
    def record_event(self, event=None): return Event() if event is None else event
    def query(self): return True
    def synchronize(self): pass


class NPUGraph(_Inert):
    def replay(self): pass
    def reset(self): pass
    def update(self, *args, **kwargs): pass
    def pool(self): return 0


_stream = Stream()


class npu:
    """torch_npu.npu, and torch.npu."""
    Stream = Stream
    Event = Event
    ExternalEvent = Event
    NPUGraph = NPUGraph
    graph = _Inert
    stream = _Inert
    device = _Inert

    # The scenario's device sets this: 220-225 A2, 250-255 A3, 200-205 310P, 260 A5.
    soc_version = 220

    class config:
        allow_internal_format = True

    class memory:
        NPUPluggableAllocator = _Inert
        MemPool = _Inert
        use_mem_pool = _Inert

    @staticmethod
    def get_soc_version(): return npu.soc_version
    @staticmethod
    def current_stream(device=None): return _stream
    @staticmethod
    def default_stream(device=None): return _stream
    @staticmethod
    def set_stream(stream): pass
    class Properties:
        name = "Ascend910B"
        cube_core_num, vector_core_num = 24, 48
        total_memory = 64 << 30

    @staticmethod
    def get_device_properties(device=None): return npu.Properties
    @staticmethod
    def get_device_name(device=None): return npu.Properties.name
    @staticmethod
    def current_device(): return 0
    @staticmethod
    def device_count(): return 1
    @staticmethod
    def set_device(device): pass
    @staticmethod
    def is_available(): return True
    @staticmethod
    def synchronize(device=None): pass
    @staticmethod
    def empty_cache(): pass
    @staticmethod
    def set_compile_mode(jit_compile=False): pass
    @staticmethod
    def graph_pool_handle(): return 0
    @staticmethod
    def graph_task_group_begin(stream): pass
    @staticmethod
    def graph_task_group_end(stream): return 0
    @staticmethod
    def graph_task_update_begin(stream, handle): pass
    @staticmethod
    def graph_task_update_end(stream): pass
    @staticmethod
    def reset_peak_memory_stats(device=None): pass
    @staticmethod
    def memory_stats(device=None): return {}
    @staticmethod
    def memory_reserved(device=None): return 0
    @staticmethod
    def memory_allocated(device=None): return 0
    @staticmethod
    def max_memory_allocated(device=None): return 0
    @staticmethod
    def mem_get_info(device=None): return 0, 0
    @staticmethod
    def is_current_stream_capturing(): return False
    @staticmethod
    def is_initialized(): return True
    @staticmethod
    def super_kernel_scope_begin(*args, **kwargs): pass
    @staticmethod
    def super_kernel_scope_end(*args, **kwargs): pass
    @staticmethod
    def _subscribe_report(stream): pass
    @staticmethod
    def _unsubscribe_report(stream): pass
    @staticmethod
    def _launch_host_func(stream, function, arguments): pass


class _C:
    class _NPUTaskGroupHandle(_Inert):
        pass

    @staticmethod
    def _weak_ref_tensor(tensor): return tensor

    class _distributed_c10d:
        class ProcessGroupHCCL(_Inert):
            class Options(_Inert):
                hccl_config = {}


class op_plugin:
    class atb:
        class _atb_ops:
            @staticmethod
            def _register_atb_extensions(): pass


class profiler:
    profile = _Inert
    _ExperimentalConfig = _Inert

    class ProfilerActivity:
        CPU = 0
        NPU = 1

    class ProfilerLevel:
        Level0 = 0
        Level1 = 1

    class ExportType:
        Text = 0

    class AiCMetrics:
        AiCoreNone = 0
        PipeUtilization = 1

    class dynamic_profile:
        @staticmethod
        def init(path): pass
        @staticmethod
        def step(): pass

    @staticmethod
    def tensorboard_trace_handler(*args, **kwargs): return None
