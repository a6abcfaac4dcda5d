import torch
import torch_npu
from vllm.model_executor.layers.fused_moe import FusedMoE


class AscendFusedMoE(FusedMoE):
    def select_experts(self, router_logits: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        topk_weights, topk_ids, _ = torch_npu.npu_moe_gating_top_k_softmax(router_logits, k=self.top_k)
        topk_ids = topk_ids.to(torch.int32)
        if self.renormalize:
            topk_weights = topk_weights / topk_weights.sum(dim=-1, keepdim=True)
        return topk_weights, topk_ids

    def forward_oot(self, hidden_states: torch.Tensor, router_logits: torch.Tensor) -> torch.Tensor:
        topk_weights, topk_ids = self.select_experts(router_logits)
        permuted, row_indices, counts, _ = torch_npu.npu_moe_init_routing_v2(
            hidden_states,
            topk_ids,
            active_num=topk_ids.numel(),
            expert_num=self.num_experts,
            expert_tokens_num_type=1,
            expert_tokens_num_flag=True,
            active_expert_range=[0, self.num_experts],
            quant_mode=-1,
        )
        gate_up = torch_npu.npu_grouped_matmul(
            x=[permuted],
            weight=[self.w13_weight.transpose(1, 2)],
            group_list=counts,
            split_item=2,
            group_type=0,
            group_list_type=1,
        )[0]
        activated = torch_npu.npu_swiglu(gate_up)
        output = torch_npu.npu_grouped_matmul(
            x=[activated],
            weight=[self.w2_weight.transpose(1, 2)],
            group_list=counts,
            split_item=2,
            group_type=0,
            group_list_type=1,
        )[0]
        output = torch_npu.npu_moe_token_unpermute(output, torch.abs(row_indices), probs=topk_weights.to(hidden_states.dtype))
        if self.reduce_results and self.tp_size > 1:
            output = torch.ops.vllm.maybe_all_reduce_tensor_model_parallel(output)
        return output
