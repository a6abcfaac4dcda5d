"""torch_npu: norms, rotary embeddings, activations, quantisation, copies."""
import torch
from fusescout import operator, result_is_taken
import op

# Eight 4-bit numbers are packed into one int32.
INT4_IN_INT32 = 8


def packed(x):
    """x's shape with the last axis packed."""
    shape = list(x.shape)
    shape[-1] = shape[-1] // INT4_IN_INT32
    return shape


# --- norms

@operator("torch_npu.npu_rms_norm")
def npu_rms_norm(self, gamma, epsilon=1e-6):
    return op.rms_norm(self, gamma, eps=epsilon, rstd=True)


@operator("torch_npu.npu_gemma_rms_norm")
def npu_gemma_rms_norm(self, gamma, epsilon=1e-6):
    return op.gemma_rms_norm(self, gamma, eps=epsilon, rstd=True)


@operator("torch_npu.npu_add_rms_norm")
def npu_add_rms_norm(x1, x2, gamma, epsilon=1e-6):
    x = op.add(x1, x2)
    y, rstd = op.rms_norm(x, gamma, eps=epsilon, rstd=True)
    return y, rstd, x


@operator("torch_npu.npu_add_layer_norm")
def npu_add_layer_norm(x1, x2, gamma, beta, epsilon=1e-5, additional_output=False):
    x = op.add(x1, x2)
    y, mean, rstd = op.layer_norm(x, gamma, beta, eps=epsilon, statistics=True)
    return y, mean, rstd, x


def _shifted(y, beta):
    return y if beta is None else op.add(y, beta)


@operator("torch_npu.npu_add_rms_norm_cast")
def npu_add_rms_norm_cast(x1, x2, gamma, epsilon=1e-6):
    x = op.add(x1, x2)
    y, rstd = op.rms_norm(x, gamma, eps=epsilon, rstd=True)
    return op.cast(y, torch.float32), y, rstd, x


@operator("torch_npu.npu_add_rms_norm_quant")
def npu_add_rms_norm_quant(x1, x2, gamma, scales1, zero_points1=None, beta=None, scales2=None, zero_points2=None, *, axis=-1, epsilon=1e-6,
                           div_mode=True):
    x = op.add(x1, x2)
    y = _shifted(op.rms_norm(x, gamma, eps=epsilon), beta)
    y1 = op.quantize(y, scales1, zero_points1, divide=div_mode)
    y2 = y1 if scales2 is None else op.quantize(y, scales2, zero_points2, divide=div_mode)
    return y1, y2, x


@operator("torch_npu._npu_quant_rms_norm")
def _npu_quant_rms_norm(x, gamma, beta, scale, offset, epsilon=1e-6):
    return op.quantize(_shifted(op.rms_norm(x, gamma, eps=epsilon), beta), scale, offset)


@operator("torch_npu.npu_add_rms_norm_dynamic_quant")
def npu_add_rms_norm_dynamic_quant(x1, x2, gamma, *, smooth_scale1=None, smooth_scale2=None, beta=None, epsilon=1e-6, output_mask=None, y_dtype=None):
    x = op.add(x1, x2)
    y = _shifted(op.rms_norm(x, gamma, eps=epsilon), beta)
    y1, scale1 = op.dynamic_quantize(y, smooth_scale1)
    if smooth_scale2 is None:
        return y1, y1, x, scale1, scale1
    y2, scale2 = op.dynamic_quantize(y, smooth_scale2)
    return y1, y2, x, scale1, scale2


def mx_scale_shape(x):
    """One exponent for 32 elements of the last axis, in pairs."""
    shape = list(x.shape)
    shape[-1] = (shape[-1] + 63) // 64
    return shape + [2]


MX_SCALE = getattr(torch, "float8_e8m0fnu", torch.uint8)


def mx_quantize(y, dtype=None):
    return op.dynamic_quantize(y, dtype=torch.float8_e4m3fn if dtype is None else dtype, scale_shape=mx_scale_shape(y), scale_dtype=MX_SCALE, block=32)


@operator("torch_npu.npu_rms_norm_dynamic_mx_quant")
def npu_rms_norm_dynamic_mx_quant(x, gamma, *, beta=None, epsilon=1e-6, scale_alg=0, round_mode="rint", dst_type=None, output_rstd=False):
    y, rstd = op.rms_norm(x, gamma, eps=epsilon, rstd=True)
    q, scale = mx_quantize(_shifted(y, beta), dst_type)
    return q, scale, rstd


@operator("torch_npu.npu_add_rms_norm_dynamic_mx_quant")
def npu_add_rms_norm_dynamic_mx_quant(x1, x2, gamma, *, beta=None, epsilon=1e-6, scale_alg=0, round_mode="rint", dst_type=None, output_rstd=False):
    x = op.add(x1, x2)
    y, rstd = op.rms_norm(x, gamma, eps=epsilon, rstd=True)
    q, scale = mx_quantize(_shifted(y, beta), dst_type)
    return q, x, scale, rstd


# --- rotary embeddings

@operator("torch_npu._npu_rotary_embedding", mutates=("query", "key"))
def _npu_rotary_embedding(positions, query, key, head_size, cos_sin_cache, is_neox_style=True):
    for x in (query, key):
        op.rope_(x, cache=cos_sin_cache, positions=positions, rotary_dim=cos_sin_cache.shape[-1], neox=is_neox_style, head_size=head_size)


@operator("torch_npu.npu_rope", mutates=("query", "key"))
def npu_rope(positions, query, key, cos_sin_cache, **other):
    for x in (query, key):
        op.rope_(x, cache=cos_sin_cache, positions=positions, rotary_dim=cos_sin_cache.shape[-1])


@operator("torch_npu.npu_mrope")
def npu_mrope(positions, query, key, cos_sin_cache, head_size, *, mrope_section=None, rotary_mode="half", cache_mode="default"):
    def turn(x):
        return op.rope(x, cache=cos_sin_cache, positions=positions, rotary_dim=cos_sin_cache.shape[-1], neox=rotary_mode == "half",
                       head_size=head_size, sections=[] if mrope_section is None else list(mrope_section))
    return turn(query), turn(key)


@operator("torch_npu.npu_rotary_mul")
def npu_rotary_mul(self, r1, r2, rotary_mode="half", rotate=None):
    return op.rope(self, r1, r2, rotary_dim=r1.shape[-1], neox=rotary_mode == "half")


@operator("torch_npu.npu_interleave_rope")
def npu_interleave_rope(x, cos, sin):
    # Even and odd elements are gathered into halves first; they stay there.
    return op.rope(x, cos, sin, rotary_dim=x.shape[-1], neox=False, halves_out=True)


# Writes in place, but its schema does not say so: to the compiler it is a function, and most callers take what it returns.
@operator("torch_npu.npu_apply_rotary_pos_emb")
def npu_apply_rotary_pos_emb(query, key, cos, sin, layout="BSH", rotary_mode="half"):
    turn = op.rope if result_is_taken() else op.rope_
    return tuple(turn(x, cos, sin, rotary_dim=cos.shape[-1], neox=rotary_mode == "half") for x in (query, key))


# --- activations

def clamped_silu_mul(x, limit, swapped=False):
    """silu(gate) * up; a limit holds the gate from above and the other half from both sides. None and huge numbers are no limit."""
    if not swapped and (limit is None or limit == 0 or limit >= 1e6):
        return op.silu_mul(x)
    half = x.shape[-1] // 2
    gate, up = op.split(x, [half, half])
    if swapped:
        gate, up = up, gate
    if limit is not None and 0 < limit < 1e6:
        gate, up = op.clamp(gate, max=limit), op.clamp(up, min=-limit, max=limit)
    return op.mul(op.silu(gate), up)


def situ(x, beta, linear_beta, gate_first):
    """beta * tanh(gate / beta) * sigmoid(gate) * up, where up is bent the same way when it has a number of its own."""
    half = x.shape[-1] // 2
    gate, up = op.split(op.cast(x, torch.float32), [half, half])
    if not gate_first:
        gate, up = up, gate
    gate = op.mul(op.mul(op.tanh(op.div(gate, beta)), beta), op.sigmoid(gate))
    if linear_beta is not None and linear_beta > 0:
        up = op.mul(op.tanh(op.div(up, linear_beta)), linear_beta)
    return op.mul(gate, up)


@operator("torch_npu.npu_swiglu")
def npu_swiglu(self, dim=-1):
    return op.silu_mul(self)


@operator("torch_npu.npu_geglu")
def npu_geglu(self, dim=-1, approximate=1, activate_left=False):
    """The product, and the half that went through GELU."""
    approximate = "tanh" if approximate else "none"
    if activate_left:
        return op.gelu_mul(self, approximate, activated=True)
    half = self.shape[-1] // 2
    left, right = op.split(self, [half, half])
    activated = op.gelu(right, approximate)
    return op.mul(left, activated), activated


@operator("torch_npu.npu_clipped_swiglu")
def npu_clipped_swiglu(x, *, group_index=None, dim=-1, alpha=1.702, limit=7.0, bias=1.0, interleaved=True):
    half = x.shape[-1] // 2
    gate, up = op.split(x, [half, half])
    gate = op.clamp(gate, max=limit)
    up = op.clamp(up, min=-limit, max=limit)
    return op.mul(op.mul(gate, op.sigmoid(op.mul(gate, alpha))), op.add(up, bias))


@operator("torch_npu.npu_fast_gelu")
def npu_fast_gelu(self):
    return op.mul(self, op.sigmoid(op.mul(self, 1.702)))


@operator("torch_npu.npu_gelu")
def npu_gelu(self, *, approximate="none"):
    return op.gelu(self, approximate)


# --- quantisation

@operator("torch_npu.npu_quantize")
def npu_quantize(self, scales, zero_points, dtype, axis=1, div_mode=True):
    if dtype == torch.quint4x2:
        return op.quantize(self, scales, zero_points, dtype=torch.int32, shape=packed(self), divide=div_mode, bits=4)
    dtype = {torch.qint8: torch.int8, torch.quint8: torch.uint8, torch.qint32: torch.int32}.get(dtype, dtype)
    return op.quantize(self, scales, zero_points, dtype=dtype, divide=div_mode)


@operator("torch_npu._npu_quantize_per_tensor")
def _npu_quantize_per_tensor(input, scale, offset):
    return op.quantize(input, scale, offset)


@operator("torch_npu.npu_dynamic_quant")
def npu_dynamic_quant(input, *, smooth_scales=None, group_index=None, dst_type=None, quant_mode="pertoken", dst_type_max=0.0):
    if dst_type == torch.quint4x2:
        return op.dynamic_quantize(input, smooth_scales, dtype=torch.int32, shape=packed(input), bits=4)
    return op.dynamic_quantize(input, smooth_scales, dtype=torch.int8 if dst_type is None else dst_type)


@operator("torch_npu.npu_dynamic_quant_asymmetric")
def npu_dynamic_quant_asymmetric(input, *, smooth_scales=None, group_index=None, dst_type=None, quant_mode="pertoken"):
    q, scale = op.dynamic_quantize(input, smooth_scales)
    return q, scale, op.sub(op.min(input, -1), op.max(input, -1))


@operator("torch_npu.npu_dynamic_mx_quant")
def npu_dynamic_mx_quant(input, *, axis=-1, round_mode="rint", dst_type=None, block_size=32, scale_alg=0):
    return mx_quantize(input, dst_type)


@operator("torch_npu.npu_dynamic_block_quant")
def npu_dynamic_block_quant(x, *, min_scale=0.0, round_mode="rint", dst_type=None, row_block_size=1, col_block_size=128, dst_type_max=0.0):
    shape = list(x.shape)
    shape[-1] = (shape[-1] + col_block_size - 1) // col_block_size
    shape[-2] = (shape[-2] + row_block_size - 1) // row_block_size
    return op.dynamic_quantize(x, dtype=torch.int8 if dst_type is None else dst_type, scale_shape=shape, block=col_block_size)


@operator("torch_npu.npu_kronecker_quant", unit="mixed")
def npu_kronecker_quant(x, kronecker_p1, kronecker_p2, clip_ratio=1.0, dst_dtype=None):
    y = op.hadamard(x, kronecker_p1, kronecker_p2)
    return op.dynamic_quantize(y, dtype=torch.int32, shape=packed(y), scale_shape=[x.shape[0]], bits=4)


def dequant_swiglu_quant(x, weight_scale, activation_scale, bias, quant_scale, quant_offset, group_index, quant_mode):
    if weight_scale is not None:
        x = op.dequantize(x, weight_scale, activation_scale, bias, group_index, dtype=torch.float32)
    y = op.silu_mul(x)
    if quant_mode == 0 and quant_scale is not None:
        return op.quantize(y, quant_scale, quant_offset), quant_scale
    return op.dynamic_quantize(y, quant_scale)


@operator("torch_npu.npu_dequant_swiglu_quant")
def npu_dequant_swiglu_quant(x, *, weight_scale=None, activation_scale=None, bias=None, quant_scale=None, quant_offset=None, group_index=None,
                             activate_left=False, quant_mode=0, swiglu_mode=0, clamp_limit=7.0, glu_alpha=1.702, glu_bias=1.0):
    return dequant_swiglu_quant(x, weight_scale, activation_scale, bias, quant_scale, quant_offset, group_index, quant_mode)


# --- copies, caches, formats

@operator("torch_npu.npu_scatter_nd_update_", mutates=("self",))
def npu_scatter_nd_update_(self, indices, updates):
    op.index_copy(self, indices, updates)
    return self


@operator("torch_npu.npu_sign_bits_unpack")
def npu_sign_bits_unpack(input, size, dtype):
    columns = input.shape[0] * 8 // size
    return op.cast(op.view(op.repeat(input, [8]), [size, columns]), dtype)


@operator("torch_npu.npu_prefetch", launches=0)
def npu_prefetch(self, dependency, max_size, offset=0):
    """Fills the L2 cache from a side stream; computes nothing."""


# --- sampling

def keep_top(logits, p=None, k=None):
    """Logits outside the k best and outside the smallest set of probability p become -inf."""
    values, order = op.sort(logits, -1)
    if k is not None:
        rank = op.arange(values.shape[-1], torch.int32)
        values = op.masked_fill(values, op.lt(rank, op.view(op.rsub(op.cast(k, torch.int32), values.shape[-1]), [values.shape[0], 1])), float("-inf"))
    if p is not None:
        kept = op.cumsum(op.softmax(values), -1)
        values = op.masked_fill(values, op.le(kept, op.view(op.rsub(p, 1.0), [values.shape[0], 1])), float("-inf"))
    return op.one("scatter", [values, order], op.like(logits), dim=-1)


@operator("torch_npu.npu_top_k_top_p", launches=2)
def npu_top_k_top_p(logits, p=None, k=None):
    return keep_top(logits, p, k)
