_num_vectorcore = -1


def init_device_properties_triton() -> None:
    """The sample launches no Triton kernel."""
    global _num_vectorcore
    _num_vectorcore = 48


def get_vectorcore_num() -> int:
    assert _num_vectorcore > 0, "Device properties not initialized. Please call init_device_properties_triton() first."
    return _num_vectorcore
