"""Inference-only TinyMoe model: experts in place of the MLP, from layer `first_k_dense_replace` on."""
import torch
import torch.nn as nn

from vllm.compilation.decorators import support_torch_compile
from vllm.model_executor.layers.fused_moe import FusedMoE
from vllm.model_executor.models.tiny_dense import TinyDenseDecoderLayer, TinyDenseForCausalLM, TinyDenseMLP, TinyDenseModel
from vllm.model_executor.models.utils import extract_layer_index


class TinyMoeSparseMoeBlock(nn.Module):
    def __init__(self, config, quant_config=None, prefix: str = ""):
        super().__init__()
        self.routed_scaling_factor = config.routed_scaling_factor
        # The router decides in float32.
        self.gate = nn.Linear(config.hidden_size, config.num_experts, bias=False, dtype=torch.float32)
        self.experts = FusedMoE(
            num_experts=config.num_experts,
            top_k=config.num_experts_per_tok,
            hidden_size=config.hidden_size,
            intermediate_size=config.moe_intermediate_size,
            renormalize=config.norm_topk_prob,
            prefix=f"{prefix}.experts",
        )
        self.shared_expert = TinyDenseMLP(
            config.hidden_size, config.moe_intermediate_size, config.hidden_act, quant_config, prefix=f"{prefix}.shared_expert"
        )

    def forward(self, hidden_states: torch.Tensor) -> torch.Tensor:
        shared_output = self.shared_expert(hidden_states)
        router_logits = self.gate(hidden_states.to(torch.float32))
        final_hidden_states = self.experts(hidden_states=hidden_states, router_logits=router_logits)
        return final_hidden_states * self.routed_scaling_factor + shared_output


class TinyMoeDecoderLayer(TinyDenseDecoderLayer):
    def make_mlp(self, config, quant_config, prefix: str) -> nn.Module:
        if extract_layer_index(prefix) < config.first_k_dense_replace:
            return super().make_mlp(config, quant_config, prefix)
        return TinyMoeSparseMoeBlock(config, quant_config, prefix)


@support_torch_compile
class TinyMoeModel(TinyDenseModel):
    decoder_layer_type = TinyMoeDecoderLayer


class TinyMoeForCausalLM(TinyDenseForCausalLM):
    model_cls = TinyMoeModel
