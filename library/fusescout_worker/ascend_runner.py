"""What vllm-ascend's worker and model runner set up around a model: their own functions, called in their order. Left out is what serves
requests: batches, sampling, memory, streams."""
from contextlib import contextmanager

import fusescout_scenario as scenario
import torch


def start_worker(vllm_config):
    """NPUWorker.__init__"""
    from vllm_ascend.utils import adapt_patch

    adapt_patch()
    from vllm_ascend import ops
    from vllm_ascend.ascend_config import init_ascend_config
    from vllm_ascend.utils import check_ascend_device_type, register_ascend_customop

    ops.register_dummy_fusion_op()
    register_ascend_customop(vllm_config)
    init_ascend_config(vllm_config)
    check_ascend_device_type()


class AscendRunner:
    def __init__(self, vllm_config, device):
        from vllm.v1.worker.workspace import init_workspace_manager
        from vllm_ascend.ascend_config import get_ascend_config
        from vllm_ascend.ascend_forward_context import set_mc2_mask, set_mc2_tokens_capacity
        from vllm_ascend.ops.rotary_embedding import set_cos_and_sin
        from vllm_ascend.ops.triton.triton_utils import init_device_properties_triton
        from vllm_ascend.utils import set_weight_prefetch_method

        self.vllm_config = vllm_config
        self.device = device
        self.model = None
        init_device_properties_triton()
        init_workspace_manager(device, 1)
        # NPUModelRunner.__init__
        set_weight_prefetch_method(get_ascend_config().weight_prefetch_config)
        scheduler = vllm_config.scheduler_config
        speculative = vllm_config.speculative_config
        decode_length = 1 if speculative is None else 1 + speculative.num_speculative_tokens
        set_cos_and_sin(vllm_config, scheduler.max_num_seqs, decode_length, vllm_config.model_config.dtype, device)
        set_mc2_tokens_capacity(vllm_config, scheduler.max_num_seqs, decode_length)
        set_mc2_mask(vllm_config, device)

    def prepare(self):
        """KV caches in the shapes that the runner gives them, and the builders of the attention metadata."""
        from fusescout_worker.kv_cache import make_runner

        self.runner = make_runner(self.vllm_config, self.device, self.model)

    @contextmanager
    def step(self, positions):
        from fusescout_worker.attention_metadata import build
        from vllm_ascend.ascend_forward_context import set_ascend_forward_context
        from vllm_ascend.ops.rotary_embedding import update_cos_sin

        metadata = build(self.runner, positions)
        update_cos_sin(positions)
        with set_ascend_forward_context(
            metadata,
            self.vllm_config,
            num_tokens=scenario.tokens,
            num_actual_tokens=scenario.tokens,
            model_instance=self.model,
        ):
            yield
