"""With vllm-ascend left out attention is opaque, and so is the choice of what it attends to: the operator that two other platforms have."""
import fusescout_scenario as _scenario

if _scenario.upstream:
    SparseAttnIndexer.forward_native = SparseAttnIndexer.forward_cuda
