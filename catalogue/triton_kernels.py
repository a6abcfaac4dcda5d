"""What launched Triton kernels compute, by the name of the kernel's function. The arguments come by the kernel's own parameter names; a
pointer is the tensor that was passed. Kernels without an entry keep their data flow and have no meaning.
"""
import torch
from fusescout import kernel_meaning
import op


# --- rotary embeddings, in place

def _turn(x, cos_ptr, sin_ptr, cos_sin_ptr, pos_ptr, rope_dim, neox):
    if cos_sin_ptr is not None:
        op.rope_(x, cache=cos_sin_ptr, positions=pos_ptr, rotary_dim=rope_dim, neox=neox)
    else:
        op.rope_(x, cos_ptr, sin_ptr, rotary_dim=rope_dim, neox=neox)


@kernel_meaning("_triton_rope")
def _triton_rope(q_ptr, k_ptr, rope_dim, IS_NEOX_STYLE, cos_ptr=None, sin_ptr=None, cos_sin_ptr=None, pos_ptr=None, cos=None, sin=None, **other):
    for x in (q_ptr, k_ptr):
        _turn(x, cos if cos_ptr is None else cos_ptr, sin if sin_ptr is None else sin_ptr, cos_sin_ptr, pos_ptr, rope_dim, IS_NEOX_STYLE)


@kernel_meaning("_triton_rope_siso")
def _triton_rope_siso(qk_ptr, cos_ptr, sin_ptr, cos_sin_ptr, pos_ptr, rope_dim, IS_NEOX_STYLE, **other):
    _turn(qk_ptr, cos_ptr, sin_ptr, cos_sin_ptr, pos_ptr, rope_dim, IS_NEOX_STYLE)



def _strided_heads(x, width):
    """Heads of a slice of wider rows."""
    row = x.stride()[0]
    return op.strided_view(x, [x.shape[0], x.shape[-1] // width, width], [row, width, 1], 0)


def _norm_rope(x, weight, bias, eps, width, out, **angles):
    y = op.rms_norm(_strided_heads(x, width), weight, eps=eps)
    if bias is not None:
        y = op.add(y, bias)
    op.rope(y, out=_strided_heads(out, width), **angles)


@kernel_meaning("split_qkv_rmsnorm_rope_kernel")
def split_qkv_rmsnorm_rope_kernel(input_gm_ptr, q_gm_ptr, k_gm_ptr, v_gm_ptr, q_weight_ptr, q_bias_ptr, k_weight_ptr, k_bias_ptr, q_hidden_size,
                                  kv_hidden_size, eps, HEAD_DIM, ROPE_DIM, positions_gm_ptr, cos_sin_cache_gm_ptr, **other):
    q, k, v = op.split(input_gm_ptr, [q_hidden_size, kv_hidden_size, kv_hidden_size])
    angles = {"cache": cos_sin_cache_gm_ptr, "positions": positions_gm_ptr, "rotary_dim": ROPE_DIM}
    _norm_rope(q, q_weight_ptr, q_bias_ptr, eps, HEAD_DIM, q_gm_ptr, **angles)
    _norm_rope(k, k_weight_ptr, k_bias_ptr, eps, HEAD_DIM, k_gm_ptr, **angles)
    op.copy(v, out=v_gm_ptr)


@kernel_meaning("split_qkv_rmsnorm_mrope_kernel")
def split_qkv_rmsnorm_mrope_kernel(in_qkv_ptr, q_weight_ptr, q_bias_ptr, k_weight_ptr, k_bias_ptr, cos_sin_ptr, out_q_ptr, out_k_ptr, out_v_ptr,
                                   out_gate_ptr, head_size, q_size, kv_size, eps, mrope_section_t, mrope_section_h, mrope_section_w, rope_dim,
                                   gate_size=0, has_bias=False, **other):
    angles = {"cache": cos_sin_ptr, "rotary_dim": rope_dim, "sections": [mrope_section_t, mrope_section_h, mrope_section_w]}
    if gate_size:
        # Query and gate of a head lie side by side.
        both, k, v = op.split(in_qkv_ptr, [q_size + gate_size, kv_size, kv_size])
        q, gate = op.split(_strided_heads(both, 2 * head_size), [head_size, head_size])
        y = op.rms_norm(q, q_weight_ptr, eps=eps)
        if has_bias:
            y = op.add(y, q_bias_ptr)
        op.rope(y, out=_strided_heads(out_q_ptr, head_size), **angles)
        op.copy(gate, out=_strided_heads(out_gate_ptr, head_size))
    else:
        q, k, v = op.split(in_qkv_ptr, [q_size, kv_size, kv_size])
        _norm_rope(q, q_weight_ptr, q_bias_ptr if has_bias else None, eps, head_size, out_q_ptr, **angles)
    _norm_rope(k, k_weight_ptr, k_bias_ptr if has_bias else None, eps, head_size, out_k_ptr, **angles)
    op.copy(v, out=out_v_ptr)


@kernel_meaning("_triton_mrope_forward")
def _triton_mrope_forward(q_ptr, k_ptr, cos, sin, rd, mrope_section_t, mrope_section_h, mrope_section_w, **other):
    for x in (q_ptr, k_ptr):
        op.rope_(x, cos, sin, rotary_dim=rd, sections=[mrope_section_t, mrope_section_h, mrope_section_w])


# --- norms

@kernel_meaning("_rms_norm_kernel")
def _rms_norm_kernel(input_ptr, weight_ptr, output_ptr, eps, **other):
    op.rms_norm(input_ptr, weight_ptr, eps=eps, out=output_ptr)


@kernel_meaning("triton_rms_kernel")
def triton_rms_kernel(hidden_state_ptr, norm_output_ptr, variance_epsilon, **other):
    op.rms_norm(hidden_state_ptr, eps=variance_epsilon, out=norm_output_ptr)


@kernel_meaning("_split_qkv_and_compute_local_qk_var_kernel")
def _split_qkv_and_compute_local_qk_var_kernel(input_ptr, q_out_ptr, k_out_ptr, v_out_ptr, qk_var_ptr, q_cols, k_cols, **other):
    """Mean squares of this rank's query and key, for a norm over all ranks."""
    q, k, v = op.split(input_ptr, [q_cols, k_cols, k_cols])
    for i, x in enumerate((q, k)):
        wide = op.cast(x, torch.float32)
        op.mean(op.mul(wide, wide), -1, True, out=op.slice(qk_var_ptr, -1, i, i + 1))
    for x, out in ((q, q_out_ptr), (k, k_out_ptr), (v, v_out_ptr)):
        op.copy(x, out=out)


@kernel_meaning("_apply_global_rmsnorm_kernel")
def _apply_global_rmsnorm_kernel(q_ptr, k_ptr, cos_ptr, sin_ptr, q_weight_ptr, k_weight_ptr, qk_global_var_ptr, eps, inv_tp_world, head_dim, rotary_dim,
                                 **other):
    for i, (x, weight) in enumerate(((q_ptr, q_weight_ptr), (k_ptr, k_weight_ptr))):
        scale = op.rsqrt(op.add(op.mul(op.slice(qk_global_var_ptr, -1, i, i + 1), inv_tp_world), eps))
        y = op.mul(op.mul(op.cast(x, torch.float32), scale), weight)
        op.rope(_strided_heads(y, head_dim), cos_ptr, sin_ptr, rotary_dim=rotary_dim, out=_strided_heads(x, head_dim))


def _norm_with_gate(x, g, y, w, b, residual, residual_out, eps, ACTIVATION, IS_RMS_NORM, **other):
    if residual is not None:
        x = op.add(x, residual, out=residual_out)
    if IS_RMS_NORM:
        normed = op.rms_norm(x, w, eps=eps)
        normed = normed if b is None else op.add(normed, b)
    else:
        normed = op.layer_norm(x, w, b, eps=eps)
    op.mul(normed, op.sigmoid(g) if ACTIVATION == "sigmoid" else op.silu(g), out=y)


for _name in ("layer_norm_gated_fwd_kernel", "layer_norm_gated_fwd_kernel1"):
    kernel_meaning(_name)(_norm_with_gate)


def _gated_norm(X, Y, W, B, Z, Mean, Rstd, N, eps, NORM_BEFORE_GATE, IS_RMS_NORM, **other):
    """A norm of groups of N columns; silu(z) gates its input or its output."""
    rows, columns = X.shape[0], X.shape[-1]
    grouped = N != columns

    def groups(x):
        return _strided_heads(x, N) if grouped else x

    x = X
    if Z is not None and not NORM_BEFORE_GATE:
        x = op.mul(x, op.silu(Z))
    last = B is None if IS_RMS_NORM else True   # the norm itself writes the result when nothing follows it
    last = last and (Z is None or not NORM_BEFORE_GATE)
    w = op.view(W, [columns // N, N]) if grouped else W
    if IS_RMS_NORM:
        y = op.one("rms_norm", [groups(x), w], op.like(groups(x), out=groups(Y) if last else None), eps=eps)
        if B is not None:
            b = op.view(B, [columns // N, N]) if grouped else B
            y = op.add(y, b, out=None if Z is not None and NORM_BEFORE_GATE else groups(Y))
    else:
        b = op.view(B, [columns // N, N]) if grouped and B is not None else B
        y = op.one("layer_norm", op.present(groups(x), w, b), op.like(groups(x), out=groups(Y) if last else None), eps=eps)
    if Z is not None and NORM_BEFORE_GATE:
        op.mul(y, op.silu(groups(Z)), out=groups(Y))


@kernel_meaning("_layer_norm_fwd_1pass_kernel_npu")
def _layer_norm_fwd_1pass_kernel_npu(**arguments):
    _gated_norm(**arguments)


@kernel_meaning("layer_norm_fwd_kernel")
def layer_norm_fwd_kernel(**arguments):
    _gated_norm(**arguments)


@kernel_meaning("l2norm_fwd_kernel2_loop")
def l2norm_fwd_kernel2_loop(X, Y, eps, **other):
    op.l2_norm(X, eps=eps, out=Y)


@kernel_meaning("l2norm_fwd_persistent_kernel")
def l2norm_fwd_persistent_kernel(X, Y, eps, **other):
    op.l2_norm(X, eps=eps, out=Y)


@kernel_meaning("l2norm_fwd_tiled_kernel")
def l2norm_fwd_tiled_kernel(X, Y, eps, **other):
    op.l2_norm(X, eps=eps, out=Y)


@kernel_meaning("l2norm_fwd_kernel2")
def l2norm_fwd_kernel2(X, Y, eps, **other):
    op.l2_norm(X, eps=eps, out=Y)


# --- element-wise

@kernel_meaning("muls_add_kernel")
def muls_add_kernel(x_ptr, y_ptr, output_ptr, scale, **other):
    op.add(op.mul(x_ptr, scale), y_ptr, out=output_ptr)


@kernel_meaning("fused_gdn_gating_kernel")
def fused_gdn_gating_kernel(g, A_log, a, dt_bias, threshold, beta_output=None, b=None, beta=1.0, **other):
    """g = -exp(A_log) * softplus(a + dt_bias); where the kernel has a second output, that is sigmoid(b)."""
    x = op.add(op.cast(a, op.torch.float32), op.cast(dt_bias, op.torch.float32))
    decay = op.neg(op.exp(op.cast(A_log, op.torch.float32)))
    op.mul(decay, op.softplus(x, beta, threshold), out=g)
    if beta_output is not None:
        op.sigmoid(b, out=beta_output)


@kernel_meaning("_swiglu_quant_kernel")
def _swiglu_quant_kernel(x_ptr, out_ptr, scale_ptr, SCALE, **other):
    if SCALE:
        op.dynamic_quantize(op.silu_mul(x_ptr), out=out_ptr, scale_out=scale_ptr)
    else:
        op.silu_mul(x_ptr, out=out_ptr)


# --- moving elements

@kernel_meaning("fused_qkvzba_split_reshape_cat_kernel")
def fused_qkvzba_split_reshape_cat_kernel(mixed_qkv, z, b, a, mixed_qkvz, mixed_ba, NUM_HEADS_QK, NUM_HEADS_V, HEAD_QK, HEAD_V, **other):
    """Rows of heads of [q k v z] and of [b a] are sorted by kind."""
    values = NUM_HEADS_V // NUM_HEADS_QK * HEAD_V
    gates = NUM_HEADS_V // NUM_HEADS_QK
    q, k, v, z_in = op.split(_strided_heads(mixed_qkvz, 2 * HEAD_QK + 2 * values), [HEAD_QK, HEAD_QK, values, values])
    b_in, a_in = op.split(_strided_heads(mixed_ba, 2 * gates), [gates, gates])
    op.one("cat", [q, k, v], mixed_qkv, dim=-1)
    op.copy(z_in, out=z)
    op.copy(b_in, out=b)
    op.copy(a_in, out=a)


# --- convolution and recurrences with state

@kernel_meaning("_causal_conv1d_update_kernel_npu_tiled")
def _causal_conv1d_update_kernel_npu_tiled(x_ptr, w_ptr, bias_ptr, conv_state_ptr, conv_state_indices_ptr, query_start_loc_ptr, o_ptr,
                                           SILU_ACTIVATION, **other):
    op.causal_conv1d(x_ptr, w_ptr, conv_state_ptr, bias_ptr, op.present(conv_state_indices_ptr, query_start_loc_ptr), out=o_ptr,
                     activation="silu" if SILU_ACTIVATION else "none")


@kernel_meaning("_causal_conv1d_update_kernel")
def _causal_conv1d_update_kernel(x_ptr, w_ptr, bias_ptr, conv_state_ptr, conv_state_indices_ptr, o_ptr, SILU_ACTIVATION, **other):
    op.causal_conv1d(x_ptr, w_ptr, conv_state_ptr, bias_ptr, op.present(conv_state_indices_ptr), out=o_ptr,
                     activation="silu" if SILU_ACTIVATION else "none")


@kernel_meaning("fused_sigmoid_gating_delta_rule_update_kernel", unit="mixed")
def fused_sigmoid_gating_delta_rule_update_kernel(A_log, a, dt_bias, softplus_beta, softplus_threshold, q, k, v, b, o, h0_source, h0_indices,
                                                  cu_seqlens, scale, USE_QK_L2NORM_IN_KERNEL, **other):
    x = op.add(op.cast(a, op.torch.float32), op.cast(dt_bias, op.torch.float32))
    g = op.mul(op.neg(op.exp(op.cast(A_log, op.torch.float32))), op.softplus(x, softplus_beta, softplus_threshold))
    if USE_QK_L2NORM_IN_KERNEL:
        q, k = op.l2_norm(q), op.l2_norm(k)
    op.linear_attention([q, k, v, g, op.sigmoid(b), h0_indices, cu_seqlens], [o], h0_source, scale=scale, rule="gated_delta", chunked=False)


@kernel_meaning("fused_recurrent_gated_delta_rule_fwd_kernel", unit="mixed")
def fused_recurrent_gated_delta_rule_fwd_kernel(q, k, v, g, beta, o, h0, cu_seqlens, ssm_state_indices, scale, USE_QK_L2NORM_IN_KERNEL=False,
                                                **other):
    if USE_QK_L2NORM_IN_KERNEL:
        q, k = op.l2_norm(q), op.l2_norm(k)
    op.linear_attention([q, k, v, g, beta, cu_seqlens, ssm_state_indices], [o], h0, scale=scale, rule="gated_delta", chunked=False)


@kernel_meaning("_clear_ssm_states_kernel")
def _clear_ssm_states_kernel(states_ptr, has_initial_state_ptr, **other):
    """Of sequences that have no state yet."""
    op.one("masked_fill", [states_ptr, has_initial_state_ptr], states_ptr, value=0.0)


# --- the chunked gated delta rule, kernel by kernel

@kernel_meaning("chunk_local_cumsum_scalar_kernel")
def chunk_local_cumsum_scalar_kernel(s, o, **other):
    op.cumsum(s, 1, out=o)


@kernel_meaning("chunk_scaled_dot_kkt_fwd_kernel", unit="mixed")
def chunk_scaled_dot_kkt_fwd_kernel(k, beta, g_cumsum, A, **other):
    """Strictly lower part of beta * (k k^T) * exp(g_i - g_j), chunk by chunk."""
    op.linear_attention([k, beta, g_cumsum], [A], rule="gated_delta", chunked=True, part="kkt")


@kernel_meaning("recompute_w_u_fwd_kernel", unit="mixed")
def recompute_w_u_fwd_kernel(k, v, beta, w, u, A, g, **other):
    op.linear_attention([k, v, beta, A, g], [w, u], rule="gated_delta", chunked=True, part="wy")


@kernel_meaning("solve_tril_16x16_kernel", unit="mixed")
def solve_tril_16x16_kernel(A, Ad, **other):
    op.linear_attention([A], [Ad], rule="gated_delta", chunked=True, part="inverse")


@kernel_meaning("merge_16x16_to_32x32_inverse_kernel", unit="mixed")
def merge_16x16_to_32x32_inverse_kernel(A, Ad, Ai, **other):
    op.linear_attention([A, Ad], [Ai], rule="gated_delta", chunked=True, part="inverse")


@kernel_meaning("merge_16x16_to_64x64_inverse_kernel", unit="mixed")
def merge_16x16_to_64x64_inverse_kernel(A, Ad, Ai, **other):
    op.linear_attention([A, Ad], [Ai], rule="gated_delta", chunked=True, part="inverse")


@kernel_meaning("chunk_gated_delta_rule_fwd_kernel_h_blockdim64", unit="mixed")
def chunk_gated_delta_rule_fwd_kernel_h_blockdim64(k, v, w, v_new, g, h, h0, ht, **other):
    op.linear_attention([k, v, w, g, h0], op.present(v_new, h, ht), rule="gated_delta", chunked=True, part="state")


@kernel_meaning("chunk_fwd_kernel_o", unit="mixed")
def chunk_fwd_kernel_o(q, k, v, h, g, o, scale, **other):
    op.linear_attention([q, k, v, h, g], [o], rule="gated_delta", chunked=True, part="output", scale=scale)


# --- batch-invariant replacements

@kernel_meaning("matmul_bias_persistent_kernel", unit="cube")
def matmul_bias_persistent_kernel(x_ptr, y_ptr, bias_ptr, output_ptr, has_bias, **other):
    op.matmul(x_ptr, y_ptr, bias_ptr if has_bias else None, out=output_ptr)


@kernel_meaning("linear_persistent_kernel", unit="cube")
def linear_persistent_kernel(a_ptr, b_ptr, c_ptr, **other):
    op.matmul(a_ptr, b_ptr, transpose_b=True, out=c_ptr)


@kernel_meaning("mean_kernel")
def mean_kernel(input_ptr, output_ptr, **other):
    op.mean(input_ptr, 1, out=output_ptr)
