import torch
import torch_npu
from vllm.model_executor.layers.layernorm import RMSNorm


class AscendRMSNorm(RMSNorm):
    def forward_oot(
        self, x: torch.Tensor, residual: torch.Tensor | None = None
    ) -> torch.Tensor | tuple[torch.Tensor, torch.Tensor]:
        if residual is not None:
            x, _, residual = torch_npu.npu_add_rms_norm(x, residual, self.weight, self.variance_epsilon)
            return x, residual
        x, _ = torch_npu.npu_rms_norm(x, self.weight, self.variance_epsilon)
        return x
