import math

import torch


class Normal:
    def __init__(self, loc, scale, validate_args=None):
        self.loc = loc
        self.scale = scale

    @property
    def mean(self): return self.loc
    @property
    def stddev(self): return self.scale
    @property
    def variance(self): return self.scale ** 2

    def cdf(self, value): return 0.5 * (1 + torch.erf((value - self.loc) / (self.scale * math.sqrt(2))))
    def icdf(self, value): return self.loc + self.scale * torch.erfinv(2 * value - 1) * math.sqrt(2)

    def log_prob(self, value):
        return -((value - self.loc) ** 2) / (2 * self.scale ** 2) - math.log(self.scale) - math.log(math.sqrt(2 * math.pi))

    def sample(self, sample_shape=()): return self.loc + self.scale * torch.randn(sample_shape)
    rsample = sample
