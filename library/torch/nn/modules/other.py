import torch.nn.functional as F
from torch.nn.modules.module import Module

__all__ = ["Dropout", "Dropout1d", "Dropout2d", "Flatten", "Unflatten", "Fold", "Unfold", "Upsample", "PixelShuffle", "PixelUnshuffle", "AvgPool1d", "AvgPool2d",
           "MaxPool1d", "MaxPool2d", "AdaptiveAvgPool1d", "AdaptiveAvgPool2d", "ConstantPad1d", "ConstantPad2d", "ZeroPad2d", "ReflectionPad1d",
           "ReflectionPad2d", "ReplicationPad2d", "CrossEntropyLoss", "MSELoss", "CosineSimilarity"]


class Dropout(Module):
    """Inference: the input."""

    def __init__(self, p=0.5, inplace=False):
        super().__init__()
        self.p = p

    def forward(self, input): return input


class Dropout1d(Dropout): pass
class Dropout2d(Dropout): pass


class Flatten(Module):
    def __init__(self, start_dim=1, end_dim=-1):
        super().__init__()
        self.start_dim, self.end_dim = start_dim, end_dim

    def forward(self, input): return input.flatten(self.start_dim, self.end_dim)


class Unflatten(Module):
    def __init__(self, dim, unflattened_size):
        super().__init__()
        self.dim, self.unflattened_size = dim, unflattened_size

    def forward(self, input): return input.unflatten(self.dim, self.unflattened_size)


class _Applied(Module):
    """A function with the arguments of construction behind the input."""
    _names = ()

    def __init__(self, *args, **kwargs):
        super().__init__()
        self._arguments = dict(zip(self._names, args))
        self._arguments.update(kwargs)

    def __getattr__(self, name):
        if name in self._names:
            return self._arguments.get(name)
        return super().__getattr__(name)

    def forward(self, input): return getattr(F, self._function)(input, **self._arguments)


class Fold(_Applied):
    _function, _names = "fold", ("output_size", "kernel_size", "dilation", "padding", "stride")


class Unfold(_Applied):
    _function, _names = "unfold", ("kernel_size", "dilation", "padding", "stride")


class Upsample(_Applied):
    _function, _names = "interpolate", ("size", "scale_factor", "mode", "align_corners")


class PixelShuffle(_Applied):
    _function, _names = "pixel_shuffle", ("upscale_factor",)


class PixelUnshuffle(_Applied):
    _function, _names = "pixel_unshuffle", ("downscale_factor",)


class AvgPool1d(_Applied):
    _function, _names = "avg_pool1d", ("kernel_size", "stride", "padding", "ceil_mode", "count_include_pad")


class AvgPool2d(_Applied):
    _function, _names = "avg_pool2d", ("kernel_size", "stride", "padding", "ceil_mode", "count_include_pad")


class MaxPool1d(_Applied):
    _function, _names = "max_pool1d", ("kernel_size", "stride", "padding", "dilation")


class MaxPool2d(_Applied):
    _function, _names = "max_pool2d", ("kernel_size", "stride", "padding", "dilation")


class AdaptiveAvgPool1d(_Applied):
    _function, _names = "adaptive_avg_pool1d", ("output_size",)


class AdaptiveAvgPool2d(_Applied):
    _function, _names = "adaptive_avg_pool2d", ("output_size",)


class _Pad(Module):
    _axes, _mode = 1, "constant"

    def __init__(self, padding, value=0.0):
        super().__init__()
        self.padding = (padding,) * (2 * self._axes) if isinstance(padding, int) else tuple(padding)
        self.value = value

    def forward(self, input): return F.pad(input, self.padding, self._mode, self.value if self._mode == "constant" else None)


class ConstantPad1d(_Pad): pass


class ConstantPad2d(_Pad):
    _axes = 2


class ZeroPad2d(ConstantPad2d): pass


class ReflectionPad1d(_Pad):
    _mode = "reflect"


class ReflectionPad2d(_Pad):
    _axes, _mode = 2, "reflect"


class ReplicationPad2d(_Pad):
    _axes, _mode = 2, "replicate"


class CrossEntropyLoss(Module):
    def __init__(self, *args, **kwargs):
        super().__init__()

    def forward(self, input, target): return F.cross_entropy(input, target)


class MSELoss(CrossEntropyLoss):
    def forward(self, input, target): return F.mse_loss(input, target)


class CosineSimilarity(Module):
    def __init__(self, dim=1, eps=1e-8):
        super().__init__()
        self.dim, self.eps = dim, eps

    def forward(self, x1, x2): return F.cosine_similarity(x1, x2, self.dim, self.eps)
