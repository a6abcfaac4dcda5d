import torch
import torch.nn as nn
import torch.nn.functional as F

from vllm.config import get_current_vllm_config
from vllm.distributed import (
    divide,
    get_tensor_model_parallel_rank,
    get_tensor_model_parallel_world_size,
    tensor_model_parallel_all_reduce,
)
from vllm.model_executor.custom_op import CustomOp


@CustomOp.register("vocab_parallel_embedding")
class VocabParallelEmbedding(CustomOp):
    """Each rank has the rows of some of the tokens."""

    def __init__(self, num_embeddings: int, embedding_dim: int, bias: bool = False, prefix: str = ""):
        super().__init__()
        dtype = get_current_vllm_config().model_config.dtype
        self.tp_size = get_tensor_model_parallel_world_size()
        self.num_embeddings_padded = (num_embeddings + 63) // 64 * 64
        rows = divide(self.num_embeddings_padded, self.tp_size)
        self.vocab_start_index = get_tensor_model_parallel_rank() * rows
        self.vocab_end_index = self.vocab_start_index + rows
        self.org_vocab_size = num_embeddings
        self.weight = nn.Parameter(torch.empty(rows, embedding_dim, dtype=dtype), requires_grad=False)
        self.bias = nn.Parameter(torch.empty(rows, dtype=dtype), requires_grad=False) if bias else None

    def forward_native(self, input_: torch.Tensor) -> torch.Tensor:
        if self.tp_size == 1:
            return F.embedding(input_, self.weight)
        mask = (input_ < self.vocab_start_index) | (input_ >= self.vocab_end_index)
        local = (input_ - self.vocab_start_index).masked_fill(mask, 0)
        output = F.embedding(local, self.weight).masked_fill(mask.unsqueeze(-1), 0)
        return tensor_model_parallel_all_reduce(output)


@CustomOp.register("parallel_lm_head")
class ParallelLMHead(VocabParallelEmbedding):
    def tie_weights(self, embed_tokens: VocabParallelEmbedding):
        self.weight = embed_tokens.weight
        return self

    def forward_native(self, input_: torch.Tensor) -> torch.Tensor:
        raise RuntimeError("LMHead's weights should be used in the sampler.")
