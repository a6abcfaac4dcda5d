from collections.abc import Callable

import torch
from torch.library import Library, infer_schema

vllm_lib = Library("vllm", "FRAGMENT")


def direct_register_custom_op(
    op_name: str,
    op_func: Callable,
    mutates_args: list[str] | None = None,
    fake_impl: Callable | None = None,
    dispatch_key: str | None = None,
):
    """Makes `torch.ops.vllm.<op_name>` call a Python function, and be one node of a compiled graph."""
    if dispatch_key is None:
        from vllm.platforms import current_platform

        dispatch_key = current_platform.dispatch_key
    schema = infer_schema(op_func, mutates_args=mutates_args or [])
    vllm_lib.define(op_name + schema)
    vllm_lib.impl(op_name, op_func, dispatch_key=dispatch_key)
    if fake_impl is not None:
        vllm_lib._register_fake(op_name, fake_impl)
