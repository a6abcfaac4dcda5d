"""The canonical operators, as the catalogue writes them: one function a kind, which knows its output shapes and dtypes.

`emit(kind, inputs, outputs, mutates=[...], **attributes)` makes one operator of the kernel that is being described. An entry of `outputs` is
a pair (shape, dtype) for a new tensor, or a tensor that the operator overwrites as a whole (an `out=` argument, a pointer of a Triton
kernel). `mutates` names the inputs that are updated in part (a cache). `emit` returns the outputs as a list.

`view(x, shape, strides, offset)` is another look at a tensor: no operator, no launch. `strides` and `offset` count elements of the storage
relative to x's first element.
"""
import torch
from fusescout import emit, view as strided_view

# Promotion: by category (bool, integer, float), within it by rank. bfloat16 with float16 gives float32.
_RANK = {
    torch.bool: (0, 0), torch.uint8: (1, 1), torch.int8: (1, 2), torch.int16: (1, 3), torch.int32: (1, 4), torch.int64: (1, 5),
    torch.float8_e4m3fn: (2, 0), torch.float8_e5m2: (2, 0), torch.float16: (2, 1), torch.bfloat16: (2, 1), torch.float32: (2, 2),
    torch.float64: (2, 3),
}


def is_tensor(x):
    return isinstance(x, torch.Tensor)


def is_float(dtype):
    return _RANK[dtype][0] == 2


def promote(a, b):
    if a == b:
        return a
    rank_a, rank_b = _RANK[a], _RANK[b]
    if rank_a == rank_b:
        return torch.float32
    return a if rank_a > rank_b else b


def promote_scalar(dtype, scalar):
    """The dtype of a tensor operand with a Python number: only a float with an integer tensor changes it."""
    if isinstance(scalar, float) and not is_float(dtype):
        return torch.float32
    if not isinstance(scalar, bool) and dtype == torch.bool:
        return torch.int64
    return dtype


def broadcast(*shapes):
    result = list(shapes[0])
    for shape in shapes[1:]:
        shape = list(shape)
        if len(shape) > len(result):
            result, shape = shape, result
        skip = len(result) - len(shape)
        for i in range(len(shape)):
            if shape[i] is result[skip + i] or shape[i] == result[skip + i] or shape[i] == 1:
                continue
            if not result[skip + i] == 1:
                raise RuntimeError(f"shapes {list(shapes)} do not broadcast")
            result[skip + i] = shape[i]
    return result


def numel(x):
    count = 1
    for d in x.shape:
        count = count * d
    return count


def dim_of(x, dim):
    return dim + x.dim() if dim < 0 else dim


def size_without(x, dims, keepdim):
    """x's shape without some dims (None: all of them)."""
    if dims is None:
        dims = list(range(x.dim()))
    elif isinstance(dims, int):
        dims = [dims]
    dims = [dim_of(x, d) for d in dims]
    shape = []
    for i, d in enumerate(x.shape):
        if i not in dims:
            shape.append(d)
        elif keepdim:
            shape.append(1)
    return shape


def like(x, shape=None, dtype=None, out=None):
    """An output like x; `out` when the operator writes into that."""
    if out is not None:
        return out
    return (list(x.shape) if shape is None else list(shape), x.dtype if dtype is None else dtype)


def present(*tensors):
    return [t for t in tensors if t is not None]


def one(kind, inputs, output, **attributes):
    return emit(kind, inputs, [output], **attributes)[0]


# --- views: no operator

def view(x, shape):
    """A contiguous tensor under another shape; one dim may be -1."""
    shape = list(shape)
    if -1 in shape:
        rest = 1
        for d in shape:
            if not d == -1:
                rest = rest * d
        shape[shape.index(-1)] = numel(x) // rest
    strides, step = [], 1
    for d in reversed(shape):
        strides.insert(0, step)
        step = step * d
    return strided_view(x, shape, strides, 0)


def slice(x, dim, start, stop):
    dim = dim_of(x, dim)
    shape, strides = list(x.shape), list(x.stride())
    shape[dim] = stop - start
    return strided_view(x, shape, strides, start * strides[dim])


def split(x, sizes, dim=-1):
    pieces, start = [], 0
    for size in sizes:
        pieces.append(slice(x, dim, start, start + size))
        start = start + size
    return pieces


def permute(x, dims):
    shape, strides = list(x.shape), list(x.stride())
    return strided_view(x, [shape[d] for d in dims], [strides[d] for d in dims], 0)


# --- element-wise, one input

def _unary(kind, x, out=None, **attributes):
    return one(kind, [x], like(x, out=out), **attributes)


def _unary_float(kind, x, out=None, **attributes):
    return one(kind, [x], like(x, dtype=x.dtype if is_float(x.dtype) else torch.float32, out=out), **attributes)


def abs(x, out=None): return _unary("abs", x, out)
def ceil(x): return _unary("ceil", x)
def floor(x): return _unary("floor", x)
def round(x): return _unary("round", x)
def neg(x): return _unary("neg", x)
def sign(x): return _unary("sign", x)
def relu(x): return _unary("relu", x)
def bitwise_not(x): return _unary("bitwise_not", x)
def tril(x, diagonal=0): return _unary("tril", x, diagonal=diagonal)
def triu(x, diagonal=0): return _unary("triu", x, diagonal=diagonal)
def cos(x): return _unary_float("cos", x)
def sin(x): return _unary_float("sin", x)
def erf(x): return _unary_float("erf", x)
def exp(x): return _unary_float("exp", x)
def log(x): return _unary_float("log", x)
def reciprocal(x): return _unary_float("reciprocal", x)
def rsqrt(x): return _unary_float("rsqrt", x)
def sqrt(x): return _unary_float("sqrt", x)
def tanh(x): return _unary_float("tanh", x)
def sigmoid(x, out=None): return _unary_float("sigmoid", x, out)
def silu(x, out=None): return _unary_float("silu", x, out)
def gelu(x, approximate="none", out=None): return _unary_float("gelu", x, out, approximate=approximate)
def softplus(x, beta=1.0, threshold=20.0): return _unary_float("softplus", x, beta=beta, threshold=threshold)
def isfinite(x): return one("isfinite", [x], like(x, dtype=torch.bool))
def logical_not(x): return one("logical_not", [x], like(x, dtype=torch.bool))


def clamp(x, min=None, max=None, out=None):
    attributes = {}
    if min is not None:
        attributes["min"] = min
    if max is not None:
        attributes["max"] = max
    return _unary("clamp", x, out, **attributes)


def cast(x, dtype, out=None):
    """Nothing when x has that dtype already."""
    if x.dtype == dtype and out is None:
        return x
    return one("cast", [x], like(x, dtype=dtype, out=out), dtype=dtype)


# --- element-wise, two inputs; a number becomes the attribute `other`

def _binary(kind, x, y, dtype=None, out=None, swapped=None, **attributes):
    if is_tensor(x) and is_tensor(y):
        result = promote(x.dtype, y.dtype) if dtype is None else dtype
        return one(kind, [x, y], like(x, broadcast(x.shape, y.shape), result, out), **attributes)
    if is_tensor(x):
        result = promote_scalar(x.dtype, y) if dtype is None else dtype
        return one(kind, [x], like(x, dtype=result, out=out), other=y, **attributes)
    if swapped is None:
        raise TypeError(f"`{kind}` of a number and a tensor")
    result = promote_scalar(y.dtype, x) if dtype is None else dtype
    return one(swapped, [y], like(y, dtype=result, out=out), other=x, **attributes)


def add(x, y, out=None): return _binary("add", x, y, out=out, swapped="add")
def sub(x, y, out=None): return _binary("sub", x, y, out=out, swapped="rsub")
def mul(x, y, out=None): return _binary("mul", x, y, out=out, swapped="mul")
def rsub(x, y, out=None): return _binary("rsub", x, y, out=out, swapped="sub")
def maximum(x, y): return _binary("maximum", x, y)
def minimum(x, y): return _binary("minimum", x, y)
def floor_div(x, y): return _binary("floor_div", x, y)
def pow(x, y): return _binary("pow", x, y)
def bitwise_and(x, y): return _binary("bitwise_and", x, y, swapped="bitwise_and")
def bitwise_or(x, y): return _binary("bitwise_or", x, y, swapped="bitwise_or")
def eq(x, y): return _binary("eq", x, y, torch.bool, swapped="eq")
def ne(x, y): return _binary("ne", x, y, torch.bool, swapped="ne")
def lt(x, y): return _binary("lt", x, y, torch.bool, swapped="gt")
def le(x, y): return _binary("le", x, y, torch.bool, swapped="ge")
def gt(x, y): return _binary("gt", x, y, torch.bool, swapped="lt")
def ge(x, y): return _binary("ge", x, y, torch.bool, swapped="le")
def logical_and(x, y): return _binary("logical_and", x, y, torch.bool)
def logical_or(x, y): return _binary("logical_or", x, y, torch.bool)


def div(x, y, out=None):
    if not is_tensor(x):
        return mul(reciprocal(y), x, out=out)
    dtype = promote(x.dtype, y.dtype) if is_tensor(y) else promote_scalar(x.dtype, y)
    return _binary("div", x, y, dtype if is_float(dtype) else torch.float32, out)


def where(condition, x, y, out=None):
    if is_tensor(x) and is_tensor(y):
        return one("where", [condition, x, y], like(x, broadcast(condition.shape, x.shape, y.shape), promote(x.dtype, y.dtype), out))
    if is_tensor(x):
        return one("where", [condition, x], like(x, broadcast(condition.shape, x.shape), out=out), other=y)
    return one("where", [logical_not(condition), y], like(y, broadcast(condition.shape, y.shape), out=out), other=x)


def masked_fill(x, mask, value, out=None):
    return one("masked_fill", [x, mask], like(x, broadcast(x.shape, mask.shape), out=out), value=value)


# --- moving elements

def copy(x, shape=None, out=None, **attributes): return one("copy", [x], like(x, shape, out=out), **attributes)
def broadcast_to(x, shape): return one("broadcast_to", [x], like(x, shape))
def transpose(x, dims, out=None): return one("transpose", [x], like(x, [x.shape[d] for d in dims], out=out), dims=list(dims))
def repeat(x, repeats): return one("repeat", [x], like(x, [d * n for d, n in zip(x.shape, repeats)]), repeats=list(repeats))
def roll(x, shifts, dims): return one("roll", [x], like(x), shifts=shifts, dims=dims)
def rotate_half(x, interleaved=False): return one("rotate_half", [x], like(x), interleaved=interleaved)
def fill(shape, dtype, value): return one("fill", [], (list(shape), dtype), value=value)
def fill_(x, value): return one("fill", [], x, value=value)
def select_copy(x, index, shape, out=None): return one("select_copy", present(x, index), like(x, shape, out=out))
def one_hot(x, classes): return one("one_hot", [x], like(x, list(x.shape) + [classes], torch.int64), classes=classes)
def arange(n, dtype=torch.int64): return one("arange", [], ([n], dtype))


def cat(tensors, dim=0, out=None):
    shape = list(tensors[0].shape)
    dim = dim_of(tensors[0], dim)
    for t in tensors[1:]:
        shape[dim] = shape[dim] + t.shape[dim]
    return one("cat", list(tensors), like(tensors[0], shape, out=out), dim=dim)


def stack(tensors, dim=0):
    shape = list(tensors[0].shape)
    shape.insert(dim, len(tensors))
    return one("stack", list(tensors), like(tensors[0], shape), dim=dim)


def pad(x, pad, mode="constant", value=0.0):
    shape = list(x.shape)
    for i in range(len(pad) // 2):
        shape[-1 - i] = shape[-1 - i] + pad[2 * i] + pad[2 * i + 1]
    return one("pad", [x], like(x, shape), pad=list(pad), mode=mode, value=value)


def index_select(x, dim, index, out=None):
    shape = list(x.shape)
    dim = dim_of(x, dim)
    return one("index_select", [x, index], like(x, shape[:dim] + list(index.shape) + shape[dim + 1:], out=out), dim=dim)


def gather(x, dim, index): return one("gather", [x, index], like(x, index.shape), dim=dim_of(x, dim))
def embedding(weight, indices): return one("embedding", [weight, indices], like(weight, list(indices.shape) + [weight.shape[-1]]))


def index_copy(target, index, source):
    """Rows of `target` are replaced by those of `source`."""
    emit("index_copy", [target, index, source], [], mutates=[0])


def scatter(target, index, source): emit("scatter", [target, index, source], [], mutates=[0])


def kv_cache_write(key, value, key_cache, value_cache, slot_mapping):
    emit("kv_cache_write", [key, value, key_cache, value_cache, slot_mapping], [], mutates=[2, 3])


# --- reductions

def _reduce(kind, x, dim, keepdim, dtype=None, out=None, **attributes):
    if dim is not None:
        attributes["dim"] = dim if isinstance(dim, int) else list(dim)
    return one(kind, [x], like(x, size_without(x, dim, keepdim), dtype, out), keepdim=keepdim, **attributes)


def argmax(x, dim=None, keepdim=False): return _reduce("argmax", x, dim, keepdim, torch.int64)
def max(x, dim=None, keepdim=False): return _reduce("max", x, dim, keepdim)
def min(x, dim=None, keepdim=False): return _reduce("min", x, dim, keepdim)
def mean(x, dim=None, keepdim=False, out=None): return _reduce("mean", x, dim, keepdim, out=out)
def prod(x, dim=None, keepdim=False): return _reduce("prod", x, dim, keepdim)
def sum(x, dim=None, keepdim=False): return _reduce("sum", x, dim, keepdim, x.dtype if is_float(x.dtype) else torch.int64)
def var(x, dim=None, correction=1, keepdim=False): return _reduce("var", x, dim, keepdim, correction=correction)
def cumsum(x, dim, out=None): return one("cumsum", [x], like(x, dtype=x.dtype if is_float(x.dtype) else torch.int64, out=out), dim=dim)


# --- matrix products

def matmul(x, w, bias=None, transpose_a=False, transpose_b=False, dtype=None, out=None, **attributes):
    """x @ w (+ bias), batched when the rank is above 2."""
    a, b = list(x.shape), list(w.shape)
    if transpose_a:
        a[-1], a[-2] = a[-2], a[-1]
    if transpose_b:
        b[-1], b[-2] = b[-2], b[-1]
        attributes["transpose_b"] = True
    if transpose_a:
        attributes["transpose_a"] = True
    shape = (a[:-2] if len(b) == 2 else broadcast(a[:-2], b[:-2])) + [a[-2], b[-1]] if len(a) > 1 else [b[-1]]
    return one("matmul", present(x, w, bias), like(x, shape, dtype, out), **attributes)


def quantized_matmul(x, w, weight_scale=None, token_scale=None, bias=None, columns=None, dtype=torch.bfloat16, out=None, **attributes):
    shape = list(x.shape)[:-1] + [w.shape[-1] if columns is None else columns]
    return one("quantized_matmul", present(x, w, weight_scale, token_scale, bias), like(x, shape, dtype, out), dtype=dtype, **attributes)


def grouped_matmul(x, weight, group_list=None, bias=None, extra=(), columns=None, dtype=None, out=None, **attributes):
    """`extra`: scales of a quantised product, in the order weight scale, token scale, offsets."""
    shape = list(x.shape)[:-1] + [weight.shape[-1] if columns is None else columns]
    return one("grouped_matmul", present(x, weight, group_list, bias, *extra), like(x, shape, dtype, out), **attributes)


def hadamard(x, *matrices, shape=None): return one("hadamard", [x] + list(matrices), like(x, shape))


def conv(x, weight, shape, bias=None, **attributes): return one("conv", present(x, weight, bias), like(x, shape), **attributes)


# --- norms

def statistics_of(x, weight):
    """A number for each row that a norm takes together."""
    last = 1 if weight is None else weight.dim()
    shape = list(x.shape)
    return shape[:len(shape) - last] + [1] * last, torch.float32


def rms_norm(x, weight=None, eps=1e-6, rstd=False, kind="rms_norm", out=None):
    """With rstd: a second output, 1 / rms of each row."""
    outputs = [like(x, out=out)]
    if rstd:
        outputs.append(statistics_of(x, weight))
    results = emit(kind, present(x, weight), outputs, eps=eps)
    return tuple(results) if rstd else results[0]


def gemma_rms_norm(x, weight, eps=1e-6, rstd=False): return rms_norm(x, weight, eps, rstd, "gemma_rms_norm")
def l2_norm(x, eps=1e-6, out=None): return one("l2_norm", [x], like(x, out=out), eps=eps)


def layer_norm(x, weight=None, bias=None, eps=1e-5, out=None, statistics=False):
    """With statistics: mean and 1 / standard deviation of each row as well."""
    outputs = [like(x, out=out)] + [statistics_of(x, weight)] * 2 * statistics
    results = emit("layer_norm", present(x, weight, bias), outputs, eps=eps)
    return tuple(results) if statistics else results[0]


def group_norm(x, groups, weight=None, bias=None, eps=1e-5):
    return one("group_norm", present(x, weight, bias), like(x), groups=groups, eps=eps)


# --- activations and softmax

def silu_mul(x, out=None):
    shape = list(x.shape)
    shape[-1] = shape[-1] // 2
    return one("silu_mul", [x], like(x, shape, out=out))


def gelu_mul(x, approximate="none", out=None, activated=False):
    """With `activated` the first half behind GELU as well."""
    shape = list(x.shape)
    shape[-1] = shape[-1] // 2
    outputs = [like(x, shape, out=out)] + [like(x, shape)] * activated
    results = emit("gelu_mul", [x], outputs, approximate=approximate)
    return tuple(results) if activated else results[0]


def softmax(x, dim=-1): return _unary_float("softmax", x, dim=dim)


# --- rotary position embedding of one tensor

def rope(x, cos=None, sin=None, cache=None, positions=None, rotary_dim=None, neox=True, out=None, **attributes):
    """cos and sin of each token, or rows of a cache picked by position. rotary_dim: leading elements of each head that turn."""
    if rotary_dim is not None:
        attributes["rotary_dim"] = rotary_dim
    return one("rope", present(x, cos, sin, cache, positions), like(x, out=out), neox=neox, **attributes)


def rope_(x, *args, **kwargs):
    """In place, of the whole tensor."""
    return rope(x, *args, out=x, **kwargs)


# --- quantisation

def quantize(x, scale=None, zero_point=None, dtype=torch.int8, shape=None, out=None, **attributes):
    return one("quantize", present(x, scale, zero_point), like(x, shape, dtype, out), dtype=dtype, **attributes)


def dequantize(x, *scales, dtype=torch.bfloat16, shape=None): return one("dequantize", present(x, *scales), like(x, shape, dtype), dtype=dtype)


def dynamic_quantize(x, smooth=None, dtype=torch.int8, shape=None, scale_shape=None, scale_dtype=torch.float32, out=None, scale_out=None, **attributes):
    """Returns q and its scale, one a row."""
    rows = list(x.shape)[:-1] if scale_shape is None else scale_shape
    outputs = [like(x, shape, dtype, out), scale_out if scale_out is not None else (rows, scale_dtype)]
    return tuple(emit("dynamic_quantize", present(x, smooth), outputs, dtype=dtype, **attributes))


# --- mixture of experts

def moe_gating(x, k, bias=None, extra=(), dtype=None, index_dtype=torch.int32, scores=False, **attributes):
    """Weights and indices of the k best experts of each token; with `scores`, the normalised scores too (float32)."""
    rows = list(x.shape)[:-1]
    outputs = [(rows + [k], x.dtype if dtype is None else dtype), (rows + [k], index_dtype)]
    if scores:
        outputs.append((list(x.shape), torch.float32))
    return tuple(emit("moe_gating", present(x, bias, *extra), outputs, k=k, **attributes))


def expert_dispatch(x, indices, rows, experts, extra=(), index_shape=None, index_dtype=torch.int32, count_dtype=torch.int64, **attributes):
    """Rows sorted and expanded by expert, where each came from, rows of each expert."""
    outputs = [like(x, [rows] + list(x.shape)[1:]), ([rows] if index_shape is None else index_shape, index_dtype), ([experts], count_dtype)]
    return tuple(emit("expert_dispatch", present(x, indices, *extra), outputs, **attributes))


def expert_combine(x, indices, tokens, weights=None, extra=(), out=None, **attributes):
    """The rows of each token, weighted and summed."""
    shape = list(tokens) if isinstance(tokens, (list, tuple)) else [tokens] + list(x.shape)[1:]
    return one("expert_combine", present(x, indices, weights, *extra), like(x, shape, out=out), **attributes)


# --- attention and recurrences

def attention(query, key, value, extra=(), shape=None, lse_shape=None, out=None, lse_out=None, **attributes):
    """`extra`: mask, block table, rope parts, lengths. With lse_shape or lse_out a second output, the log-sum-exp (float32)."""
    outputs = [like(query, shape, out=out)]
    if lse_out is not None:
        outputs.append(lse_out)
    elif lse_shape is not None:
        outputs.append((list(lse_shape), torch.float32))
    attributes = {name: value for name, value in attributes.items() if value is not None}
    results = emit("attention", present(query, key, value, *extra), outputs, **attributes)
    return results[0] if len(results) == 1 else tuple(results)


def linear_attention(inputs, outputs, state=None, **attributes):
    """`inputs`: q, k, v, gates, indices; `state` is updated in place. `outputs` as of emit."""
    inputs = present(*inputs)
    if state is None:
        return emit("linear_attention", inputs, outputs, **attributes)
    return emit("linear_attention", inputs + [state], outputs, mutates=[len(inputs)], **attributes)


def causal_conv1d(x, weight, state=None, bias=None, extra=(), shape=None, out=None, **attributes):
    inputs = present(x, weight, bias, *extra)
    if state is None:
        return emit("causal_conv1d", inputs, [like(x, shape, out=out)], **attributes)[0]
    return emit("causal_conv1d", inputs + [state], [like(x, shape, out=out)], mutates=[len(inputs)], **attributes)[0]


# --- sorting, random numbers, meaning unknown

def topk(x, k, dim=-1, index_dtype=torch.int64, **attributes):
    shape = list(x.shape)
    shape[dim_of(x, dim)] = k
    return tuple(emit("topk", [x], [(shape, x.dtype), (shape, index_dtype)], k=k, dim=dim, **attributes))


def sort(x, dim=-1, descending=False): return tuple(emit("sort", [x], [like(x), like(x, dtype=torch.int64)], dim=dim, descending=descending))


def random(shape, dtype): return one("random", [], (list(shape), dtype))


def opaque(name, inputs, outputs, mutates=(), **attributes):
    return emit("opaque", present(*inputs), outputs, mutates=list(mutates), name=name, **attributes)


# --- communication

def all_reduce(x, group="", world_size=1, out=None): return one("all_reduce", [x], like(x, out=out), group=group, world_size=world_size)


def all_gather(x, dim=0, group="", world_size=1, out=None):
    shape = list(x.shape)
    shape[dim_of(x, dim)] = shape[dim_of(x, dim)] * world_size
    return one("all_gather", [x], like(x, shape, out=out), dim=dim, group=group, world_size=world_size)


def reduce_scatter(x, dim=0, group="", world_size=1, out=None):
    shape = list(x.shape)
    shape[dim_of(x, dim)] = shape[dim_of(x, dim)] // world_size
    return one("reduce_scatter", [x], like(x, shape, out=out), dim=dim, group=group, world_size=world_size)


def all_to_all(x, rows=None, group="", world_size=1, out=None):
    shape = list(x.shape) if rows is None else [rows] + list(x.shape)[1:]
    return one("all_to_all", [x], like(x, shape, out=out), group=group, world_size=world_size)


def send_recv(x, group="", out=None): return one("send_recv", [x], like(x, out=out), group=group)
