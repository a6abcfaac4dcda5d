import torch
import torch.nn as nn

from vllm.config import get_current_vllm_config
from vllm.distributed import (
    divide,
    get_tensor_model_parallel_rank,
    get_tensor_model_parallel_world_size,
    tensor_model_parallel_all_gather,
    tensor_model_parallel_all_reduce,
)
from vllm.model_executor.custom_op import PluggableLayer
from vllm.model_executor.layers.utils import dispatch_unquantized_gemm


class UnquantizedLinearMethod:
    def create_weights(self, layer: nn.Module, input_size: int, output_size: int, dtype: torch.dtype):
        layer.register_parameter("weight", nn.Parameter(torch.empty(output_size, input_size, dtype=dtype), requires_grad=False))

    def apply(self, layer: nn.Module, x: torch.Tensor, bias: torch.Tensor | None = None) -> torch.Tensor:
        return dispatch_unquantized_gemm()(layer, x, layer.weight, bias)


class LinearBase(PluggableLayer):
    def __init__(
        self,
        input_size: int,
        output_size: int,
        bias: bool = False,
        params_dtype: torch.dtype | None = None,
        quant_config=None,
        prefix: str = "",
    ):
        super().__init__()
        self.input_size = input_size
        self.output_size = output_size
        self.params_dtype = params_dtype or get_current_vllm_config().model_config.dtype
        self.prefix = prefix
        self.tp_rank = get_tensor_model_parallel_rank()
        self.tp_size = get_tensor_model_parallel_world_size()
        self.quant_method = UnquantizedLinearMethod() if quant_config is None else quant_config.get_quant_method(self, prefix)

    def make_weights(self, input_size: int, output_size: int, bias: bool):
        self.quant_method.create_weights(self, input_size, output_size, self.params_dtype)
        if bias:
            self.bias = nn.Parameter(torch.empty(output_size, dtype=self.params_dtype), requires_grad=False)
        else:
            self.register_parameter("bias", None)


@PluggableLayer.register("replicated_linear")
class ReplicatedLinear(LinearBase):
    def __init__(self, input_size: int, output_size: int, bias: bool = False, **kwargs):
        super().__init__(input_size, output_size, bias, **kwargs)
        self.make_weights(input_size, output_size, bias)

    def forward(self, x: torch.Tensor):
        return self.quant_method.apply(self, x, self.bias), None


@PluggableLayer.register("column_parallel_linear")
class ColumnParallelLinear(LinearBase):
    """Each rank has some of the outputs."""

    def __init__(self, input_size: int, output_size: int, bias: bool = False, gather_output: bool = False, **kwargs):
        super().__init__(input_size, output_size, bias, **kwargs)
        self.gather_output = gather_output
        self.output_size_per_partition = divide(output_size, self.tp_size)
        self.make_weights(input_size, self.output_size_per_partition, bias)

    def forward(self, input_: torch.Tensor):
        output = self.quant_method.apply(self, input_, self.bias)
        if self.gather_output and self.tp_size > 1:
            output = tensor_model_parallel_all_gather(output)
        return output, None


class MergedColumnParallelLinear(ColumnParallelLinear):
    """Several column-parallel layers with one input, as one."""

    def __init__(self, input_size: int, output_sizes: list[int], bias: bool = False, **kwargs):
        self.output_sizes = output_sizes
        super().__init__(input_size, sum(output_sizes), bias, **kwargs)


class QKVParallelLinear(ColumnParallelLinear):
    """The projections to queries, keys and values as one; key heads are copied where there are fewer than ranks."""

    def __init__(
        self, hidden_size: int, head_size: int, total_num_heads: int, total_num_kv_heads: int, bias: bool = False, **kwargs
    ):
        tp_size = get_tensor_model_parallel_world_size()
        self.head_size = head_size
        self.num_heads = divide(total_num_heads, tp_size)
        self.num_kv_heads = max(1, total_num_kv_heads // tp_size)
        output_size = (self.num_heads + 2 * self.num_kv_heads) * tp_size * head_size
        super().__init__(hidden_size, output_size, bias, **kwargs)


@PluggableLayer.register("row_parallel_linear")
class RowParallelLinear(LinearBase):
    """Each rank has some of the inputs; the outputs are summed up."""

    def __init__(self, input_size: int, output_size: int, bias: bool = False, reduce_results: bool = True, **kwargs):
        super().__init__(input_size, output_size, bias, **kwargs)
        self.reduce_results = reduce_results
        self.input_size_per_partition = divide(input_size, self.tp_size)
        self.make_weights(self.input_size_per_partition, output_size, bias)

    def forward(self, input_: torch.Tensor):
        # The bias is added once, by the first rank.
        bias = None if self.tp_rank > 0 else self.bias
        output = self.quant_method.apply(self, input_, bias)
        if self.reduce_results and self.tp_size > 1:
            output = tensor_model_parallel_all_reduce(output)
        return output, None
