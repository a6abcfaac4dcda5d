import torch.nn as nn

from vllm.config import get_current_vllm_config
from vllm.platforms import current_platform

op_registry: dict[str, type] = {}
op_registry_oot: dict[str, type] = {}


class CustomOp(nn.Module):
    """A layer that a platform may replace: by its own `forward_...`, or as a whole with `register_oot`."""

    def __new__(cls, *args, **kwargs):
        op_cls = op_registry_oot.get(cls.__name__, cls)
        return super().__new__(op_cls)

    def __init__(self, *, enforce_enable: bool = False):
        super().__init__()
        self._enforce_enable = enforce_enable
        self._forward_method = self.dispatch_forward()

    def forward(self, *args, **kwargs):
        return self._forward_method(*args, **kwargs)

    def forward_native(self, *args, **kwargs):
        raise NotImplementedError

    def forward_cuda(self, *args, **kwargs):
        raise NotImplementedError

    def forward_oot(self, *args, **kwargs):
        return self.forward_native(*args, **kwargs)

    def dispatch_forward(self):
        compilation_config = get_current_vllm_config().compilation_config
        enabled = self._enforce_enable or self.enabled()
        counter = compilation_config.enabled_custom_ops if enabled else compilation_config.disabled_custom_ops
        counter.update([self.__class__.name])
        if not enabled:
            return self.forward_native
        if current_platform.is_out_of_tree():
            return self.forward_oot
        return self.forward_cuda

    @classmethod
    def enabled(cls) -> bool:
        custom_ops = get_current_vllm_config().compilation_config.custom_ops
        return ("all" in custom_ops or f"+{cls.name}" in custom_ops) and f"-{cls.name}" not in custom_ops

    @classmethod
    def register(cls, name: str):
        def decorator(op_cls):
            assert name not in op_registry, f"Duplicate op name: {name}"
            op_cls.name = name
            op_registry[name] = op_cls
            return op_cls

        return decorator

    @classmethod
    def register_oot(cls, _decorated_op_cls=None, name: str | None = None):
        def decorator(op_cls):
            reg_name = name if name is not None else cls.__name__
            assert reg_name not in op_registry_oot, f"Duplicate op name: {reg_name}"
            op_cls.name = reg_name
            op_registry_oot[reg_name] = op_cls
            return op_cls

        return decorator if _decorated_op_cls is None else decorator(_decorated_op_cls)


class PluggableLayer(nn.Module):
    """A layer that a platform may replace only as a whole."""

    def __new__(cls, *args, **kwargs):
        layer_cls = op_registry_oot.get(cls.__name__, cls)
        return super().__new__(layer_cls)

    @classmethod
    def register(cls, name: str):
        def decorator(layer_cls):
            layer_cls.name = name
            op_registry[name] = layer_cls
            return layer_cls

        return decorator
