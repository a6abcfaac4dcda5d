import torch
import torch_npu
from vllm.model_executor.layers.activation import SiluAndMul


class AscendSiluAndMul(SiluAndMul):
    def forward_oot(self, x: torch.Tensor) -> torch.Tensor:
        return torch_npu.npu_swiglu(x)
