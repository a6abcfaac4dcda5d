import vllm_ascend.patch.worker.patch_unquantized_gemm  # noqa: F401
import vllm_ascend.patch.worker.patch_tiny_moe  # noqa: F401
