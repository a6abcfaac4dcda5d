def register():
    """The platform."""
    return "vllm_ascend.platform.NPUPlatform"


def register_models():
    """No model of its own."""
