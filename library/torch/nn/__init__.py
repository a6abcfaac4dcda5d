"""torch.nn: the layers over the native Module. What they compute is in torch.nn.functional."""
from torch.nn import functional, init, modules, parameter, utils
from torch.nn.modules import *
from torch.nn.parameter import Buffer, Parameter, UninitializedBuffer, UninitializedParameter
