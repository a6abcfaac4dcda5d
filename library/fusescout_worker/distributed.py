"""Rank 0 of the scenario's world."""
import fusescout_scenario as scenario


def initialize(vllm_config):
    from vllm.config import set_current_vllm_config
    from vllm.distributed.parallel_state import ensure_model_parallel_initialized, init_distributed_environment

    parallel = vllm_config.parallel_config
    with set_current_vllm_config(vllm_config):
        init_distributed_environment(
            parallel.world_size, 0, "tcp://127.0.0.1:29500", 0, scenario.distributed_backend)
        ensure_model_parallel_initialized(
            parallel.tensor_parallel_size,
            parallel.pipeline_parallel_size,
            parallel.prefill_context_parallel_size,
            parallel.decode_context_parallel_size,
        )
        if not scenario.upstream:
            from vllm_ascend.distributed.parallel_state import init_ascend_model_parallel

            init_ascend_model_parallel(parallel)
