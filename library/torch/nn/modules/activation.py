import torch
import torch.nn.functional as F
from torch.nn.modules.linear import Linear
from torch.nn.modules.module import Module
from torch.nn.parameter import Parameter

__all__ = ["ReLU", "ReLU6", "GELU", "SiLU", "Mish", "Sigmoid", "Tanh", "LogSigmoid", "Hardswish", "Hardsigmoid", "Hardtanh", "LeakyReLU", "ELU", "SELU", "CELU",
           "Softplus", "Softmax", "LogSoftmax", "GLU", "PReLU", "Threshold", "MultiheadAttention"]


class ReLU(Module):
    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def forward(self, input): return F.relu(input, inplace=self.inplace)


class ReLU6(ReLU):
    def forward(self, input): return F.relu6(input, self.inplace)


class GELU(Module):
    def __init__(self, approximate="none"):
        super().__init__()
        self.approximate = approximate

    def forward(self, input): return F.gelu(input, approximate=self.approximate)
    def extra_repr(self): return f"approximate={self.approximate!r}"


class SiLU(Module):
    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def forward(self, input): return F.silu(input, inplace=self.inplace)


class Mish(SiLU):
    def forward(self, input): return F.mish(input)


class Sigmoid(Module):
    def forward(self, input): return torch.sigmoid(input)


class Tanh(Module):
    def forward(self, input): return torch.tanh(input)


class LogSigmoid(Module):
    def forward(self, input): return F.logsigmoid(input)


class Hardswish(SiLU):
    def forward(self, input): return F.hardswish(input)


class Hardsigmoid(SiLU):
    def forward(self, input): return F.hardsigmoid(input)


class Hardtanh(Module):
    def __init__(self, min_val=-1.0, max_val=1.0, inplace=False):
        super().__init__()
        self.min_val, self.max_val = min_val, max_val

    def forward(self, input): return F.hardtanh(input, self.min_val, self.max_val)


class LeakyReLU(Module):
    def __init__(self, negative_slope=0.01, inplace=False):
        super().__init__()
        self.negative_slope = negative_slope

    def forward(self, input): return F.leaky_relu(input, self.negative_slope)


class ELU(Module):
    def __init__(self, alpha=1.0, inplace=False):
        super().__init__()
        self.alpha = alpha

    def forward(self, input): return F.elu(input, self.alpha)


class SELU(SiLU):
    def forward(self, input): return F.selu(input)


class CELU(ELU):
    def forward(self, input): return F.celu(input, self.alpha)


class Softplus(Module):
    def __init__(self, beta=1.0, threshold=20.0):
        super().__init__()
        self.beta, self.threshold = beta, threshold

    def forward(self, input): return F.softplus(input, self.beta, self.threshold)


class Softmax(Module):
    def __init__(self, dim=None):
        super().__init__()
        self.dim = dim

    def forward(self, input): return F.softmax(input, self.dim)


class LogSoftmax(Softmax):
    def forward(self, input): return F.log_softmax(input, self.dim)


class GLU(Module):
    def __init__(self, dim=-1):
        super().__init__()
        self.dim = dim

    def forward(self, input): return F.glu(input, self.dim)


class PReLU(Module):
    def __init__(self, num_parameters=1, init=0.25, device=None, dtype=None):
        super().__init__()
        self.weight = Parameter(torch.empty(num_parameters, device=device, dtype=dtype))

    def forward(self, input): return F.prelu(input, self.weight)


class Threshold(Module):
    def __init__(self, threshold, value, inplace=False):
        super().__init__()
        self.threshold, self.value = threshold, value

    def forward(self, input): return F.threshold(input, self.threshold, self.value)


class MultiheadAttention(Module):
    """One merged projection; query, key and value of the same width."""

    def __init__(self, embed_dim, num_heads, dropout=0.0, bias=True, batch_first=False, device=None, dtype=None):
        super().__init__()
        self.embed_dim = embed_dim
        self.num_heads = num_heads
        self.head_dim = embed_dim // num_heads
        self.batch_first = batch_first
        self.in_proj_weight = Parameter(torch.empty((3 * embed_dim, embed_dim), device=device, dtype=dtype))
        self.register_parameter("in_proj_bias", Parameter(torch.empty(3 * embed_dim, device=device, dtype=dtype)) if bias else None)
        self.out_proj = Linear(embed_dim, embed_dim, bias=bias, device=device, dtype=dtype)

    def forward(self, query, key, value, key_padding_mask=None, need_weights=True, attn_mask=None):
        if not self.batch_first and query.dim() == 3:
            query, key, value = query.transpose(0, 1), key.transpose(0, 1), value.transpose(0, 1)
        weights = self.in_proj_weight.chunk(3)
        biases = [None] * 3 if self.in_proj_bias is None else self.in_proj_bias.chunk(3)
        heads = [F.linear(x, w, b).unflatten(-1, (self.num_heads, self.head_dim)).transpose(-2, -3)
                 for x, w, b in zip((query, key, value), weights, biases)]
        output = F.scaled_dot_product_attention(*heads, attn_mask=attn_mask).transpose(-2, -3).flatten(-2)
        output = self.out_proj(output)
        if not self.batch_first and output.dim() == 3:
            output = output.transpose(0, 1)
        return output, None
