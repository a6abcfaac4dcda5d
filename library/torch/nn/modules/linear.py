import torch
import torch.nn.functional as F
from torch.nn.modules.module import Module
from torch.nn.parameter import Parameter

__all__ = ["Identity", "Linear", "Bilinear", "Embedding", "EmbeddingBag"]


class Identity(Module):
    def __init__(self, *args, **kwargs):
        super().__init__()

    def forward(self, input): return input


class Linear(Module):
    def __init__(self, in_features, out_features, bias=True, device=None, dtype=None):
        super().__init__()
        self.in_features = in_features
        self.out_features = out_features
        self.weight = Parameter(torch.empty((out_features, in_features), device=device, dtype=dtype))
        self.register_parameter("bias", Parameter(torch.empty(out_features, device=device, dtype=dtype)) if bias else None)

    def reset_parameters(self): pass
    def forward(self, input): return F.linear(input, self.weight, self.bias)
    def extra_repr(self): return f"in_features={self.in_features}, out_features={self.out_features}, bias={self.bias is not None}"


class Bilinear(Module):
    def __init__(self, in1_features, in2_features, out_features, bias=True, device=None, dtype=None):
        super().__init__()
        self.weight = Parameter(torch.empty((out_features, in1_features, in2_features), device=device, dtype=dtype))
        self.register_parameter("bias", Parameter(torch.empty(out_features, device=device, dtype=dtype)) if bias else None)

    def forward(self, input1, input2): return F.bilinear(input1, input2, self.weight, self.bias)


class Embedding(Module):
    def __init__(self, num_embeddings, embedding_dim, padding_idx=None, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, sparse=False,
                 _weight=None, _freeze=False, device=None, dtype=None):
        super().__init__()
        self.num_embeddings = num_embeddings
        self.embedding_dim = embedding_dim
        self.padding_idx = padding_idx
        self.max_norm = max_norm
        self.norm_type = norm_type
        self.scale_grad_by_freq = scale_grad_by_freq
        self.sparse = sparse
        data = torch.empty((num_embeddings, embedding_dim), device=device, dtype=dtype) if _weight is None else _weight
        self.weight = Parameter(data, requires_grad=not _freeze)

    @classmethod
    def from_pretrained(cls, embeddings, freeze=True, **options):
        return cls(embeddings.shape[0], embeddings.shape[1], _weight=embeddings, _freeze=freeze, **options)

    def reset_parameters(self): pass
    def forward(self, input): return F.embedding(input, self.weight)
    def extra_repr(self): return f"{self.num_embeddings}, {self.embedding_dim}"


class EmbeddingBag(Module):
    def __init__(self, num_embeddings, embedding_dim, mode="mean", device=None, dtype=None, **options):
        super().__init__()
        self.mode = mode
        self.weight = Parameter(torch.empty((num_embeddings, embedding_dim), device=device, dtype=dtype))

    def forward(self, input, offsets=None): return F.embedding_bag(input, self.weight, offsets, mode=self.mode)
