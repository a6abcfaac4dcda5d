"""What vllm-ascend's worker and model runner set up around a model: their own functions, called in their order. Left out is what serves
requests: batches, sampling, memory, streams. A release that lacks one of the functions does not need it."""
from contextlib import contextmanager

import fusescout_scenario as scenario
import torch
from fusescout_worker.releases import accepted, call


def start_worker(vllm_config):
    """The module of NPUWorker, which loads the C++ operators with its allocator, and NPUWorker.__init__"""
    from vllm_ascend.utils import adapt_patch

    try:
        import vllm_ascend.vllm_ascend_C  # noqa: F401
    except ImportError:
        pass

    adapt_patch()
    call("vllm_ascend.utils:is_enable_nz", None, vllm_config)
    call("vllm_ascend.ops:register_dummy_fusion_op")
    call("vllm_ascend.utils:register_ascend_customop", vllm_config)
    call("vllm_ascend.ascend_config:init_ascend_config", vllm_config)
    call("vllm_ascend.utils:check_ascend_device_type")
    call("vllm_ascend.utils:init_ascend_soc_version")


class AscendRunner:
    def __init__(self, vllm_config, device):
        self.vllm_config = vllm_config
        self.device = device
        self.model = None
        call("vllm_ascend.ops.triton.triton_utils:init_device_properties_triton")
        call("vllm.v1.worker.workspace:init_workspace_manager", device, 1)
        # NPUModelRunner.__init__
        ascend_config = call("vllm_ascend.ascend_config:get_ascend_config")
        call("vllm_ascend.utils:set_weight_prefetch_method", getattr(ascend_config, "weight_prefetch_config", None))
        sequences = vllm_config.scheduler_config.max_num_seqs
        speculative = vllm_config.speculative_config
        decode_length = 1 if speculative is None else 1 + speculative.num_speculative_tokens
        call("vllm_ascend.ops.rotary_embedding:set_cos_and_sin", vllm_config, sequences, decode_length, vllm_config.model_config.dtype, device)
        call("vllm_ascend.ascend_forward_context:set_mc2_tokens_capacity", vllm_config, sequences, decode_length)
        call("vllm_ascend.ascend_forward_context:set_mc2_mask", vllm_config, device)

    def prepare(self):
        """KV caches in the shapes that the runner gives them, and the builders of the attention metadata."""
        from fusescout_worker.kv_cache import make_runner

        self.runner = make_runner(self.vllm_config, self.device, self.model)

    @contextmanager
    def step(self, positions):
        from fusescout_worker.attention_metadata import build
        from vllm_ascend.ascend_forward_context import set_ascend_forward_context

        metadata = build(self.runner, positions)
        call("vllm_ascend.ops.rotary_embedding:update_cos_sin", positions)
        ranks = self.vllm_config.parallel_config.data_parallel_size
        across = None if ranks == 1 else torch.tensor([int(scenario.tokens)] * ranks, dtype=torch.int32, device="cpu")    # all ranks alike
        options = {"num_tokens_across_dp": across, "num_tokens": scenario.tokens, "num_actual_tokens": scenario.tokens, "model_instance": self.model,
                   "is_draft_model": self.vllm_config.speculative_config is not None}
        with set_ascend_forward_context(metadata, self.vllm_config, **accepted(set_ascend_forward_context, options)):
            yield
