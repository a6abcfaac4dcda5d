import torch
from torch._inductor.pattern_matcher import PatternMatcherPass
from vllm.compilation.passes.vllm_inductor_pass import VllmInductorPass
from vllm.config.compilation import Range

from vllm_ascend.compilation.passes.base_pattern import BasePattern


class AddRMSNormCastPattern(BasePattern):
    """A router wants the normalised rows in float32, the experts as they are."""

    def get_inputs(self):
        x = torch.randn(2, 4, device="npu", dtype=self.dtype)
        residual = torch.randn(2, 4, device="npu", dtype=self.dtype)
        weight = torch.randn(4, device="npu", dtype=self.dtype)
        return [x, residual, weight]

    def get_pattern(self):
        def pattern(x: torch.Tensor, residual: torch.Tensor, weight: torch.Tensor):
            output = torch.ops.npu.npu_add_rms_norm(x, residual, weight, self.eps)
            return output[0].to(torch.float32), output[0], output[2]

        return pattern

    def get_replacement(self):
        def replacement(x: torch.Tensor, residual: torch.Tensor, weight: torch.Tensor):
            output = torch.ops.npu.npu_add_rms_norm_cast(x, residual, weight, self.eps)
            return output[0], output[1], output[3]

        return replacement


class AddRMSNormCastFusionPass(VllmInductorPass):
    def __init__(self, vllm_config):
        super().__init__(vllm_config)
        self.pattern_match_passes = PatternMatcherPass(pass_name="add_rms_norm_cast_fusion_pass")
        if vllm_config.model_config.dtype not in (torch.bfloat16, torch.float16):
            return
        for eps in (1e-5, 1e-6):
            AddRMSNormCastPattern(vllm_config, eps=eps).register(self.pattern_match_passes)

    @VllmInductorPass.time_and_log
    def __call__(self, graph: torch.fx.Graph) -> None:
        self.begin()
        self.matched_count = self.pattern_match_passes.apply(graph)
        self.end_and_log()

    def is_applicable_for_range(self, compile_range: Range) -> bool:
        return True
