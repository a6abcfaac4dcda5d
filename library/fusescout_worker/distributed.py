"""Rank 0 of the scenario's world."""
import fusescout_scenario as scenario
from fusescout_worker.releases import accepted


def initialize(vllm_config):
    from vllm.config import set_current_vllm_config
    from vllm.distributed.parallel_state import ensure_model_parallel_initialized, init_distributed_environment

    parallel = vllm_config.parallel_config
    with set_current_vllm_config(vllm_config):
        init_distributed_environment(
            parallel.world_size, 0, "tcp://127.0.0.1:29500", 0, scenario.distributed_backend)
        sizes = {
            "tensor_model_parallel_size": parallel.tensor_parallel_size,
            "pipeline_model_parallel_size": parallel.pipeline_parallel_size,
            "prefill_context_model_parallel_size": getattr(parallel, "prefill_context_parallel_size", 1),
            "decode_context_model_parallel_size": getattr(parallel, "decode_context_parallel_size", 1),
        }
        ensure_model_parallel_initialized(**accepted(ensure_model_parallel_initialized, sizes))
        if not scenario.upstream:
            try:
                from vllm_ascend.distributed.parallel_state import init_ascend_model_parallel
            except ImportError:
                return
            # Older releases take single sizes.
            facts = {"parallel_config": parallel, "world_size": parallel.world_size, "expert_tensor_parallel_size": 1,
                     "expert_parallel_size": scenario.ep, "tensor_parallel_size": scenario.tp, "tensor_model_parallel_size": scenario.tp,
                     "pipeline_model_parallel_size": scenario.pp, "pipeline_parallel_size": scenario.pp}
            init_ascend_model_parallel(**accepted(init_ascend_model_parallel, facts))
