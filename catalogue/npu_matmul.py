"""torch_npu: matrix products, plain, quantised, grouped, with communication."""
import torch
from fusescout import operator
import op
from npu_vector import INT4_IN_INT32, clamped_silu_mul, mx_quantize, packed


def first(x):
    """Lists of one tensor stand for the tensor in grouped products."""
    if isinstance(x, (list, tuple)):
        return x[0] if len(x) > 0 else None
    return x


def rest(x):
    return list(x[1:]) if isinstance(x, (list, tuple)) else []


@operator("torch_npu.npu_quant_matmul", unit="cube")
def npu_quant_matmul(x1, x2, scale, *, offset=None, pertoken_scale=None, bias=None, output_dtype=None, x1_dtype=None, x2_dtype=None,
                     pertoken_scale_dtype=None, scale_dtype=None, group_sizes=None, y_scale=None):
    columns = x2.shape[-1]
    if x2.dtype == torch.int32 and not x1.shape[-1] == x2.shape[-2]:
        columns = columns * INT4_IN_INT32  # packed along the columns; otherwise along the rows
    dtype = torch.int8 if output_dtype is None else output_dtype
    return op.quantized_matmul(x1, x2, scale, pertoken_scale, bias, columns=columns, dtype=dtype)


@operator("torch_npu.npu_weight_quant_batchmatmul", unit="mixed")
def npu_weight_quant_batchmatmul(x, weight, antiquant_scale, antiquant_offset=None, quant_scale=None, quant_offset=None, bias=None,
                                 antiquant_group_size=0, inner_precise=0, weight_dtype=None):
    shape = list(weight.shape)
    if weight.dtype == torch.int32:
        shape[-1] = shape[-1] * INT4_IN_INT32
    return op.matmul(x, op.dequantize(weight, antiquant_scale, antiquant_offset, dtype=x.dtype, shape=shape), bias)


@operator("torch_npu.npu_matmul_compress_dequant", unit="cube")
def npu_matmul_compress_dequant(x1, x2, compress_index, bias, deq_scale, offset_x=0):
    return op.quantized_matmul(x1, x2, deq_scale, None, bias, columns=bias.shape[-1], dtype=torch.float16)


@operator("torch_npu._npu_matmul_add_fp32", unit="cube", mutates=("c",))
def _npu_matmul_add_fp32(x, weight, c):
    op.add(c, op.matmul(x, weight, transpose_a=True, dtype=torch.float32), out=c)


@operator("torch_npu.npu_transpose_batchmatmul", unit="cube")
def npu_transpose_batchmatmul(input, weight, *, bias=None, scale=None, perm_x1=(0, 1, 2), perm_x2=(0, 1, 2), perm_y=(1, 0, 2), batch_split_factor=1):
    a = input if tuple(perm_x1) == (0, 1, 2) else op.permute(input, perm_x1)
    b = weight if tuple(perm_x2) == (0, 1, 2) else op.permute(weight, perm_x2)
    y = op.transpose(op.matmul(a, b, bias), perm_y)
    if scale is not None:
        y = op.quantize(y, scale)
    if batch_split_factor > 1:
        rows, batch, columns = y.shape
        y = op.view(y, [batch_split_factor, rows, batch * columns // batch_split_factor])
    return y


@operator("torch_npu.npu_transpose_quant_batchmatmul", unit="cube")
def npu_transpose_quant_batchmatmul(x1, x2, *, dtype=torch.bfloat16, bias=None, x1_scale=None, x2_scale=None, group_sizes=None,
                                    perm_x1=(1, 0, 2), perm_x2=(0, 1, 2), perm_y=(1, 0, 2), batch_split_factor=1):
    y = op.quantized_matmul(op.permute(x1, perm_x1), op.permute(x2, perm_x2), x2_scale, x1_scale, bias, dtype=dtype)
    return op.transpose(y, perm_y)


@operator("torch_npu.npu_mm_all_reduce_base", unit="mixed")
def npu_mm_all_reduce_base(self, x2, hcom, *, reduce_op="sum", bias=None, antiquant_scale=None, antiquant_offset=None, x3=None, dequant_scale=None,
                           pertoken_scale=None, comm_quant_scale_1=None, comm_quant_scale_2=None, antiquant_group_size=0, comm_turn=0):
    if dequant_scale is not None:
        y = op.quantized_matmul(self, x2, dequant_scale, pertoken_scale, bias)
    else:
        y = op.matmul(self, x2, bias)
    if x3 is not None:
        y = op.add(y, x3)
    return op.all_reduce(y, group=hcom)


@operator("torch_npu.npu_mm_reduce_scatter_base", unit="mixed")
def npu_mm_reduce_scatter_base(self, x2, hcom, world_size, *, reduce_op="sum", bias=None, x1_scale=None, x2_scale=None, comm_turn=0,
                               output_dtype=None, comm_mode=None):
    if x2_scale is not None:
        y = op.quantized_matmul(self, x2, x2_scale, x1_scale, bias, dtype=torch.bfloat16 if output_dtype is None else output_dtype)
    else:
        y = op.matmul(self, x2, bias)
    return op.reduce_scatter(y, group=hcom, world_size=world_size)


@operator("torch_npu.npu_all_gather_base_mm", unit="mixed")
def npu_all_gather_base_mm(self, x2, hcom, world_size, *, bias=None, x1_scale=None, x2_scale=None, gather_index=0, gather_output=True, comm_turn=0,
                           output_dtype=None, comm_mode=None):
    gathered = op.all_gather(self, group=hcom, world_size=world_size)
    return op.matmul(gathered, x2, bias), gathered


# --- grouped

def _columns(x, weight):
    """Columns of a grouped product, and whether the weight is stored [experts, columns, rows], as it is before it is loaded. A weight of
    int32 holds packed 4-bit numbers."""
    pack = INT4_IN_INT32 if weight.dtype == torch.int32 else 1
    if not weight.shape[-2] == x.shape[-1] and weight.shape[-1] * pack == x.shape[-1]:
        return weight.shape[-2], {"transpose_b": True}
    return weight.shape[-1] * pack, {}


@operator("torch_npu.npu_grouped_matmul", unit="cube")
def npu_grouped_matmul(x, weight, *, bias=None, scale=None, offset=None, antiquant_scale=None, antiquant_offset=None, per_token_scale=None,
                       group_list=None, activation_input=None, activation_quant_scale=None, activation_quant_offset=None, split_item=0,
                       group_type=None, group_list_type=0, act_type=0, output_dtype=None, tuning_config=None, x_dtype=None, weight_dtype=None,
                       scale_dtype=None, per_token_scale_dtype=None):
    a, w, b = first(x), first(weight), first(bias)
    s, token_scale, group_scale = first(scale), first(per_token_scale), first(antiquant_scale)
    columns, attributes = _columns(a, w)
    attributes["group_list_type"] = group_list_type
    dtype = output_dtype
    if dtype is None:
        dtype = torch.bfloat16 if a.dtype == torch.int8 else a.dtype
    others = rest(weight)
    if group_scale is not None:
        shape = list(w.shape)
        shape[-1] = columns
        w = op.dequantize(w, group_scale, first(antiquant_offset), dtype=a.dtype, shape=shape)
    if s is None and token_scale is None:
        return [op.grouped_matmul(a, w, group_list, b, others, columns, dtype, **attributes)]
    y = op.grouped_matmul(a, w, group_list, None, others, columns, torch.int32 if a.dtype == torch.int8 else torch.float32, **attributes)
    return [op.dequantize(y, s, token_scale, b, dtype=dtype)]


def grouped_swiglu_quant(x, weight, group_list, weight_scale, x_scale, bias=None, columns=None, others=(), limit=None):
    """Returns q and its scale, and an offset that the kernel leaves empty."""
    columns, attributes = _columns(x, weight) if columns is None else (columns, {})
    y = op.grouped_matmul(x, weight, group_list, None, others, columns, torch.int32, **attributes)
    return op.dynamic_quantize(clamped_silu_mul(op.dequantize(y, weight_scale, x_scale, bias, dtype=torch.float32), limit))


@operator("torch_npu.npu_grouped_matmul_swiglu_quant", unit="mixed")
def npu_grouped_matmul_swiglu_quant(x, weight, group_list, weight_scale, x_scale, *, bias=None, offset=None):
    q, scale = grouped_swiglu_quant(x, weight, group_list, weight_scale, x_scale, bias)
    return q, scale, op.fill([0], torch.float32, 0)


@operator("torch_npu.npu_grouped_matmul_swiglu_quant_v2", unit="mixed")
def npu_grouped_matmul_swiglu_quant_v2(x, weight, weight_scale, x_scale, group_list, *, smooth_scale=None, weight_assist_matrix=None, bias=None,
                                       dequant_mode=0, dequant_dtype=None, quant_mode=0, quant_dtype=None, group_list_type=0, tuning_config=None,
                                       x_dtype=None, weight_dtype=None, weight_scale_dtype=None, x_scale_dtype=None, swiglu_limit=None,
                                       **other):
    w = first(weight)
    if quant_mode == 2:
        columns, attributes = _columns(x, w)
        y = op.grouped_matmul(x, w, group_list, None, rest(weight), columns, torch.float32, **attributes)
        return mx_quantize(op.silu_mul(op.dequantize(y, first(weight_scale), x_scale, bias, dtype=torch.float32)), quant_dtype)
    return grouped_swiglu_quant(x, w, group_list, first(weight_scale), x_scale, bias, others=rest(weight))


@operator("torch_npu.npu_quant_grouped_matmul_dequant", unit="mixed")
def npu_quant_grouped_matmul_dequant(x, quantized_weight, weight_scale, group_list, *, bias=None, x_scale=None, x_offset=None, smooth_scale=None,
                                     quant_mode="pertoken"):
    # The weight is [experts, columns, rows].
    q, scale = op.dynamic_quantize(x, smooth_scale) if x_scale is None else (op.quantize(x, x_scale, x_offset), x_scale)
    y = op.grouped_matmul(q, quantized_weight, group_list, None, (), quantized_weight.shape[-2], torch.int32, transpose_b=True)
    return op.dequantize(y, weight_scale, scale, bias, dtype=x.dtype)


@operator("torch_npu.npu_convert_weight_to_int4pack")
def npu_convert_weight_to_int4pack(weight, inner_k_tiles=0):
    return op.copy(weight, packed(weight), bits=4)
