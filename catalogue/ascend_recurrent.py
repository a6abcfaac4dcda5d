"""torch.ops._C_ascend: gated delta rules and their parts. Signatures as in csrc/torch_binding.cpp, shapes as in its meta functions."""
import torch
from fusescout import operator
import op


def gate(A_log, a, dt_bias, beta, threshold, shape):
    """-exp(A_log) * softplus(a + dt_bias)"""
    x = op.add(op.cast(a, torch.float32), op.cast(dt_bias, torch.float32))
    return op.view(op.mul(op.neg(op.exp(op.cast(A_log, torch.float32))), op.softplus(x, beta, threshold)), shape)


@operator("_C_ascend.npu_fused_gdn_gating")
def npu_fused_gdn_gating(A_log, a, b, dt_bias, beta=1.0, threshold=20.0):
    shape = [1, a.shape[0], a.shape[1]]
    return gate(A_log, a, dt_bias, beta, threshold, shape), op.view(op.sigmoid(b), shape)


# --- the chunked rule: states at the chunks' borders, then the outputs

def chunk_count(length, chunk_size, chunk_indices):
    return (length + chunk_size - 1) // chunk_size if chunk_indices is None else len(chunk_indices) // 2


@operator("_C_ascend.chunk_gated_delta_rule_fwd_h", unit="mixed")
def chunk_gated_delta_rule_fwd_h(k, w, u, g=None, *, gk=None, initial_state=None, output_final_state=False, chunk_size=None, save_new_value=True,
                                 cu_seqlens=None, chunk_indices=None, use_exp2=False, transpose_state_layout=False):
    batch, heads, key_size, value_size = k.shape[0], u.shape[1], k.shape[3], u.shape[3]
    chunks = chunk_count(k.shape[2], chunk_size or 64, chunk_indices)
    sequences = batch if cu_seqlens is None else len(cu_seqlens) - 1
    final = [sequences, heads, key_size, value_size] if output_final_state else [0]
    outputs = [op.like(k, [batch, heads, chunks, key_size, value_size]), op.like(u), op.like(k if initial_state is None else initial_state, final)]
    return tuple(op.linear_attention([k, w, u, g, gk, initial_state], outputs, rule="gated_delta", chunked=True, part="state"))


@operator("_C_ascend.chunk_fwd_o", unit="mixed")
def chunk_fwd_o(q, k, v, h, scale, *, g=None, g_gamma=None, cu_seqlens=None, chunk_indices=None, chunk_size=None, transpose_state_layout=False):
    return op.linear_attention([q, k, v, h, g], [op.like(v)], rule="gated_delta", chunked=True, part="output", scale=scale)[0]


# --- one step of the delta rule with a gate a channel

@operator("_C_ascend.recurrent_kda", unit="mixed", mutates=("initial_state",))
def recurrent_kda(query, key, value, gate, beta, initial_state, cu_seqlens, ssm_state_indices, A_log, dt_bias, *, num_accepted_tokens=None,
                  scale=0.08838834764831845, use_qk_l2norm_in_kernel=True, use_gate_in_kernel=True, use_beta_sigmoid_in_kernel=False,
                  allow_neg_eigval=False, safe_gate=True, lower_bound=-5.0):
    if use_qk_l2norm_in_kernel:
        query, key = op.l2_norm(query), op.l2_norm(key)
    if use_beta_sigmoid_in_kernel:
        beta = op.sigmoid(beta)
    inputs = [query, key, value, gate, beta, A_log, dt_bias, cu_seqlens, ssm_state_indices, num_accepted_tokens]
    return op.linear_attention(inputs, [op.like(value)], initial_state, scale=scale, rule="gated_delta", chunked=False)[0]


@operator("_C_ascend.chunk_kda_fwd", unit="mixed")
def chunk_kda_fwd(q, k, v, g, beta, scale, chunk_size, layout="BSND", *, initial_state=None, output_final_state=False, cu_seqlens=None,
                  chunk_indices=None, safe_gate=False, lower_bound=None, use_gate_in_kernel=False, A_log=None, dt_bias=None,
                  disable_recompute=False, return_intermediate_states=False, state_v_first=False):
    """Output, state after the last token, and what a backward pass would need: two matrices of each chunk, the rest is absent."""
    packed = layout == "TND"
    tokens, heads, columns = v.shape[-3:]
    rows = [] if packed else [v.shape[0]]
    sequences = (rows or [1])[0] if cu_seqlens is None else len(cu_seqlens) - 1
    state = [sequences, heads, columns, k.shape[-1]] if state_v_first else [sequences, heads, k.shape[-1], columns]
    within = (rows + [heads, tokens, chunk_size], q.dtype)
    inputs = [q, k, v, g, beta, A_log, dt_bias, initial_state]
    o, final, aqk, akk = op.linear_attention(inputs, [op.like(v), (state, torch.float32), within, within], rule="gated_delta", chunked=True, scale=scale)
    return o, final if output_final_state else None, None, aqk, akk, None, None, None, None, None, None, initial_state


@operator("_C_ascend.kda_gate_cumsum")
def kda_gate_cumsum(g, chunk_size, *, A_log=None, dt_bias=None, cu_seqlens=None, use_gate_in_kernel=False, safe_gate=False, lower_bound=-5.0,
                    layout="BSND"):
    """The gates' sum since the start of their chunk."""
    x = op.cast(g, torch.float32)
    if use_gate_in_kernel:
        if dt_bias is not None:
            x = op.one("add", [x, op.cast(dt_bias, torch.float32)], op.like(x))
        rate = op.exp(op.cast(A_log, torch.float32))
        if safe_gate:
            x = op.mul(op.sigmoid(op.one("mul", [x, rate], op.like(x))), lower_bound)
        else:
            x = op.neg(op.one("mul", [op.softplus(x), rate], op.like(x)))
    return op.one("cumsum", [x], op.like(x), dim=1, chunk=chunk_size)


@operator("_C_ascend.kda_layout_swap12")
def kda_layout_swap12(x, *, dependency=None):
    return op.transpose(x, [1, 0, 2] if x.dim() == 3 else [0, 2, 1, 3])
