"""The router first: its small kernels run while the shared expert's weights are on their way."""
import torch
from vllm.model_executor.models.tiny_moe import TinyMoeSparseMoeBlock


class AscendTinyMoeSparseMoeBlock(TinyMoeSparseMoeBlock):
    def forward(self, hidden_states: torch.Tensor) -> torch.Tensor:
        router_logits = self.gate(hidden_states.to(torch.float32))
        final_hidden_states = self.experts(hidden_states=hidden_states, router_logits=router_logits)
        shared_output = self.shared_expert(hidden_states)
        return final_hidden_states * self.routed_scaling_factor + shared_output


TinyMoeSparseMoeBlock.forward = AscendTinyMoeSparseMoeBlock.forward
