import torch
import torch.nn.functional as F
from torch.nn.modules.module import Module
from torch.nn.modules.utils import _pair, _single, _triple
from torch.nn.parameter import Parameter

__all__ = ["Conv1d", "Conv2d", "Conv3d", "ConvTranspose1d", "ConvTranspose2d"]


class _ConvNd(Module):
    """Subclasses say how many axes and which function."""

    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1, bias=True, padding_mode="zeros", device=None,
                 dtype=None):
        super().__init__()
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.kernel_size = self._tuple(kernel_size)
        self.stride = self._tuple(stride)
        self.padding = padding if isinstance(padding, str) else self._tuple(padding)
        self.dilation = self._tuple(dilation)
        self.transposed = False
        self.output_padding = self._tuple(0)
        self.groups = groups
        self.padding_mode = padding_mode
        self.weight = Parameter(torch.empty((out_channels, in_channels // groups) + self.kernel_size, device=device, dtype=dtype))
        self.register_parameter("bias", Parameter(torch.empty(out_channels, device=device, dtype=dtype)) if bias else None)

    def _around(self):
        """The padding as F.pad wants it: last axis first, before and after."""
        return [n for n in reversed(self.padding) for _ in range(2)]

    def forward(self, input):
        padding = self.padding
        if self.padding_mode != "zeros":
            input, padding = F.pad(input, self._around(), mode=self.padding_mode), self._tuple(0)
        return self._function(input, self.weight, self.bias, self.stride, padding, self.dilation, self.groups)

    def _conv_forward(self, input, weight, bias): return self._function(input, weight, bias, self.stride, self.padding, self.dilation, self.groups)
    def reset_parameters(self): pass
    def extra_repr(self): return f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}"


class Conv1d(_ConvNd):
    _tuple = staticmethod(_single)
    _function = staticmethod(F.conv1d)


class Conv2d(_ConvNd):
    _tuple = staticmethod(_pair)
    _function = staticmethod(F.conv2d)


class Conv3d(_ConvNd):
    _tuple = staticmethod(_triple)
    _function = staticmethod(F.conv3d)


class _ConvTransposeNd(Module):
    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, output_padding=0, groups=1, bias=True, dilation=1,
                 padding_mode="zeros", device=None, dtype=None):
        super().__init__()
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.kernel_size = self._tuple(kernel_size)
        self.stride = self._tuple(stride)
        self.padding = self._tuple(padding)
        self.dilation = self._tuple(dilation)
        self.output_padding = self._tuple(output_padding)
        self.transposed = True
        self.groups = groups
        self.weight = Parameter(torch.empty((in_channels, out_channels // groups) + self.kernel_size, device=device, dtype=dtype))
        self.register_parameter("bias", Parameter(torch.empty(out_channels, device=device, dtype=dtype)) if bias else None)

    def forward(self, input, output_size=None):
        return self._function(input, self.weight, self.bias, self.stride, self.padding, self.output_padding, self.groups, self.dilation)


class ConvTranspose1d(_ConvTransposeNd):
    _tuple = staticmethod(_single)
    _function = staticmethod(lambda *args: F.conv_transpose1d(*args))


class ConvTranspose2d(_ConvTransposeNd):
    _tuple = staticmethod(_pair)
    _function = staticmethod(lambda *args: F.conv_transpose2d(*args))
