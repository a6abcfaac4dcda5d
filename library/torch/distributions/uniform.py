import torch


class Uniform:
    def __init__(self, low, high, validate_args=None):
        self.low = low
        self.high = high

    @property
    def mean(self): return (self.high + self.low) / 2

    def sample(self, sample_shape=()): return self.low + (self.high - self.low) * torch.rand(sample_shape)
    rsample = sample
