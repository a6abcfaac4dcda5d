import torch
from torch._inductor.pattern_matcher import PatternMatcherPass
from vllm.compilation.passes.vllm_inductor_pass import VllmInductorPass
from vllm.config.compilation import Range

from vllm_ascend.compilation.passes.base_pattern import BasePattern


class QKNormRopePattern(BasePattern):
    """Written for an older form of the operator: it has no `rotary_dim`, so nothing matches it."""

    def __init__(self, vllm_config, head_dim: int, num_heads: int, num_kv_heads: int, eps: float = 1e-6):
        super().__init__(vllm_config, eps)
        self.head_dim = head_dim
        self.q_size = num_heads * head_dim
        self.kv_size = num_kv_heads * head_dim

    def get_inputs(self):
        qkv = torch.empty(5, self.q_size + 2 * self.kv_size, dtype=self.dtype, device="npu")
        q_weight = torch.empty(self.head_dim, dtype=self.dtype, device="npu")
        k_weight = torch.empty(self.head_dim, dtype=self.dtype, device="npu")
        cos_sin_cache = torch.empty(16, self.head_dim, dtype=self.dtype, device="npu")
        positions = torch.ones(5, dtype=torch.int64, device="npu")
        return [qkv, q_weight, k_weight, cos_sin_cache, positions]

    def get_pattern(self):
        def pattern(qkv, q_weight, k_weight, cos_sin_cache, positions):
            q, k, v = qkv.split([self.q_size, self.kv_size, self.kv_size], dim=-1)
            q_by_head = q.view(*q.shape[:-1], q.shape[-1] // self.head_dim, self.head_dim)
            q_norm, _ = torch.ops.npu.npu_rms_norm(q_by_head, q_weight, self.eps)
            k_by_head = k.view(*k.shape[:-1], k.shape[-1] // self.head_dim, self.head_dim)
            k_norm, _ = torch.ops.npu.npu_rms_norm(k_by_head, k_weight, self.eps)
            q_rope, k_rope = torch.ops.vllm.npu_rotary_embedding(
                positions, q_norm.view(q.shape), k_norm.view(k.shape), cos_sin_cache, self.head_dim, True
            )
            return q_rope, k_rope, v

        return pattern

    def get_replacement(self):
        def replacement(qkv, q_weight, k_weight, cos_sin_cache, positions):
            return torch.ops.vllm.qkv_rmsnorm_rope(
                qkv, q_weight, k_weight, self.q_size, self.kv_size, self.head_dim, self.eps, cos_sin_cache, positions
            )

        return replacement


class QKNormRopeFusionPass(VllmInductorPass):
    def __init__(self, vllm_config):
        super().__init__(vllm_config)
        self.pattern_match_passes = PatternMatcherPass(pass_name="qknorm_rope_fusion_pass")
        model_config, parallel_config = vllm_config.model_config, vllm_config.parallel_config
        num_heads = model_config.hf_text_config.num_attention_heads // parallel_config.tensor_parallel_size
        num_kv_heads = model_config.get_num_kv_heads(parallel_config)
        for eps in (1e-5, 1e-6):
            QKNormRopePattern(vllm_config, model_config.get_head_size(), num_heads, num_kv_heads, eps).register(self.pattern_match_passes)

    @VllmInductorPass.time_and_log
    def __call__(self, graph: torch.fx.Graph) -> None:
        self.begin()
        self.matched_count = self.pattern_match_passes.apply(graph)
        self.end_and_log()

    def is_applicable_for_range(self, compile_range: Range) -> bool:
        return True
