"""What the Python of a golden test finds without an import."""
import torch
import torch.nn as nn
import torch.nn.functional as F
import torch_npu


class RMSNorm(nn.Module):
    """A norm whose kernel is its own, as on the device."""

    def __init__(self, hidden_size, eps=1e-6):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(hidden_size))
        self.eps = eps

    def forward(self, x):
        return torch_npu.npu_rms_norm(x, self.weight, self.eps)[0]
