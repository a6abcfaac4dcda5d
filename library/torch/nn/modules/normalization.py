import numbers

import torch
import torch.nn.functional as F
from torch.nn.modules.module import Module
from torch.nn.parameter import Parameter

__all__ = ["LayerNorm", "RMSNorm", "GroupNorm", "LocalResponseNorm", "BatchNorm1d", "BatchNorm2d", "BatchNorm3d", "SyncBatchNorm", "InstanceNorm1d",
           "InstanceNorm2d"]


def _shape(normalized_shape):
    return (normalized_shape,) if isinstance(normalized_shape, numbers.Integral) else tuple(normalized_shape)


class LayerNorm(Module):
    def __init__(self, normalized_shape, eps=1e-5, elementwise_affine=True, bias=True, device=None, dtype=None):
        super().__init__()
        self.normalized_shape = _shape(normalized_shape)
        self.eps = eps
        self.elementwise_affine = elementwise_affine
        self.register_parameter("weight", Parameter(torch.empty(self.normalized_shape, device=device, dtype=dtype)) if elementwise_affine else None)
        self.register_parameter("bias", Parameter(torch.empty(self.normalized_shape, device=device, dtype=dtype)) if elementwise_affine and bias else None)

    def reset_parameters(self): pass
    def forward(self, input): return F.layer_norm(input, self.normalized_shape, self.weight, self.bias, self.eps)
    def extra_repr(self): return f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}"


class RMSNorm(Module):
    def __init__(self, normalized_shape, eps=None, elementwise_affine=True, device=None, dtype=None):
        super().__init__()
        self.normalized_shape = _shape(normalized_shape)
        self.eps = eps
        self.elementwise_affine = elementwise_affine
        self.register_parameter("weight", Parameter(torch.empty(self.normalized_shape, device=device, dtype=dtype)) if elementwise_affine else None)

    def reset_parameters(self): pass
    def forward(self, x): return F.rms_norm(x, self.normalized_shape, self.weight, self.eps)
    def extra_repr(self): return f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}"


class GroupNorm(Module):
    def __init__(self, num_groups, num_channels, eps=1e-5, affine=True, device=None, dtype=None):
        super().__init__()
        self.num_groups = num_groups
        self.num_channels = num_channels
        self.eps = eps
        self.affine = affine
        self.register_parameter("weight", Parameter(torch.empty(num_channels, device=device, dtype=dtype)) if affine else None)
        self.register_parameter("bias", Parameter(torch.empty(num_channels, device=device, dtype=dtype)) if affine else None)

    def forward(self, input): return F.group_norm(input, self.num_groups, self.weight, self.bias, self.eps)


class LocalResponseNorm(Module):
    def __init__(self, size, alpha=1e-4, beta=0.75, k=1.0):
        super().__init__()
        self.size, self.alpha, self.beta, self.k = size, alpha, beta, k

    def forward(self, input): return F.local_response_norm(input, self.size, self.alpha, self.beta, self.k)


class _BatchNorm(Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True, device=None, dtype=None):
        super().__init__()
        self.num_features = num_features
        self.eps = eps
        self.momentum = momentum
        self.register_parameter("weight", Parameter(torch.empty(num_features, device=device, dtype=dtype)) if affine else None)
        self.register_parameter("bias", Parameter(torch.empty(num_features, device=device, dtype=dtype)) if affine else None)
        self.register_buffer("running_mean", torch.zeros(num_features, device=device, dtype=dtype) if track_running_stats else None)
        self.register_buffer("running_var", torch.ones(num_features, device=device, dtype=dtype) if track_running_stats else None)

    def forward(self, input):
        return F.batch_norm(input, self.running_mean, self.running_var, self.weight, self.bias, False, self.momentum, self.eps)


class BatchNorm1d(_BatchNorm): pass
class BatchNorm2d(_BatchNorm): pass
class BatchNorm3d(_BatchNorm): pass
class SyncBatchNorm(_BatchNorm): pass


class InstanceNorm1d(Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=False, track_running_stats=False, device=None, dtype=None):
        super().__init__()
        self.eps = eps
        self.register_parameter("weight", Parameter(torch.empty(num_features, device=device, dtype=dtype)) if affine else None)
        self.register_parameter("bias", Parameter(torch.empty(num_features, device=device, dtype=dtype)) if affine else None)

    def forward(self, input): return F.instance_norm(input, None, None, self.weight, self.bias, eps=self.eps)


class InstanceNorm2d(InstanceNorm1d): pass
