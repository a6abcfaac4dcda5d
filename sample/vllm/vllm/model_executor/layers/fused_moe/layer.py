import torch
import torch.nn as nn

from vllm.config import get_current_vllm_config
from vllm.distributed import divide, get_tensor_model_parallel_world_size, tensor_model_parallel_all_reduce
from vllm.model_executor.custom_op import CustomOp


@CustomOp.register("fused_moe")
class FusedMoE(CustomOp):
    """Experts of a gated MLP, and the choice among them."""

    def __init__(
        self,
        num_experts: int,
        top_k: int,
        hidden_size: int,
        intermediate_size: int,
        renormalize: bool = True,
        reduce_results: bool = True,
        prefix: str = "",
    ):
        super().__init__()
        dtype = get_current_vllm_config().model_config.dtype
        self.tp_size = get_tensor_model_parallel_world_size()
        self.num_experts = num_experts
        self.top_k = top_k
        self.renormalize = renormalize
        self.reduce_results = reduce_results
        width = divide(intermediate_size, self.tp_size)
        self.w13_weight = nn.Parameter(torch.empty(num_experts, 2 * width, hidden_size, dtype=dtype), requires_grad=False)
        self.w2_weight = nn.Parameter(torch.empty(num_experts, hidden_size, width, dtype=dtype), requires_grad=False)

    def select_experts(self, router_logits: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        scores = torch.softmax(router_logits, dim=-1, dtype=torch.float32)
        topk_weights, topk_ids = torch.topk(scores, self.top_k, dim=-1)
        if self.renormalize:
            topk_weights = topk_weights / topk_weights.sum(dim=-1, keepdim=True)
        return topk_weights, topk_ids

    def forward_native(self, hidden_states: torch.Tensor, router_logits: torch.Tensor) -> torch.Tensor:
        """Every expert sees every token; what was not chosen has weight 0."""
        topk_weights, topk_ids = self.select_experts(router_logits)
        weights = torch.zeros(router_logits.shape, dtype=topk_weights.dtype, device=router_logits.device)
        weights = weights.scatter(1, topk_ids, topk_weights).to(hidden_states.dtype)
        gate_up = torch.einsum("th,eih->tei", hidden_states, self.w13_weight)
        gate, up = gate_up.chunk(2, dim=-1)
        output = torch.einsum("tei,ehi->teh", torch.nn.functional.silu(gate) * up, self.w2_weight)
        output = (output * weights.unsqueeze(-1)).sum(dim=1)
        if self.reduce_results and self.tp_size > 1:
            output = tensor_model_parallel_all_reduce(output)
        return output
