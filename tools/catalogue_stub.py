"""Enough of `torch` and `fusescout` to run catalogue/*.py under plain CPython: shapes, dtypes and strides, nothing else."""
import importlib
import os
import re
import sys
import types

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SHORT = {"bool": "bool", "uint8": "u8", "int8": "i8", "int16": "i16", "int32": "i32", "int64": "i64", "float16": "f16", "bfloat16": "bf16",
         "float32": "f32", "float64": "f64", "float8_e4m3fn": "f8e4m3", "float8_e5m2": "f8e5m2", "float8_e8m0fnu": "e8m0", "quint4x2": "quint4x2",
         "qint8": "qint8", "quint8": "quint8", "qint32": "qint32", "float4_e2m1fn_x2": "f4"}


class DType:
    def __init__(self, name):
        self.name = name

    def __repr__(self):
        return "torch." + self.name


class Tensor:
    def __init__(self, shape, dtype, strides=None):
        self.shape = tuple(shape)
        self.dtype = dtype
        if strides is None:
            strides, step = [], 1
            for d in reversed(self.shape):
                strides.insert(0, step)
                step *= d
        self._strides = tuple(strides)

    ndim = property(lambda self: len(self.shape))

    def dim(self):
        return len(self.shape)

    def stride(self):
        return self._strides

    def numel(self):
        n = 1
        for d in self.shape:
            n *= d
        return n

    def __repr__(self):
        return f"{SHORT[self.dtype.name]}{list(self.shape)}"


class Checker:
    """What emit got, and what was wrong with it."""

    def __init__(self):
        with open(os.path.join(ROOT, "src", "graph", "operator_kind.cpp")) as file:
            rows = re.findall(r'\{"(\w+)", (\w+), (true|false), (\w+),', file.read())
        self.kinds = {name: None if count == "any" else int(count) for name, _, _, count in rows}
        self.used = {}
        self.operators = []   # of the current call
        self.functions = {}   # operator name -> function
        self.options = {}     # operator name -> options
        self.kernels = {}

    def emit(self, kind, inputs, outputs, mutates=(), **attributes):
        if kind not in self.kinds:
            raise TypeError(f"no operator kind `{kind}`")
        self.used[kind] = self.used.get(kind, 0) + 1
        for x in inputs:
            if not isinstance(x, Tensor):
                raise TypeError(f"`{kind}`: input {x!r} is no tensor")
        count = self.kinds[kind]
        if count is not None and len(inputs) + ("other" in attributes) != count and len(mutates) == 0:
            raise TypeError(f"`{kind}` has {count} inputs, not {len(inputs)}")
        for name, value in attributes.items():
            items = value if isinstance(value, (list, tuple)) else [value]
            if value is None or not all(isinstance(v, (bool, int, float, str, DType)) for v in items):
                raise TypeError(f"`{kind}`: attribute {name}={value!r}")
        results = []
        for output in outputs:
            if isinstance(output, Tensor):
                results.append(output)
                continue
            shape, dtype = output
            if not isinstance(dtype, DType) or not all(isinstance(d, int) and d >= 0 for d in shape):
                raise TypeError(f"`{kind}`: output {output!r}")
            results.append(Tensor(shape, dtype))
        self.operators.append((kind, list(inputs), results, dict(attributes)))
        return results

    def view(self, x, shape, strides, offset=0):
        last = offset
        for d, s in zip(shape, strides):
            last += (d - 1) * s
        span = sum((d - 1) * s for d, s in zip(x.shape, x.stride()))
        if len(shape) != len(strides) or (x.numel() > 0 and last > span):
            raise TypeError(f"view {list(shape)} {list(strides)} at {offset} leaves {x}")
        return Tensor(shape, x.dtype, strides)

    def operator(self, name, unit="vector", launches=1, mutates=(), view=False):
        def register(function):
            import inspect
            parameters = inspect.signature(function).parameters
            for argument in mutates:
                if argument not in parameters:
                    raise TypeError(f"{name}: mutates {argument!r}, which is no parameter")
            if unit not in ("vector", "cube", "mixed", "communication"):
                raise TypeError(f"{name}: unit {unit!r}")
            self.functions[name] = function
            self.options[name] = {"unit": unit, "launches": launches, "mutates": mutates, "view": view}
            return function
        return register

    def kernel_meaning(self, name, unit="vector"):
        def register(function):
            self.kernels[name] = function
            return function
        return register


def load():
    """Installs the stubs, runs the catalogue, returns the checker and the module torch_npu."""
    checker = Checker()
    torch = types.ModuleType("torch")
    for name in SHORT:
        setattr(torch, name, DType(name))
    torch.Tensor = Tensor
    torch.empty = lambda *size, dtype=torch.float32, device=None: Tensor(size[0] if isinstance(size[0], (list, tuple)) else size, dtype)
    fusescout = types.ModuleType("fusescout")
    for name in ("emit", "view", "operator", "kernel_meaning"):
        setattr(fusescout, name, getattr(checker, name))
    fusescout.results = lambda name, otherwise: otherwise
    fusescout.result_is_taken = lambda: True
    sys.modules["torch"], sys.modules["fusescout"] = torch, fusescout
    sys.path.insert(0, os.path.join(ROOT, "catalogue"))
    sys.dont_write_bytecode = True
    modules = {name: importlib.import_module(name) for name in ("torch_npu", "_C_ascend", "triton_kernels")}
    checker.dtypes = {short: getattr(torch, name) for name, short in SHORT.items()}
    return checker, modules
