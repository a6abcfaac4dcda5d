"""torch.distributions: what models compute constants with."""
from torch.distributions import normal, uniform
from torch.distributions.normal import Normal
from torch.distributions.uniform import Uniform
