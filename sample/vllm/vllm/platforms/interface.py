import enum


class PlatformEnum(enum.Enum):
    CPU = enum.auto()
    OOT = enum.auto()
    UNSPECIFIED = enum.auto()


class Platform:
    _enum = PlatformEnum.UNSPECIFIED
    device_name: str = ""
    device_type: str = ""
    dispatch_key: str = "CPU"
    simple_compile_backend: str = "inductor"

    def is_out_of_tree(self) -> bool:
        return self._enum == PlatformEnum.OOT

    def is_cpu(self) -> bool:
        return self._enum == PlatformEnum.CPU

    @classmethod
    def pre_register_and_update(cls, parser=None) -> None:
        pass

    @classmethod
    def check_and_update_config(cls, vllm_config) -> None:
        pass

    @classmethod
    def get_attn_backend_cls(cls, selected_backend, attn_selector_config, num_heads=None) -> str:
        raise NotImplementedError

    @classmethod
    def opaque_attention_op(cls) -> bool:
        return False


class UnspecifiedPlatform(Platform):
    pass
