"""Switches of other devices: off, and without effect."""


class _Switches:
    enabled = allow_tf32 = deterministic = benchmark = allow_fp16_reduced_precision_reduction = allow_bf16_reduced_precision_reduction = False
    fp32_precision = "none"

    def is_available(self): return False
    def is_built(self): return False
    def version(self): return None
    def flags(self, *args, **kwargs): return __import__("torch._stream", fromlist=["Inert"]).Inert()
    def preferred_blas_library(self, *args): return None
    def preferred_linalg_library(self, *args): return None
    def enable_flash_sdp(self, on): pass
    def enable_math_sdp(self, on): pass
    def enable_mem_efficient_sdp(self, on): pass
    def enable_cudnn_sdp(self, on): pass
    def is_flash_attention_available(self): return False


cuda, cudnn, mps, mkldnn, mkl, openmp, quantized, cpu, opt_einsum = [_Switches() for _ in range(9)]
cuda.matmul, cudnn.conv, cudnn.rnn = _Switches(), _Switches(), _Switches()


class _CpuCapability(_Switches):
    def get_cpu_capability(self): return "DEFAULT"


cpu = _CpuCapability()
