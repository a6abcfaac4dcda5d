"""The device that kernels would run on. The scenario sets the properties."""


class _Utils:
    properties = {"num_aicore": 24, "num_vectorcore": 48, "max_shared_mem": 196608, "multiprocessor_count": 24}

    def get_device_properties(self, device):
        return self.properties


class _Target:
    backend, arch, warp_size = "npu", "Ascend910B", 0


class _Driver:
    utils = _Utils()

    def get_current_target(self): return _Target()
    def get_current_device(self): return 0
    def get_current_stream(self, device=None): return 0
    def is_active(self): return True


active = _Driver()


def set_active(driver): pass
