"""What vllm-ascend's worker and model runner set up around a model: their own functions, called in their order. Left out is what serves
requests: batches, sampling, memory, streams. A release that lacks one of the functions does not need it."""
from contextlib import contextmanager

import fusescout_scenario as scenario
import torch
from fusescout_worker.configuration import is_draft
from fusescout_worker.releases import accepted, call, call_named, first_of


def start_worker(vllm_config):
    """The module of NPUWorker, which loads the C++ operators with its allocator, and NPUWorker.__init__"""
    try:
        import vllm_ascend.vllm_ascend_C  # noqa: F401
    except ImportError:
        pass

    call("vllm_ascend.utils:adapt_patch")
    call_named("vllm_ascend.utils:is_enable_nz", dtype=None, vllm_config=vllm_config)
    call("vllm_ascend.ops:register_dummy_fusion_op")
    call("vllm_ascend.utils:register_ascend_customop", vllm_config)
    call("vllm_ascend.ascend_config:init_ascend_config", vllm_config)
    call("vllm_ascend.utils:check_ascend_device_type")
    call("vllm_ascend.utils:init_ascend_soc_version")


def refused(error):
    """By the sources themselves: not in what stands for the runner here, nor for what that does not set."""
    trace = error.__traceback__ or []      # innermost first
    for_want = any(text in str(error) for text in ("Runner' object has no attribute", "'NoneType' object has no attribute"))
    return bool(trace) and trace[0][0].startswith(("vllm/", "vllm_ascend/")) and not for_want


def or_none(function, *arguments):
    """A release whose runner cannot be followed makes its step without metadata, as it does to measure memory: attention itself is left out."""
    try:
        return function(*arguments)
    except Exception as error:
        if refused(error):
            raise
        scenario.assume("the runner's KV caches and attention metadata cannot be followed (" + type(error).__name__ + ": " + str(error)
                        + "); attention runs as in a step without metadata")
        return None


def attention_or_its_shape(forward, model_config):
    columns_of_result = model_config.get_hidden_size() if getattr(model_config, "use_mla", False) else None

    def step(layer, query, *arguments, **options):
        try:
            result = forward(layer, query, *arguments, **options)
            if columns_of_result is None or result.numel() == columns_of_result * query.shape[0]:
                return result
            raise ValueError("a result of " + str(result.numel() // query.shape[0]) + " columns")
        except Exception as error:
            scenario.assume("attention without metadata cannot be followed (" + type(error).__name__ + ": " + str(error) + "); its result is only a shape")
            columns = columns_of_result or query.numel() // query.shape[0]
            output = options.get("output")
            if output is not None and output.numel() == columns * query.shape[0]:
                return output
            return torch.empty((query.shape[0], columns), dtype=model_config.dtype, device=query.device)
    return step


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
        from fusescout_worker.kv_cache import add_caches, make_runner

        self.runner = or_none(make_runner, self.vllm_config, self.device, self.model)
        self.has_caches = self.runner is not None and or_none(add_caches, self.runner) is not None
        if not self.has_caches:
            self.without_metadata()

    def without_metadata(self):
        for layer in self.vllm_config.compilation_config.static_forward_context.values():
            if hasattr(layer, "impl"):
                layer.impl.forward = attention_or_its_shape(layer.impl.forward, self.vllm_config.model_config)

    @contextmanager
    def step(self, input_ids, positions):
        from fusescout_worker.attention_metadata import build

        (set_forward_context,) = first_of(("vllm_ascend.ascend_forward_context", "set_ascend_forward_context"), ("vllm.forward_context", "set_forward_context"))
        metadata = or_none(build, self.runner, positions) if self.has_caches else None
        if metadata is None and self.has_caches:
            self.without_metadata()
        call("vllm_ascend.ops.rotary_embedding:update_cos_sin", positions)
        if "_310p" in type(self.runner).__module__ and positions.dim() == 2:
            call("vllm_ascend._310p.ops.rotary_embedding:prepare_mrope_cos_sin_slices_from_runner", self.runner, positions)
        ranks = getattr(self.vllm_config.parallel_config, "data_parallel_size", 1)
        across = None if ranks == 1 else torch.tensor([int(scenario.tokens)] * ranks, dtype=torch.int32, device="cpu")    # all ranks alike
        options = {"num_tokens_across_dp": across, "num_tokens": scenario.tokens, "num_actual_tokens": scenario.tokens, "model_instance": self.model, "input_ids": input_ids,
                   "is_draft_model": is_draft(self.vllm_config), "with_prefill": not scenario.decode, "aclgraph_runtime_mode": self.runtime_mode()}
        options.update(self.expert_communication())
        with set_forward_context(metadata, self.vllm_config, **accepted(set_forward_context, options)):
            yield

    def runtime_mode(self):
        """The graph that the runner's dispatcher picks for the step: none for a size that was not captured."""
        compilation = self.vllm_config.compilation_config
        mode = getattr(compilation, "cudagraph_mode", None)
        if mode is None:
            return None            # releases that know no modes
        captured = compilation.cudagraph_capture_sizes
        if not captured or scenario.step_tokens > max(captured):
            return type(mode).NONE
        return mode.decode_mode() if scenario.decode else mode.mixed_mode()

    def expert_communication(self):
        """Releases in which the runner chooses how experts get their tokens, by the size of the step."""
        select = getattr(self.runner, "_select_moe_comm_method", None)
        if select is None:
            return {}
        self.runner.mc2_tokens_capacity = 512 * scenario.tp
        if hasattr(self.runner, "_init_mc2_tokens_capacity"):
            self.runner._init_mc2_tokens_capacity()
        chosen = select(**accepted(select, {"num_tokens": scenario.step_tokens, "with_prefill": not scenario.decode}))
        mask = torch.zeros(self.runner.mc2_tokens_capacity, dtype=torch.bool, device=self.device)
        return {"moe_comm_type": chosen, "moe_comm_method": chosen, "reserved_mc2_mask": mask}

    def profile_step(self):
        """The step without requests in which the engine measures memory, and in which the model is compiled."""
        (set_forward_context,) = first_of(("vllm_ascend.ascend_forward_context", "set_ascend_forward_context"), ("vllm.forward_context", "set_forward_context"))

        most = self.vllm_config.scheduler_config.max_num_batched_tokens
        ranks = getattr(self.vllm_config.parallel_config, "data_parallel_size", 1)
        across = None if ranks == 1 else torch.tensor([most] * ranks, dtype=torch.int32, device="cpu")
        options = {"num_tokens": most, "num_tokens_across_dp": across, "in_profile_run": True, "num_actual_tokens": most, "model_instance": self.model}
        return set_forward_context(None, self.vllm_config, **accepted(set_forward_context, options))
