"""Names of `torch` itself that steer execution and make no tensor."""
from fusescout_torch import Module as _Module


def compile(model=None, **options):
    return model if model is not None else lambda function: function


class _Mode:
    """A context and decorator without effect: nothing is differentiated here."""

    def __new__(cls, argument=None, *args, **kwargs):
        return argument if callable(argument) else object.__new__(cls)

    def __init__(self, *args, **kwargs): pass
    def __enter__(self): return self
    def __exit__(self, *exception): return False
    def __call__(self, function): return function


class no_grad(_Mode): pass
class enable_grad(_Mode): pass
class inference_mode(_Mode): pass
class set_grad_enabled(_Mode): pass
class autocast(_Mode): pass


def is_grad_enabled(): return False
def is_inference_mode_enabled(): return True
def is_inference(tensor): return True
def is_autocast_enabled(device_type=None): return False
def get_autocast_dtype(device_type): return None
def manual_seed(seed): return Generator()
def seed(): return 0
def initial_seed(): return 0
def get_rng_state(): return None
def set_rng_state(state): pass
def set_num_threads(count): pass
def get_num_threads(): return 1
def set_num_interop_threads(count): pass
def set_printoptions(**options): pass
def set_float32_matmul_precision(precision): pass
def get_float32_matmul_precision(): return "highest"
def use_deterministic_algorithms(mode, warn_only=False): pass
def are_deterministic_algorithms_enabled(): return False
def is_deterministic_algorithms_warn_only_enabled(): return False
def typename(value): return type(value).__module__ + "." + type(value).__name__
def vmap(function, *args, **kwargs): return function
def _check_is_size(value, message=None): pass
def _assert(condition, message): assert condition, message
def get_device_module(device=None): return __import__("torch").npu


def _check(condition, message=None):
    if not condition:
        raise RuntimeError(message() if callable(message) else "Expected cond to be True, but got False.")


class Generator:
    def __init__(self, device="cpu"):
        self.device = device

    def manual_seed(self, seed): return self
    def seed(self): return 0
    def initial_seed(self): return 0
    def get_state(self): return None
    def set_state(self, state): return self


default_generator = Generator()


class Stream:
    def __init__(self, *args, **kwargs): pass


class Event(Stream): pass
class OutOfMemoryError(RuntimeError): pass
class ScriptObject: pass


class Tag:
    core, data_dependent_output, dynamic_output_shape, flexible_layout, generated, inplace_view, maybe_aliasing_or_mutating = range(7)
    needs_contiguous_strides, needs_exact_strides, needs_fixed_stride_order, nondeterministic_bitwise, nondeterministic_seeded = range(7, 12)
    pointwise, pt2_compliant_tag, view_copy, cudagraph_unsafe = range(12, 16)


class _Classes:
    def load_library(self, path): pass


classes = _Classes()


def _foreach(name):
    def call(*arguments, **options):
        import torch_foreach
        result = getattr(torch_foreach, name)(*arguments, **options)
        return None if name.endswith("_") else result
    return call


for _name in ("add", "sub", "mul", "div", "neg", "abs", "exp", "log", "sqrt", "rsqrt", "reciprocal", "sigmoid", "tanh", "cos", "sin"):
    globals()["_foreach_" + _name] = _foreach("_foreach_" + _name)
    globals()["_foreach_" + _name + "_"] = _foreach("_foreach_" + _name + "_")
_foreach_copy_ = _foreach("_foreach_copy_")
_foreach_zero_ = _foreach("_foreach_zero_")
