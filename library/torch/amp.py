from torch._names import autocast
from torch.compiler import _identity

custom_fwd = custom_bwd = _identity
