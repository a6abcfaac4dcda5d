"""Initial values do not matter: weights come from a checkpoint. Constants are kept, since small tables are sometimes read."""
import math


def constant_(tensor, val):
    tensor.data = tensor.data.fill_(val)
    return tensor


def zeros_(tensor): return constant_(tensor, 0.0)
def ones_(tensor): return constant_(tensor, 1.0)
def uniform_(tensor, a=0.0, b=1.0, generator=None): return tensor
def normal_(tensor, mean=0.0, std=1.0, generator=None): return tensor
def trunc_normal_(tensor, mean=0.0, std=1.0, a=-2.0, b=2.0, generator=None): return tensor
def xavier_uniform_(tensor, gain=1.0, generator=None): return tensor
def xavier_normal_(tensor, gain=1.0, generator=None): return tensor
def kaiming_uniform_(tensor, a=0, mode="fan_in", nonlinearity="leaky_relu", generator=None): return tensor
def kaiming_normal_(tensor, a=0, mode="fan_in", nonlinearity="leaky_relu", generator=None): return tensor
def orthogonal_(tensor, gain=1, generator=None): return tensor
def eye_(tensor): return tensor
def dirac_(tensor, groups=1): return tensor
def sparse_(tensor, sparsity, std=0.01, generator=None): return tensor


def calculate_gain(nonlinearity, param=None):
    gains = {"tanh": 5.0 / 3, "relu": math.sqrt(2.0), "selu": 3.0 / 4}
    if nonlinearity == "leaky_relu":
        return math.sqrt(2.0 / (1 + (0.01 if param is None else param) ** 2))
    return gains.get(nonlinearity, 1.0)


# The old names, which torch keeps.
uniform, normal, constant, eye, dirac = uniform_, normal_, constant_, eye_, dirac_
xavier_uniform, xavier_normal, kaiming_uniform, kaiming_normal, orthogonal = xavier_uniform_, xavier_normal_, kaiming_uniform_, kaiming_normal_, orthogonal_


def _calculate_fan_in_and_fan_out(tensor):
    if tensor.dim() < 2:
        raise ValueError("Fan in and fan out can not be computed for tensor with fewer than 2 dimensions")
    field = tensor[0][0].numel() if tensor.dim() > 2 else 1
    return tensor.size(1) * field, tensor.size(0) * field
