import torch
from fusescout_torch import Parameter


class UninitializedTensorMixin:
    def materialize(self, shape, device=None, dtype=None):
        self.data = torch.empty(shape, device=device, dtype=self.dtype if dtype is None else dtype)
        self._materialized = True


class UninitializedParameter(UninitializedTensorMixin, Parameter):
    """A parameter whose shape is given later."""

    def __new__(cls, requires_grad=True, device=None, dtype=None):
        return Parameter.__new__(cls, torch.empty(0, device=device, dtype=dtype), requires_grad)


class Buffer:
    def __new__(cls, data=None, *, persistent=True):
        return torch.empty(0) if data is None else data


class UninitializedBuffer(UninitializedTensorMixin):
    def __new__(cls, requires_grad=False, device=None, dtype=None, persistent=True):
        return torch.empty(0, device=device, dtype=dtype)


def is_lazy(parameter):
    return isinstance(parameter, UninitializedTensorMixin) and not getattr(parameter, "_materialized", False)
