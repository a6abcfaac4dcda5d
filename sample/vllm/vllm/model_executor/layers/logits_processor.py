import torch
import torch.nn.functional as F

from vllm.distributed import tensor_model_parallel_all_gather
from vllm.model_executor.custom_op import CustomOp
from vllm.model_executor.layers.vocab_parallel_embedding import ParallelLMHead


@CustomOp.register("logits_processor")
class LogitsProcessor(CustomOp):
    def __init__(self, vocab_size: int):
        super().__init__()
        self.vocab_size = vocab_size

    def forward_native(self, lm_head: ParallelLMHead, hidden_states: torch.Tensor) -> torch.Tensor:
        logits = F.linear(hidden_states, lm_head.weight, lm_head.bias)
        logits = tensor_model_parallel_all_gather(logits)
        return logits[..., : self.vocab_size]
