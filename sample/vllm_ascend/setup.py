"""A miniature of vllm-ascend, written for the tests and the demo of fusescout: the same ways of changing what vLLM runs."""
from setuptools import setup

setup(
    name="vllm_ascend",
    entry_points={
        "vllm.platform_plugins": ["ascend = vllm_ascend:register"],
        "vllm.general_plugins": ["ascend_models = vllm_ascend:register_models"],
    },
)
