"""torch_npu: routing, dispatch and combination of mixtures of experts."""
import torch
from fusescout import emit, operator
import op
from npu_matmul import first, rest
from npu_vector import clamped_silu_mul, mx_quantize


def gating(x, k, bias, k_group, group_count, group_select_mode, renorm, norm_type, routed_scaling_factor, eps, extra=()):
    """norm_type: 0 softmax, 1 sigmoid. The weights of the chosen are renormalised for sigmoid, and when renorm is set."""
    return op.moe_gating(x, k, bias, extra, scores=True, norm_type="sigmoid" if norm_type == 1 else "softmax",
                         renormalize=renorm == 1 or norm_type == 1, routed_scaling_factor=routed_scaling_factor, groups=group_count,
                         topk_groups=k_group, eps=eps)


@operator("torch_npu.npu_moe_gating_top_k")
def npu_moe_gating_top_k(x, k, *, bias=None, k_group=1, group_count=1, group_select_mode=0, renorm=0, norm_type=0, out_flag=False,
                         routed_scaling_factor=1.0, eps=1e-20):
    return gating(x, k, bias, k_group, group_count, group_select_mode, renorm, norm_type, routed_scaling_factor, eps)


@operator("torch_npu.npu_moe_gating_top_k_softmax")
def npu_moe_gating_top_k_softmax(x, finished=None, k=1):
    rows = list(x.shape)[:-1]
    return tuple(emit("moe_gating", op.present(x, finished), [(rows + [k], x.dtype), (rows + [k], torch.int32), (rows + [k], torch.int32)], k=k,
                      norm_type="softmax", renormalize=False, routed_scaling_factor=1.0))


def clear_groups(x, k, group_num):
    """Clears the scores of all groups but the best k."""
    columns = x.shape[-1]
    best = op.max(op.view(x, [x.shape[0], group_num, columns // group_num]), -1)
    values, groups = op.topk(best, k)
    op.one("masked_fill", [x, groups], x, value=0.0)


@operator("torch_npu._npu_group_topk", mutates=("self",))
def _npu_group_topk(self, k=1, group_num=1, n=1, k_inner=1):
    clear_groups(self, k, group_num)


# Under its first name `input` and `out` are the same tensor.
@operator("torch_npu.npu_group_topk", mutates=("out",))
def npu_group_topk(input, out=None, k=1, group_num=1, n=1, k_inner=1):
    clear_groups(out, k, group_num)


# --- rows sorted and expanded by expert

# Modes of npu_moe_init_routing_v2 that give each 32 elements an exponent of their own.
MX_MODES = {2: torch.float8_e5m2, 3: torch.float8_e4m3fn, 9: getattr(torch, "float4_e2m1fn_x2", torch.uint8)}


def init_routing(x, expert_idx, scale, offset, active_num, expert_capacity, expert_num, drop_pad_mode, quant_mode, active_expert_range):
    """Expanded rows, where each row came from, rows of each expert, scale of each row. quant_mode: -1 none, 0 static, 1 dynamic, or MX."""
    rows = x.shape[0] * expert_idx.shape[1]
    count = rows
    if active_num > 0 and not rows == active_num:
        count = min(rows, active_num)
    experts = expert_num
    if active_expert_range is not None and len(active_expert_range) == 2:
        experts = active_expert_range[1] - active_expert_range[0]
    shape = [expert_num, expert_capacity] if drop_pad_mode == 1 else [count]
    outputs = [op.like(x, shape + [x.shape[1]]), ([rows], expert_idx.dtype), ([experts], torch.int64)]
    if quant_mode == -1:
        outputs.append((shape, torch.float32))
        expanded, index, tokens, expanded_scale = emit("expert_dispatch", op.present(x, expert_idx, scale), outputs, experts=expert_num)
        return expanded, index, tokens, expanded_scale
    expanded, index, tokens = emit("expert_dispatch", [x, expert_idx], outputs, experts=expert_num)
    if quant_mode == 0:
        return op.quantize(expanded, scale, offset), index, tokens, scale
    q, row_scale = mx_quantize(expanded, MX_MODES[quant_mode]) if quant_mode in MX_MODES else op.dynamic_quantize(expanded, scale)
    return q, index, tokens, row_scale


@operator("torch_npu.npu_moe_init_routing_v2")
def npu_moe_init_routing_v2(x, expert_idx, *, scale=None, offset=None, active_num=-1, expert_capacity=-1, expert_num=-1, drop_pad_mode=0,
                            expert_tokens_num_type=0, expert_tokens_num_flag=False, quant_mode=0, active_expert_range=None, row_idx_type=0,
                            x_dtype=None):
    return init_routing(x, expert_idx, scale, offset, active_num, expert_capacity, expert_num, drop_pad_mode, quant_mode, active_expert_range)


@operator("torch_npu.npu_moe_init_routing")
def npu_moe_init_routing(x, row_idx, expert_idx, active_num):
    rows = op.numel(expert_idx)
    outputs = [op.like(x, [rows, x.shape[1]]), ([rows], torch.int32), ([rows], torch.int32)]
    return tuple(emit("expert_dispatch", [x, expert_idx, row_idx], outputs))


@operator("torch_npu.npu_moe_init_routing_quant")
def npu_moe_init_routing_quant(x, expert_idx, *, scale=None, offset=None, active_num=0, expert_capacity=0, expert_num=0, drop_pad_mode=0,
                               expert_tokens_num_mode=0, expert_tokens_before_capacity_flag=False, quant_mode=1):
    q, index, tokens, row_scale = init_routing(x, expert_idx, scale, offset, active_num, expert_capacity, expert_num, drop_pad_mode, quant_mode, None)
    return q, index, tokens, tokens, row_scale


@operator("torch_npu.npu_moe_compute_expert_tokens")
def npu_moe_compute_expert_tokens(sorted_experts, num_expert):
    """How many rows there are up to each expert's last one."""
    return op.one("cumsum", [sorted_experts], ([num_expert], torch.int32), dim=0)


@operator("torch_npu.npu_moe_re_routing")
def npu_moe_re_routing(tokens, expert_token_num_per_rank, *, per_token_scales=None, expert_token_num_type=1, expert_token_idx_type=0):
    """Rows that came sorted by rank, sorted by expert."""
    rows = tokens.shape[0]
    outputs = [op.like(tokens), ([rows], torch.float32), ([rows], torch.int32), ([expert_token_num_per_rank.shape[1]], expert_token_num_per_rank.dtype)]
    return tuple(emit("expert_dispatch", op.present(tokens, expert_token_num_per_rank, per_token_scales), outputs))


@operator("torch_npu.npu_moe_token_permute")
def npu_moe_token_permute(tokens, indices, num_out_tokens=None, padded_mode=False):
    count = op.numel(indices)
    rows = count if num_out_tokens is None else num_out_tokens
    outputs = [op.like(tokens, [rows] + list(tokens.shape)[1:]), ([count], torch.int32)]
    return tuple(emit("expert_dispatch", [tokens, indices], outputs))


@operator("torch_npu.npu_moe_token_unpermute")
def npu_moe_token_unpermute(permuted_tokens, sorted_indices, probs=None, padded_mode=False, restore_shape=None):
    rows = sorted_indices.shape[0] if probs is None else probs.shape[0]
    return op.expert_combine(permuted_tokens, sorted_indices, rows, probs)


@operator("torch_npu.npu_moe_finalize_routing")
def npu_moe_finalize_routing(expanded_permuted_rows, skip1, skip2, bias, scales, expanded_src_to_dst_row, export_for_source_row, drop_pad_mode=0):
    rows = expanded_src_to_dst_row.shape[0] if scales is None else scales.shape[0]
    y = op.expert_combine(expanded_permuted_rows, expanded_src_to_dst_row, rows, scales, op.present(bias, export_for_source_row))
    for skip in (skip1, skip2):
        if skip is not None:
            y = op.add(y, skip)
    return y


@operator("torch_npu.npu_grouped_matmul_finalize_routing", unit="mixed")
def npu_grouped_matmul_finalize_routing(x, w, group_list, *, scale=None, bias=None, offset=None, pertoken_scale=None, shared_input=None, logit=None,
                                        row_index=None, dtype=None, shared_input_weight=1.0, shared_input_offset=0, output_bs=0, group_list_type=1):
    """The second product of experts, each row weighted and added to its token's; the rows of the shared expert are added as well."""
    y = op.grouped_matmul(x, w, group_list, None, (), w.shape[-1], torch.int32, group_list_type=group_list_type)
    y = op.dequantize(y, scale, pertoken_scale, bias, dtype=torch.float32)
    y = op.expert_combine(y, row_index, output_bs or x.shape[0], logit, ())
    return y if shared_input is None else op.add(y, shared_input)


# --- dispatch and combination between devices, in one kernel each

def local_experts(moe_expert_num, ep_world_size, shared_expert_rank_num, ep_rank_id):
    if ep_rank_id < shared_expert_rank_num:
        return 1
    return moe_expert_num // (ep_world_size - shared_expert_rank_num)


def dispatch(x, expert_ids, group_ep, ep_world_size, ep_rank_id, moe_expert_num, scales, x_active_mask, expert_scales, tp_world_size,
             shared_expert_rank_num, quant_mode, global_bs, y_dtype=None):
    """quant_mode: 0 none, 1 static, 2 dynamic, 3 and 4 in blocks. Returns the seven outputs of the kernel."""
    tokens, k = expert_ids.shape[0], expert_ids.shape[1]
    experts = local_experts(moe_expert_num, ep_world_size, shared_expert_rank_num, ep_rank_id)
    batch = tokens * ep_world_size if global_bs == 0 else global_bs
    received = batch * min(experts, k)
    outputs = [op.like(x, [tokens * k, x.shape[1]]), ([received * 128], torch.int32), ([experts], torch.int64),
               ([ep_world_size * experts], torch.int32), ([tp_world_size], torch.int32), ([received], torch.float32)]
    rows, assist, counts, ep_counts, tp_counts, expand_scales = emit("expert_dispatch", op.present(x, expert_ids, x_active_mask, expert_scales),
                                                                    outputs, experts=moe_expert_num)
    if quant_mode == 0:
        sent, scale = op.all_to_all(rows, received, group=group_ep, world_size=ep_world_size), op.fill([received], torch.float32, 1.0)
    elif quant_mode == 1:
        sent, scale = op.all_to_all(op.quantize(rows, scales), received, group=group_ep, world_size=ep_world_size), scales
    else:
        dtype = torch.int8 if y_dtype is None else y_dtype
        q, row_scale = op.dynamic_quantize(rows, scales, dtype=dtype)
        sent = op.all_to_all(q, received, group=group_ep, world_size=ep_world_size)
        scale = op.all_to_all(row_scale, received, group=group_ep, world_size=ep_world_size)
    return sent, scale, assist, counts, ep_counts, tp_counts, expand_scales


@operator("torch_npu.npu_moe_distribute_dispatch_v2", unit="mixed")
def npu_moe_distribute_dispatch_v2(x, expert_ids, group_ep, ep_world_size, ep_rank_id, moe_expert_num, *, scales=None, x_active_mask=None,
                                   expert_scales=None, elastic_info=None, performance_info=None, group_tp="", tp_world_size=1, tp_rank_id=0,
                                   expert_shard_type=0, shared_expert_num=1, shared_expert_rank_num=0, quant_mode=0, global_bs=0,
                                   expert_token_nums_type=1, comm_alg="", zero_expert_num=0, copy_expert_num=0, const_expert_num=0,
                                   y_dtype=None, x_dtype=None, scales_dtype=None):
    return dispatch(x, expert_ids, group_ep, ep_world_size, ep_rank_id, moe_expert_num, scales, x_active_mask, expert_scales, tp_world_size,
                    shared_expert_rank_num, quant_mode, global_bs, y_dtype)


@operator("torch_npu.npu_moe_distribute_dispatch", unit="mixed")
def npu_moe_distribute_dispatch(x, expert_ids, group_ep, ep_world_size, ep_rank_id, moe_expert_num, *, scales=None, x_active_mask=None,
                                expert_scales=None, group_tp="", tp_world_size=1, tp_rank_id=0, expert_shard_type=0, shared_expert_num=1,
                                shared_expert_rank_num=0, quant_mode=0, global_bs=0, expert_token_nums_type=1):
    return dispatch(x, expert_ids, group_ep, ep_world_size, ep_rank_id, moe_expert_num, scales, x_active_mask, expert_scales, tp_world_size,
                    shared_expert_rank_num, quant_mode, global_bs)


def combine(expand_x, expert_ids, index, ep_send_counts, expert_scales, group_ep, ep_world_size, extra):
    tokens, k = expert_ids.shape[0], expert_ids.shape[1]
    rows = op.all_to_all(expand_x, tokens * k, group=group_ep, world_size=ep_world_size)
    return op.expert_combine(rows, index, tokens, expert_scales, op.present(expert_ids, ep_send_counts, *extra))


@operator("torch_npu.npu_moe_distribute_combine_v2", unit="mixed")
def npu_moe_distribute_combine_v2(expand_x, expert_ids, assist_info_for_combine, ep_send_counts, expert_scales, group_ep, ep_world_size, ep_rank_id,
                                  moe_expert_num, *, tp_send_counts=None, x_active_mask=None, expand_scales=None, shared_expert_x=None,
                                  elastic_info=None, ori_x=None, const_expert_alpha_1=None, const_expert_alpha_2=None, const_expert_v=None,
                                  performance_info=None, group_tp="", tp_world_size=1, tp_rank_id=0, expert_shard_type=0, shared_expert_num=1,
                                  shared_expert_rank_num=0, global_bs=0, comm_quant_mode=0, comm_alg="", zero_expert_num=0, copy_expert_num=0,
                                  const_expert_num=0):
    y = combine(expand_x, expert_ids, assist_info_for_combine, ep_send_counts, expert_scales, group_ep, ep_world_size,
                op.present(tp_send_counts, x_active_mask, expand_scales))
    return y if shared_expert_x is None else op.add(y, shared_expert_x)


@operator("torch_npu.npu_moe_distribute_combine", unit="mixed")
def npu_moe_distribute_combine(expand_x, expert_ids, expand_idx, ep_send_counts, expert_scales, group_ep, ep_world_size, ep_rank_id,
                               moe_expert_num, *, tp_send_counts=None, x_active_mask=None, activation_scale=None, weight_scale=None,
                               group_list=None, expand_scales=None, shared_expert_x=None, group_tp="", tp_world_size=1, tp_rank_id=0,
                               expert_shard_type=0, shared_expert_num=1, shared_expert_rank_num=0, global_bs=0, out_dtype=0,
                               comm_quant_mode=0, group_list_type=0):
    y = combine(expand_x, expert_ids, expand_idx, ep_send_counts, expert_scales, group_ep, ep_world_size,
                op.present(tp_send_counts, x_active_mask, expand_scales))
    return y if shared_expert_x is None else op.add(y, shared_expert_x)


# --- a whole expert layer in one kernel

def expert_layer(x, expert_ids, weights1, weights2, scales1, scales2, probs, group, experts, world_size=1, out=None, biases1=(), biases2=(),
                 limit=None):
    """Dispatch, grouped product, swiglu, grouped product, combination; quantised between when the weights have scales."""
    tokens, k = expert_ids.shape[0], expert_ids.shape[1]
    rows, index, counts = op.expert_dispatch(x, expert_ids, tokens * k, experts)
    w1, w2, scale1, scale2 = first(weights1), first(weights2), first(scales1), first(scales2)
    quantised = scale1 is not None and w1.dtype == torch.int8
    row_scale = None
    if quantised:
        rows, row_scale = op.dynamic_quantize(rows)
    rows = op.all_to_all(rows, group=group, world_size=world_size)
    if quantised:
        row_scale = op.all_to_all(row_scale, group=group, world_size=world_size)
    up = op.grouped_matmul(rows, w1, counts, None, rest(weights1), dtype=torch.int32 if quantised else x.dtype)
    if quantised:
        up = op.dequantize(up, scale1, row_scale, *biases1[:1], dtype=torch.float32)
    hidden = clamped_silu_mul(up, limit)
    if quantised:
        hidden, row_scale = op.dynamic_quantize(hidden)
    down = op.grouped_matmul(hidden, w2, counts, None, rest(weights2), columns=x.shape[-1], dtype=torch.int32 if quantised else x.dtype)
    if quantised:
        down = op.dequantize(down, scale2, row_scale, *biases2[:1], dtype=x.dtype)
    down = op.all_to_all(down, group=group, world_size=world_size)
    return op.expert_combine(down, index, tokens, probs, out=out), counts
