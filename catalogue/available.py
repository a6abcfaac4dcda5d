"""Fused kernels that exist: one call of each, on shapes that stand for all. A place where a model computes the same in several kernels could call
the kernel instead. Shapes say nothing, but for sizes that are named as the only ones; which operands there are does: a kernel with and without
a bias is two calls. One that does the work but refuses the operands that a model has for it is recorded as the model computes it, and says what it asks for.
"""
import torch
import torch.nn.functional as functional
from fusescout_kernels import kernel, tensor

import _C_ascend
import torch_npu
import triton
from torch.distributed.collectives import _all_gather_into_tensor as all_gather

T, H, I, E, K = 16, 256, 512, 8, 4    # rows, columns, inner columns, experts, chosen ones
SMALL = ("310P",)
BEFORE_MX = ("310P", "910")     # no numbers that share an exponent


def x(*shape): return tensor(list(shape) or [T, H], torch.bfloat16)
def f32(*shape): return tensor(list(shape), torch.float32)
def i8(*shape): return tensor(list(shape), torch.int8)
def i32(*shape): return tensor(list(shape), torch.int32)
def i64(*shape): return tensor(list(shape), torch.int64)


def norms():
    kernel("torch_npu.npu_rms_norm", "", (), lambda: torch_npu.npu_rms_norm(x(), x(H))[0])
    kernel("torch_npu.npu_gemma_rms_norm", "", (), lambda: torch_npu.npu_gemma_rms_norm(x(), x(H))[0])
    kernel("aten.layer_norm", "", (), lambda: functional.layer_norm(x(), (H,), x(H)))
    kernel("torch_npu.npu_add_layer_norm", "additional_output=True gives the sum", SMALL, lambda: torch_npu.npu_add_layer_norm(x(), x(), x(H), x(H)))
    kernel("torch_npu.npu_add_layer_norm", "additional_output=True gives the sum; zeros for the bias", SMALL, lambda: add_layer_norm_without_bias())
    for weight in ((H,), (8, H)):      # of a row, or of the groups of one
        kernel("triton.layer_norm_fwd_kernel", "norm_before_gate=True", SMALL,
               lambda: torch_npu.npu_rms_norm(x(T, 8, H), x(*weight))[0] * functional.silu(x(T, 8, H)))
        kernel("triton.layer_norm_fwd_kernel", "norm_before_gate=False", SMALL,
               lambda: torch_npu.npu_rms_norm(x(T, 8, H) * functional.silu(x(T, 8, H)), x(*weight))[0])
    kernel("torch_npu.npu_add_rms_norm", "", (), lambda: torch_npu.npu_add_rms_norm(x(), x(), x(H)))
    kernel("torch_npu.npu_add_rms_norm_cast", "", SMALL, lambda: torch_npu.npu_add_rms_norm_cast(x(), x(), x(H)))
    kernel("_C_ascend.npu_add_rms_norm_bias", "custom operators built", SMALL, lambda: _C_ascend.npu_add_rms_norm_bias(x(), x(), x(H), x(H)))
    quant = "static scales of one tensor"
    kernel("torch_npu.npu_add_rms_norm_quant", quant, SMALL, lambda: torch_npu.npu_add_rms_norm_quant(x(), x(), x(H), x(H), x(H)))
    kernel("torch_npu.npu_add_rms_norm_quant", quant, SMALL, lambda: torch_npu.npu_add_rms_norm_quant(x(), x(), x(H), x(H), x(H), x(H)))
    kernel("torch_npu.npu_add_rms_norm_dynamic_quant", "", SMALL, lambda: torch_npu.npu_add_rms_norm_dynamic_quant(x(), x(), x(H)))
    kernel("torch_npu.npu_add_rms_norm_dynamic_quant", "", SMALL, lambda: torch_npu.npu_add_rms_norm_dynamic_quant(x(), x(), x(H), beta=x(H)))
    for beta in (None, x(H)):
        kernel("torch_npu.npu_rms_norm_dynamic_mx_quant", "", BEFORE_MX, lambda: torch_npu.npu_rms_norm_dynamic_mx_quant(x(), x(H), beta=beta))
        kernel("torch_npu.npu_add_rms_norm_dynamic_mx_quant", "", BEFORE_MX, lambda: torch_npu.npu_add_rms_norm_dynamic_mx_quant(x(), x(), x(H), beta=beta))


def add_layer_norm_without_bias():
    total = x() + x()
    return functional.layer_norm(total, (H,), x(H)), total


def gathered_norm(bias):
    """What a rank has normalised, from all of them, and its own sum."""
    normalised, _, total = _C_ascend.npu_add_rms_norm_bias(x(), x(), x(H), x(H) if bias else None)
    return all_gather(normalised, x(2 * T, H), "group", 2), total


def norms_before_gathers():
    """Rows that a model quantises behind a gather are the same where each rank quantises its own before it."""
    def static(bias):
        rows, total = gathered_norm(bias)
        return torch_npu.npu_quantize(rows, x(H), x(H), torch.qint8, -1, False), total

    def dynamic(bias):
        rows, total = gathered_norm(bias)
        return *torch_npu.npu_dynamic_quant(rows), total

    for bias in (False, True):
        kernel("torch_npu.npu_add_rms_norm_quant", "static scales of one tensor, the gather behind it", SMALL, lambda: static(bias))
        kernel("torch_npu.npu_add_rms_norm_dynamic_quant", "the gather behind it", SMALL, lambda: dynamic(bias))


def rotations():
    for mode in ("half", "interleave"):
        kernel("torch_npu.npu_rotary_mul", "cos and sin as wide as what turns", (),
               lambda: torch_npu.npu_rotary_mul(x(T, 8, 128), x(T, 1, 128), x(T, 1, 128), rotary_mode=mode))
    for neox in (True, False):
        kernel("torch_npu._npu_rotary_embedding", "in place, angles of the positions in one table", (), lambda: rotated_by_position(neox))


def rotated_by_position(neox):
    """Query and key as they lie in the merged projection; the kernel looks the angles up."""
    heads, head = 5, 128
    cos, sin = x(4096, head).index_select(0, i64(T)).chunk(2, dim=-1)
    query, key = [x(T, heads + 2, head)[:, :heads] for _ in range(2)]
    mode = "half" if neox else "interleave"
    return torch_npu.npu_rotary_mul(query, cos, sin, rotary_mode=mode), torch_npu.npu_rotary_mul(key, cos, sin, rotary_mode=mode)


def products():
    kernel("torch_npu.npu_transpose_batchmatmul", "batch times inner size below 65536", SMALL,
           lambda: torch_npu.npu_transpose_batchmatmul(x(E, T, H), x(E, H, I), perm_y=(1, 0, 2)))
    kernel("_C_ascend.batch_matmul_transpose", "custom operators built", SMALL, batch_matmul_transpose)
    kernel("torch_npu.npu_mm_all_reduce_base", "every rank calls it, tensor parallel only", SMALL,
           lambda: torch_npu.npu_mm_all_reduce_base(x(), x(H, H), "group"))
    kernel("torch_npu.npu_mm_all_reduce_base", "every rank calls it, tensor parallel only", SMALL,
           lambda: torch_npu.npu_mm_all_reduce_base(x(), x(H, H), "group", bias=x(H)))
    for by_token in (False, True):
        kernel("torch_npu.npu_mm_all_reduce_base", "every rank calls it, tensor parallel only", SMALL,
               lambda: torch_npu.npu_mm_all_reduce_base(i8(T, H), i8(H, H), "group", dequant_scale=x(H), pertoken_scale=f32(T) if by_token else None))
    ranks = "custom operators built, every rank calls it"
    kernel("_C_ascend.matmul_allreduce_add_rmsnorm", ranks, SMALL,
           lambda: _C_ascend.matmul_allreduce_add_rmsnorm(x(), x(H, H), x(), x(H), "group", 8, 0, 1e-6, False, False))
    for by_token in (False, True):
        kernel("_C_ascend.matmul_allreduce_add_rmsnorm", ranks, SMALL, lambda: reduced_norm(by_token), (), "it takes no quantised operands")


def reduced_norm(by_token):
    """With 8-bit operands: the product and the sum over ranks, and the norm behind."""
    total = torch_npu.npu_mm_all_reduce_base(i8(T, H), i8(H, H), "group", dequant_scale=x(H), pertoken_scale=f32(T) if by_token else None)
    normalised, _, total = torch_npu.npu_add_rms_norm(total, x(), x(H))
    return normalised, total


def batch_matmul_transpose():
    out = x(T, E, I)
    _C_ascend.batch_matmul_transpose(x(T, E, H), x(E, H, I), out)
    return out


def activations():
    kernel("aten.gelu", "approximate=tanh", (), lambda: functional.gelu(x(T, I), approximate="tanh"))
    kernel("torch_npu.npu_swiglu", "", (), lambda: torch_npu.npu_swiglu(x(T, 2 * I)))
    for approximate in (0, 1):
        kernel("torch_npu.npu_geglu", "activate_left=True", SMALL, lambda: torch_npu.npu_geglu(x(T, 2 * I), approximate=approximate, activate_left=True)[0])
    kernel("torch_npu.npu_fast_gelu", "", (), lambda: torch_npu.npu_fast_gelu(x(T, I)))
    kernel("torch_npu.npu_dequant_swiglu_quant", "quantised by token", SMALL,
           lambda: torch_npu.npu_dequant_swiglu_quant(x(T, 2 * I), activate_left=True, quant_mode=1))


def experts():
    kernel("torch_npu.npu_moe_gating_top_k_softmax", "", SMALL, lambda: torch_npu.npu_moe_gating_top_k_softmax(x(T, E), None, K))
    kernel("torch_npu.npu_grouped_matmul_swiglu_quant", "quantised by token, one weight tensor for all experts", SMALL,
           lambda: torch_npu.npu_grouped_matmul_swiglu_quant(i8(T, H), i8(E, H, 2 * I), i64(E), f32(E, 2 * I), f32(T)))
    kernel("torch_npu.npu_grouped_matmul_swiglu_quant", "", SMALL,
           lambda: torch_npu.npu_swiglu(torch_npu.npu_grouped_matmul([x()], [x(E, H, 2 * I)], group_list=i64(E))[0]), (), "it takes 8-bit rows and weights only")
    finalize = "torch_npu.npu_grouped_matmul_finalize_routing"
    for shared in (False, True):
        kernel(finalize, "weights of the sorted rows, and their tokens", SMALL,
               lambda: torch_npu.npu_grouped_matmul_finalize_routing(i8(T * K, 2048), i8(E, 2048, 7168), i64(E), scale=f32(E, 7168), pertoken_scale=f32(T * K),
                                                                     shared_input=x(T, 7168) if shared else None, logit=f32(T * K), row_index=i64(T * K), output_bs=T), (2048, 7168))
        kernel(finalize, "", SMALL, lambda: summed_experts(shared), (), "it takes 8-bit rows and weights only")


def summed_experts(shared):
    rows = torch_npu.npu_grouped_matmul([x(T * K, 2048)], [x(E, 2048, 7168)], group_list=i64(E))[0]
    total = torch_npu.npu_moe_token_unpermute(rows, i32(T * K), x(T, K))
    return total + x(T, 7168) if shared else total


def attention():
    kernel("torch_npu.npu_kv_rmsnorm_rope_cache", "a latent of 512 columns and 64 that turn", SMALL,
           lambda: torch_npu.npu_kv_rmsnorm_rope_cache(x(T, 1, 1, 576), x(512), x(T, 1, 1, 64), x(T, 1, 1, 64), i64(T), x(8, 128, 1, 64), x(8, 128, 1, 512)), (512, 64))


def by_token(rows, columns, a):
    a, scale = a if isinstance(a, tuple) else torch_npu.npu_dynamic_quant(a)
    return torch_npu.npu_quant_matmul(a, i8(rows, columns), x(columns), pertoken_scale=scale, output_dtype=torch.bfloat16)


def by_tensor(rows, columns, a):
    a = torch_npu.npu_quantize(a, x(rows), x(rows), torch.qint8, -1, False)
    return torch_npu.npu_quant_matmul(a, i8(rows, columns), x(columns), bias=i32(columns), output_dtype=torch.bfloat16)


def unquantised(rows, columns, a): return functional.linear(a, x(columns, rows))


def mla_prolog(product):
    """What precedes the attention over latents, in a decode step. The first product makes the latents of query and key side by side, as models keep
    that weight; the kernel takes its two parts."""
    rank, latent, turning, heads, head = 1536, 512, 64, 8, 128

    cos, sin = x(T, 1, 1, turning), x(T, 1, 1, turning)
    query, key = product(H, rank + latent + turning, (i8(T, H), f32(T)) if product is by_token else x()).split([rank, latent + turning], -1)
    query = product(rank, heads * (head + turning), torch_npu.npu_rms_norm(query, x(rank))[0])
    query, turned = query.view(T, heads, head + turning).split([head, turning], -1)
    query = torch.bmm(query.transpose(0, 1), x(heads, head, latent)).transpose(0, 1)
    turned = torch_npu.npu_interleave_rope(turned.reshape(T, heads, 1, turning), cos, sin)
    torch_npu.npu_kv_rmsnorm_rope_cache(key.reshape(T, 1, 1, latent + turning), x(latent), cos, sin, i64(T), x(8, 128, 1, turning), x(8, 128, 1, latent))
    return query, turned


def latents():
    where = "latents of 1536 and 512 columns, heads of 128 and 64, the first weight in two parts"
    for product in (by_token, unquantised):
        kernel("torch_npu.npu_mla_prolog_v2", where, SMALL, lambda: mla_prolog(product), (1536, 512, 64))
        kernel("_C_ascend.mla_preprocess", "custom operators built", SMALL, lambda: mla_prolog(product), (), "it asks for products quantised with static scales of one tensor")
    kernel("_C_ascend.mla_preprocess", "custom operators built, an instance that only decodes", SMALL, lambda: mla_prolog(by_tensor))


@triton.jit
def split_qkv_rmsnorm_rope_kernel(input_gm_ptr, q_gm_ptr, k_gm_ptr, v_gm_ptr, q_weight_ptr, q_bias_ptr, k_weight_ptr, k_bias_ptr, q_hidden_size,
                                  kv_hidden_size, eps, HEAD_DIM, ROPE_DIM, positions_gm_ptr, cos_sin_cache_gm_ptr):
    """The tree's own; triton_kernels says what it computes, as of the next one."""


@triton.jit
def _triton_mrope_forward(q_ptr, k_ptr, cos, sin, rd, mrope_section_t, mrope_section_h, mrope_section_w): pass


def normed_and_turned():
    """Query and key of one projection."""
    heads, head = 8, 128
    query, key, value = x(T, heads * head), x(T, head), x(T, head)
    split_qkv_rmsnorm_rope_kernel[(1,)](x(T, (heads + 2) * head), query, key, value, x(head), None, x(head), None, heads * head, head, 1e-6, head, head,
                                        i64(T), x(4096, head))
    return query, key


def normed_and_turned_in_sections():
    """As models compute it, with the angles of three positions for each token; the kernel takes both kinds of them in one tensor."""
    heads, head = 8, 128
    query, key, _ = x(T, (heads + 2) * head).split([heads * head, head, head], -1)
    query = torch_npu.npu_rms_norm(query.view(T, heads, head), x(head))[0].view(T, heads * head)
    key = torch_npu.npu_rms_norm(key.view(T, 1, head), x(head))[0].view(T, head)
    cos, sin = x(3, T, head // 2), x(3, T, head // 2)
    _triton_mrope_forward[(1,)](query, key, cos, sin, head, 24, 20, 20)
    return query, key


def projections():
    kernel("triton.split_qkv_rmsnorm_rope_kernel", "heads of 128", SMALL, normed_and_turned, (128,))
    kernel("triton.split_qkv_rmsnorm_mrope_kernel", "cos and sin of each position in one tensor", SMALL, normed_and_turned_in_sections)


@triton.jit
def fused_sigmoid_gating_delta_rule_update_kernel(A_log, a, dt_bias, softplus_beta, softplus_threshold, q, k, v, b, o, h0_source, h0_indices, cu_seqlens, scale,
                                                  USE_QK_L2NORM_IN_KERNEL):
    """The tree's own; triton_kernels says what it computes."""


def recurrence():
    """A step of one token a sequence: norms of query and key, gates, and the state that they change."""
    keys, heads, head = 4, 8, 128
    out = x(1, T, heads, head)
    fused_sigmoid_gating_delta_rule_update_kernel[(1,)](
        f32(heads), x(T, heads), x(heads), 1.0, 20.0, x(1, T, keys, head), x(1, T, keys, head), x(1, T, heads, head), x(T, heads), out, x(T, heads, head, head),
        i32(T), i32(T + 1), head ** -0.5, True)
    return out


@triton.jit
def chunk_local_cumsum_scalar_kernel(s, o):
    """The tree's own, as are the next six."""


@triton.jit
def chunk_scaled_dot_kkt_fwd_kernel(k, beta, g_cumsum, A): pass


@triton.jit
def solve_tril_16x16_kernel(A, Ad): pass


@triton.jit
def merge_16x16_to_64x64_inverse_kernel(A, Ad, Ai): pass


@triton.jit
def recompute_w_u_fwd_kernel(k, v, beta, w, u, A, g): pass


@triton.jit
def chunk_gated_delta_rule_fwd_kernel_h_blockdim64(k, v, w, v_new, g, h, h0, ht): pass


@triton.jit
def chunk_fwd_kernel_o(q, k, v, h, g, o, scale): pass


def chunked_recurrence(in_triton):
    """A prefill, 64 tokens at a time: as the trees' kernels compute it, with a copy of the gates for each of them, and of more for those of C++."""
    keys, heads, head, one = 4, 8, 128, (1,)
    query, key, value, gate, beta = x(1, T, keys, head), x(1, T, keys, head), x(1, T, heads, head), f32(1, T, heads), x(1, T, heads)
    sums, products, small, inverse = f32(1, T, heads), f32(1, T, heads, 64), f32(1, T, heads, 16), x(1, T, heads, 64)
    w, u, first = x(1, T, heads, head), x(1, T, heads, head), x(1, heads, head, head)

    def by_head(tensor): return tensor.transpose(1, 2).contiguous()

    chunk_local_cumsum_scalar_kernel[one](gate, sums)
    chunk_scaled_dot_kkt_fwd_kernel[one](key, beta.permute(2, 0, 1).contiguous(), sums.permute(2, 0, 1).contiguous(), products)
    solve_tril_16x16_kernel[one](products, small)
    merge_16x16_to_64x64_inverse_kernel[one](products, small, inverse)
    recompute_w_u_fwd_kernel[one](key, value, by_head(beta), w, u, inverse, by_head(sums))
    if in_triton:
        new, out, states, last = x(1, T, heads, head), x(1, T, heads, head), x(1, 1, heads, head, head), f32(1, heads, head, head)
        chunk_gated_delta_rule_fwd_kernel_h_blockdim64[one](key, u, w, new, by_head(sums), states, first, last)
        chunk_fwd_kernel_o[one](query, key, new, states, by_head(sums), out, head ** -0.5)
        return out, last
    key, sums = by_head(key), by_head(sums)
    states, new, last = _C_ascend.chunk_gated_delta_rule_fwd_h(key, by_head(w), by_head(u), sums, initial_state=first, output_final_state=True)
    return by_head(_C_ascend.chunk_fwd_o(by_head(query), key, new, states, head ** -0.5, g=sums)), last


def recurrences():
    for in_triton in (True, False):
        kernel("torch_npu.npu_chunk_gated_delta_rule", "a CANN that has it, keys and values of 128 columns, states of [value, key]", (*SMALL, "950"),
               lambda: chunked_recurrence(in_triton), (128,))
    kernel("triton.fused_sigmoid_gating_delta_rule_update_kernel", "one token of each sequence; a state of [key, value] columns, wherever it is read", SMALL, recurrence)


def record():
    norms()
    norms_before_gathers()
    rotations()
    products()
    activations()
    experts()
    attention()
    latents()
    projections()
    recurrences()
