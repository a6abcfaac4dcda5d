import torch
from vllm.model_executor.layers.linear import RowParallelLinear


class AscendRowParallelLinear(RowParallelLinear):
    """The sum over ranks is an operator of ours, so that a pass can fuse it."""

    def forward(self, input_: torch.Tensor):
        bias = None if self.tp_rank > 0 else self.bias
        output = self.quant_method.apply(self, input_, bias)
        if self.reduce_results and self.tp_size > 1:
            output = torch.ops.vllm.maybe_all_reduce_tensor_model_parallel(output)
        return output, None
