"""torch.ops._C_ascend: the operators that vllm-ascend builds itself. Signatures as in its csrc/torch_binding.cpp."""
import torch
from fusescout import operator, results
import op
from ascend_compressed import (
    compressor, compressor_metadata, compressor_metadata_out, inplace_partial_rotary_mul, npu_hc_post, npu_hc_pre, npu_hc_pre_inv_rms,
    npu_hc_pre_sinkhorn, npu_hc_pre_v2, npu_hc_pre_v3,
    npu_quant_lightning_indexer, npu_quant_lightning_indexer_metadata, npu_quant_lightning_indexer_v2, npu_quant_lightning_indexer_v2_metadata, npu_scatter_nd_update_v2, npu_sparse_attn_sharedkv,
    npu_sparse_attn_sharedkv_metadata, npu_sparse_flash_mla, npu_sparse_flash_mla_metadata, npu_vllm_quant_lightning_indexer,
    npu_vllm_quant_lightning_indexer_metadata,
)
from ascend_quantised import (
    dequant_situ_quant, indexer_compress_epilog, indexer_compress_epilog_v2, kv_compress_epilog, npu_kv_quant_sparse_attn_sharedkv,
    npu_kv_quant_sparse_attn_sharedkv_metadata, npu_kv_quant_sparse_flash_attention, npu_lightning_indexer_quant, npu_load_index_kv_cache,
    npu_mla_prolog_v3_k3, npu_quant_lightning_indexer_v3, npu_rms_norm_dynamic_quant, npu_swiglu_group_quant, situ_mx_quant,
)
from ascend_recurrent import (
    chunk_fwd_o, chunk_gated_delta_rule_fwd_h, chunk_kda_fwd, kda_gate_cumsum, kda_layout_swap12, npu_fused_gdn_gating, recurrent_kda,
)
from ascend_sparse import (
    is_minimax_sparse_attention_split_kv_available, npu_fused_sparse_attention_overlap, npu_hamming_dist_top_k, npu_k2q_csr, npu_msa_index_score,
    npu_reshape_and_cache_bnsd, npu_scatter_nd_update_sk, npu_scatter_pa_kv_cache, npu_sign_bits_pack, npu_sparse_attention_score,
    npu_sparse_attention_score_prefill, store_kv_block, store_kv_block_metadata, store_kv_block_pre,
)
from npu_attention import lightning_indexer, sparse_attention
from npu_matmul import first, grouped_swiglu_quant, rest
from npu_moe import expert_layer, gating, init_routing
from npu_vector import INT4_IN_INT32, dequant_swiglu_quant, keep_top


# --- norms

@operator("_C_ascend.npu_gemma_rms_norm")
def npu_gemma_rms_norm(x, gamma, epsilon=1e-6):
    return op.gemma_rms_norm(x, gamma, eps=epsilon, rstd=True)


@operator("_C_ascend.npu_rms_norm_cast")
def npu_rms_norm_cast(x, gamma, epsilon=1e-6):
    y = op.rms_norm(x, gamma, eps=epsilon)
    return y, op.cast(y, torch.float32)


@operator("_C_ascend.npu_add_rms_norm_bias")
def npu_add_rms_norm_bias(x1, x2, gamma, beta=None, epsilon=1e-6):
    x = op.add(x1, x2)
    y, rstd = op.rms_norm(x, gamma, eps=epsilon, rstd=True)
    if beta is not None:
        y = op.add(y, beta)
    return y, rstd, x


@operator("_C_ascend.matmul_allreduce_add_rmsnorm", unit="mixed")
def matmul_allreduce_add_rmsnorm(x1, x2, residual, gamma, groupTp, tpRankSize, tpRankId, epsilon, isTransB, isGatherAddOut):
    y = op.matmul(x1, x2, transpose_b=isTransB)
    x = op.add(op.all_reduce(y, group=groupTp, world_size=tpRankSize), residual)
    return op.rms_norm(x, gamma, eps=epsilon), x


# --- embedding

@operator("_C_ascend.rotary_embedding", mutates=("query", "key"))
def rotary_embedding(positions, query, key, head_size, cos_sin_cache, is_neox):
    for x in (query, key):
        op.rope_(x, cache=cos_sin_cache, positions=positions, rotary_dim=cos_sin_cache.shape[-1], neox=is_neox, head_size=head_size)
    return query, key


@operator("_C_ascend.get_masked_input_and_mask")
def get_masked_input_and_mask(input, org_vocab_start_index, org_vocab_end_index, num_org_vocab_padding, added_vocab_start_index,
                              added_vocab_end_index):
    inside = op.logical_and(op.ge(input, org_vocab_start_index), op.lt(input, org_vocab_end_index))
    added = op.logical_and(op.ge(input, added_vocab_start_index), op.lt(input, added_vocab_end_index))
    shift = added_vocab_start_index - (org_vocab_end_index - org_vocab_start_index) - num_org_vocab_padding
    offset = op.add(op.mul(op.cast(inside, input.dtype), org_vocab_start_index), op.mul(op.cast(added, input.dtype), shift))
    valid = op.logical_or(inside, added)
    return op.mul(op.sub(input, offset), op.cast(valid, input.dtype)), op.logical_not(valid)


# --- matrix products

@operator("_C_ascend.batch_matmul_transpose", unit="cube", mutates=("tensor_c",))
def batch_matmul_transpose(tensor_a, tensor_b, tensor_c, format_mode=None, quant_mode=None):
    """[m, batch, k] x [batch, k, n] -> [m, batch, n]"""
    y = op.matmul(op.permute(tensor_a, [1, 0, 2]), tensor_b)
    op.transpose(y, [1, 0, 2], out=tensor_c)


@operator("_C_ascend.moe_grouped_matmul", unit="cube")
def moe_grouped_matmul(x, weight, group_list, split_item, group_type, group_list_type):
    return [op.grouped_matmul(x, weight, group_list, group_list_type=group_list_type)]


@operator("_C_ascend.grouped_matmul_swiglu_quant", unit="mixed")
def grouped_matmul_swiglu_quant(x, weight, weight_scale, x_scale, group_list, *, bias=None, offset=None, swiglu_limit=0.0):
    q, scale = grouped_swiglu_quant(x, weight, group_list, weight_scale, x_scale, bias, limit=swiglu_limit)
    return q, scale, op.fill([], torch.float32, 0)


@operator("_C_ascend.grouped_matmul_swiglu_quant_weight_nz", unit="mixed")
def grouped_matmul_swiglu_quant_weight_nz(x, weight, weight_scale, x_scale, group_list, *, bias=None, offset=None, swiglu_limit=0.0):
    q, scale = grouped_swiglu_quant(x, weight, group_list, weight_scale, x_scale, bias, limit=swiglu_limit)
    return q, scale, op.fill([], torch.float32, 0)


@operator("_C_ascend.grouped_matmul_swiglu_quant_weight_nz_tensor_list", unit="mixed")
def grouped_matmul_swiglu_quant_weight_nz_tensor_list(x, weight, weight_scale, x_scale, group_list, *, bias=None, offset=None,
                                                      swiglu_limit=0.0):
    # One [k, n] weight an expert.
    columns = weight[0].shape[-1]
    if weight[0].dtype == torch.int32:
        columns = columns * INT4_IN_INT32
    q, scale = grouped_swiglu_quant(x, first(weight), group_list, first(weight_scale), x_scale, first(bias), columns, rest(weight), swiglu_limit)
    return q, scale, op.fill([x.shape[0]], torch.float32, 0)


@operator("_C_ascend.grouped_matmul_swiglu_quant_v2", unit="mixed")
def grouped_matmul_swiglu_quant_v2(x, weight, weight_scale, x_scale, group_list, smooth_scale=None, weight_assist_matrix=None, bias=None,
                                   dequant_mode=0, dequant_dtype=0, quant_mode=0, quant_dtype=0, transpose_weight=False, group_list_type=0,
                                   tuning_config=(), swiglu_limit=0.0):
    scale = first(weight_scale)
    return grouped_swiglu_quant(x, first(weight), group_list, scale, x_scale, bias, scale.shape[-1], rest(weight), swiglu_limit)


@operator("_C_ascend.npu_dequant_swiglu_quant")
def npu_dequant_swiglu_quant(x, *, weight_scale=None, activation_scale=None, bias=None, quant_scale=None, quant_offset=None, group_index=None,
                             activate_left=True, quant_mode=0, swiglu_mode=0, clamp_limit=0.0, glu_alpha=1.0, glu_bias=0.0):
    return dequant_swiglu_quant(x, weight_scale, activation_scale, bias, quant_scale, quant_offset, group_index, quant_mode)


# --- low-rank adapters: rows times the adapter that their sequence uses

@operator("_C_ascend.bgmv_shrink", unit="mixed", mutates=("y",))
def bgmv_shrink(x, weight, indices, y, scale):
    """y = x @ weight[index]^T * scale"""
    op.mul(op.grouped_matmul(x, weight, indices, columns=y.shape[-1], dtype=y.dtype, transpose_b=True), scale, out=y)


@operator("_C_ascend.sgmv_shrink", unit="mixed", mutates=("y",))
def sgmv_shrink(x, weight, lora_indices, seq_len, y, scale):
    op.mul(op.grouped_matmul(x, weight, lora_indices, None, [seq_len], y.shape[-1], y.dtype, transpose_b=True), scale, out=y)


def _expand(x, weight, indices, extra, y, slice_offset, slice_size):
    part = op.slice(y, -1, slice_offset, slice_offset + slice_size)
    op.add(part, op.grouped_matmul(x, weight, indices, None, extra, slice_size, y.dtype, transpose_b=True), out=part)
    return y


@operator("_C_ascend.bgmv_expand", unit="mixed", mutates=("y",))
def bgmv_expand(x, weight, indices, y, slice_offset, slice_size):
    """y[:, slice] += x @ weight[index]^T"""
    return _expand(x, weight, indices, (), y, slice_offset, slice_size)


@operator("_C_ascend.sgmv_expand", unit="mixed", mutates=("y",))
def sgmv_expand(x, weight, lora_indices, seq_len, y, slice_offset, slice_size):
    return _expand(x, weight, lora_indices, [seq_len], y, slice_offset, slice_size)


# --- MLA: from the hidden state to query and cache in one kernel

@operator("_C_ascend.mla_preprocess", unit="mixed", mutates=("q_out0", "kv_cache_out0", "q_out1", "kv_cache_out1", "inner_out"))
def mla_preprocess(hiddenState, wdqkv, descale0, gamma1, beta1, wuq, descale1, gamma2, cos, sin, wuk, kv_cache, kv_cache_rope, slotmapping,
                   quant_scale0=None, quant_offset0=None, bias0=None, quant_scale1=None, quant_offset1=None, bias1=None, ctkv_scale=None,
                   q_nope_scale=None, cache_mode=None, quant_mode=None, enable_inner_out=None, q_out0=None, kv_cache_out0=None, q_out1=None,
                   kv_cache_out1=None, inner_out=None, gamma0=None, beta0=None):
    # gamma0, beta0: releases of old pass them, and the kernel does not read them.
    def product(x, weight, columns, scale, offset, descale, bias):
        if scale is None:
            return op.one("matmul", op.present(x, weight, bias), op.like(x, list(x.shape)[:-1] + [columns]), transpose_b=True)
        q = op.quantize(x, scale, offset)
        return op.quantized_matmul(q, weight, descale, None, bias, columns, hiddenState.dtype, transpose_b=True)

    tokens, heads = hiddenState.shape[0], q_out0.shape[1]
    latent, turning, query_rank = gamma2.shape[-1], cos.shape[-1], gamma1.shape[-1]
    nope = wuk.shape[-2]  # [heads, nope, latent]
    down = product(hiddenState, wdqkv, latent + turning + query_rank, quant_scale0, quant_offset0, descale0, bias0)
    c_kv, k_rope, c_q = op.split(down, [latent, turning, query_rank])
    c_q = op.rms_norm(c_q, gamma1)
    if beta1 is not None:
        c_q = op.add(c_q, beta1, out=inner_out if enable_inner_out else None)
    query = product(c_q, wuq, heads * (nope + turning), quant_scale1, quant_offset1, descale1, bias1)
    q_nope, q_rope = op.split(op.view(query, [tokens, heads, nope + turning]), [nope, turning])
    op.transpose(op.matmul(op.permute(q_nope, [1, 0, 2]), wuk), [1, 0, 2], out=q_out0)
    op.rope(q_rope, cos, sin, rotary_dim=turning, out=q_out1)
    c_kv = op.rms_norm(c_kv, gamma2)
    op.kv_cache_write(c_kv, op.rope(k_rope, cos, sin, rotary_dim=turning), kv_cache_out0, kv_cache_out1, slotmapping)
    return q_out0, kv_cache_out0, q_out1, kv_cache_out1, inner_out


# --- sparse attention

@operator("_C_ascend.npu_lightning_indexer", unit="mixed")
def npu_lightning_indexer(query, key, weights, *, actual_seq_lengths_query=None, actual_seq_lengths_key=None, block_table=None,
                          layout_query="BSND", layout_key="BSND", sparse_count=2048, sparse_mode=3, pre_tokens=9223372036854775807,
                          next_tokens=9223372036854775807, return_value=False):
    values, indices = lightning_indexer(query, key, weights, block_table, layout_query, layout_key, sparse_count)
    return indices if results("_C_ascend.npu_lightning_indexer", 2) == 1 else (indices, values)


@operator("_C_ascend.npu_sparse_flash_attention", unit="mixed")
def npu_sparse_flash_attention(query, key, value, sparse_indices, scale_value, sparse_block_size=1, *, block_table=None,
                               actual_seq_lengths_query=None, actual_seq_lengths_kv=None, query_rope=None, key_rope=None, layout_query="BSND",
                               layout_kv="BSND", sparse_mode=3, pre_tokens=9223372036854775807, next_tokens=9223372036854775807,
                               attention_mode=2, return_softmax_lse=False):
    if results("_C_ascend.npu_sparse_flash_attention", 3) == 1:
        return sparse_attention(query, key, value, sparse_indices, scale_value, block_table, query_rope, key_rope, layout_query)
    if not return_softmax_lse:
        none = op.fill([0], torch.float32, 0)
        return sparse_attention(query, key, value, sparse_indices, scale_value, block_table, query_rope, key_rope, layout_query), none, none
    heads = key.shape[2] if layout_kv == "PA_BSND" or layout_query != "TND" else key.shape[1]
    shape = list(query.shape)
    lse_shape = [heads, shape[0], shape[1] // heads] if len(shape) == 3 else [shape[0], heads, shape[1], shape[2] // heads]
    out, lse = sparse_attention(query, key, value, sparse_indices, scale_value, block_table, query_rope, key_rope, layout_query, lse_shape=lse_shape)
    return out, lse, lse


# --- mixture of experts

@operator("_C_ascend.moe_gating_top_k")
def moe_gating_top_k(x, k, k_group, group_count, group_select_mode, renorm, norm_type, out_flag, routed_scaling_factor, eps, bias_opt=None):
    return gating(x, k, bias_opt, k_group, group_count, group_select_mode, renorm, norm_type, routed_scaling_factor, eps)


@operator("_C_ascend.moe_gating_top_k_hash")
def moe_gating_top_k_hash(x, k, bias=None, input_ids=None, tid2eid=None, k_group=1, group_count=1, routed_scaling_factor=1.0, eps=1e-20,
                          group_select_mode=0, renorm=0, norm_type=0, out_flag=False, bias_vl=None, image_sentinel_lo=129257, image_sentinel_count=5):
    """The experts of a token are the best, or those that a table has for its id."""
    return op.moe_gating(x, k, bias, op.present(input_ids, tid2eid), scores=True, norm_type=norm_type, scale=routed_scaling_factor)


@operator("_C_ascend.npu_moe_init_routing_custom")
def npu_moe_init_routing_custom(x, expert_idx, *, scale=None, offset=None, active_num=-1, expert_capacity=-1, expert_num=-1, drop_pad_mode=0,
                                expert_tokens_num_type=0, expert_tokens_num_flag=False, quant_mode=0, active_expert_range=None, row_idx_type=0):
    return init_routing(x, expert_idx, scale, offset, active_num, expert_capacity, expert_num, drop_pad_mode, quant_mode, active_expert_range)


@operator("_C_ascend.dispatch_ffn_combine", unit="mixed", mutates=("out", "expert_token_nums"))
def dispatch_ffn_combine(x, weight1, weight2, expert_idx, scale1, scale2, bias1=(), bias2=(), probs=None, group="", max_output_size=0, out=None,
                         expert_token_nums=None, x_active_mask=None, swiglu_limit=1000000.0):
    experts = first(weight1).shape[0] if expert_token_nums is None else expert_token_nums.shape[-1]      # releases of old do not give the counts
    expert_layer(x, expert_idx, weight1, weight2, scale1, scale2, probs, group, experts, out=out, biases1=bias1, biases2=bias2, limit=swiglu_limit)
    return out if expert_token_nums is None else (out, expert_token_nums)


@operator("_C_ascend.dispatch_gmm_combine_decode", unit="mixed")
def dispatch_gmm_combine_decode(x, expert_ids, gmm1_permuted_weight, gmm1_permuted_weight_scale, gmm2_weight, gmm2_weight_scale, expert_scales,
                                expert_smooth_scales=None, x_active_mask=None, group_ep="", ep_rank_size=0, ep_rank_id=0, moe_expert_num=0,
                                shared_expert_num=1, shared_expert_rank_num=0, quant_mode=0, global_bs=0):
    experts = 1 if ep_rank_id < shared_expert_rank_num else moe_expert_num // (ep_rank_size - shared_expert_rank_num)
    return expert_layer(x, expert_ids, gmm1_permuted_weight, gmm2_weight, gmm1_permuted_weight_scale, gmm2_weight_scale, expert_scales, group_ep,
                        experts, ep_rank_size)


# --- recurrences

@operator("_C_ascend.causal_conv1d_fn", mutates=("conv_state",))
def causal_conv1d_fn(mixed_qkv_non_spec_T, conv_weights, bias_opt=None, activation="silu", conv_state=None, has_initial_state=None,
                     non_spec_state_indices_tensor=None, non_spec_query_start_loc=None, pad_slot_id=-1):
    extra = op.present(has_initial_state, non_spec_state_indices_tensor, non_spec_query_start_loc)
    return op.causal_conv1d(mixed_qkv_non_spec_T, conv_weights, conv_state, bias_opt, extra, activation=activation)


@operator("_C_ascend.npu_causal_conv1d_custom", mutates=("output", "conv_state"))
def npu_causal_conv1d_custom(output=None, x=None, weight=None, conv_state=None, bias_opt=None, query_start_loc_opt=None, cache_indices_opt=None,
                             initial_state_mode_opt=None, num_accepted_tokens_opt=None, activation_mode=0, pad_slot_id=-1, run_mode=0):
    # Releases of old make the result themselves, and take numbers of the host where later ones take tensors.
    where = [t for t in (query_start_loc_opt, cache_indices_opt, initial_state_mode_opt, num_accepted_tokens_opt) if op.is_tensor(t)]
    y = op.causal_conv1d(x, weight, conv_state, bias_opt, where, out=output, activation="silu" if activation_mode else "none")
    return y if output is None else output


@operator("_C_ascend.npu_recurrent_gated_delta_rule", unit="mixed", mutates=("state",))
def npu_recurrent_gated_delta_rule(query, key, value, state, *, beta=None, scale=None, actual_seq_lengths=None, ssm_state_indices=None,
                                   num_accepted_tokens=None, g=None, gk=None):
    inputs = [query, key, value, g, gk, beta, actual_seq_lengths, ssm_state_indices, num_accepted_tokens]
    return op.linear_attention(inputs, [op.like(value)], state, scale=1.0 if scale is None else scale, rule="gated_delta", chunked=False)[0]


@operator("_C_ascend.npu_recurrent_gated_delta_rule_310", unit="mixed", mutates=("state",))
def npu_recurrent_gated_delta_rule_310(query, key, value, beta, state, actual_seq_lengths, ssm_state_indices, g=None, gk=None,
                                       num_accepted_tokens=None, scale_value=1.0):
    inputs = op.present(query, key, value, g, gk, beta, actual_seq_lengths, ssm_state_indices, num_accepted_tokens)
    return op.linear_attention(inputs, [op.like(value)], state, scale=scale_value, rule="gated_delta", chunked=False)[0]


@operator("_C_ascend.npu_causal_conv1d_310", mutates=("conv_states",))
def npu_causal_conv1d_310(x, weight, bias, conv_states, query_start_loc, cache_indices, initial_state_mode, num_accepted_tokens, activation_mode,
                          pad_slot_id, run_mode):
    return op.causal_conv1d(x, weight, conv_states, bias, (), activation="silu" if activation_mode else "none")


# --- sampling, speculation, cache management

@operator("_C_ascend.npu_apply_top_k_top_p", launches=2)
def npu_apply_top_k_top_p(logits, p=None, k=None):
    return keep_top(logits, p, k)


@operator("_C_ascend.npu_copy_and_expand_eagle_inputs")
def npu_copy_and_expand_eagle_inputs(target_token_ids, target_positions, next_token_ids, query_start_loc, query_end_loc, padding_token_id,
                                     parallel_drafting_token_id, num_padding_slots_per_request, shift_input_ids, total_draft_tokens):
    requests = query_start_loc.shape[0] - 1
    bounds = [query_start_loc, query_end_loc]
    ids = op.one("select_copy", [target_token_ids, next_token_ids] + bounds, ([total_draft_tokens], target_token_ids.dtype))
    positions = op.one("select_copy", [target_positions] + bounds, ([total_draft_tokens], target_token_ids.dtype))
    rejected = op.one("select_copy", bounds, ([total_draft_tokens], torch.int8))
    masked = op.one("select_copy", bounds, ([total_draft_tokens], torch.int8))
    indices = op.one("select_copy", bounds, ([requests * num_padding_slots_per_request], target_token_ids.dtype))
    mapping = op.one("select_copy", bounds, ([target_token_ids.shape[0]], target_token_ids.dtype))
    return ids, positions, rejected, masked, indices, mapping


@operator("_C_ascend.swap_blocks", mutates=("y",))
def swap_blocks(x, y, z):
    op.index_copy(y, z, x)


@operator("_C_ascend.transpose_kv_cache_by_block")
def transpose_kv_cache_by_block(kCache, vCache, blockIDs, blockSize, headNum, headDim, splitNum, layerNum):
    for cache in list(kCache) + list(vCache):
        op.index_copy(cache, blockIDs, op.index_select(cache, 0, blockIDs))


@operator("_C_ascend.weak_ref_tensor", launches=0, view=True)
def weak_ref_tensor(input):
    return input


@operator("_C_ascend.swap_blocks_batch", launches=0)
def swap_blocks_batch(x, y, z, direction):
    """Copies between host and device, by lists of addresses, beside the step."""


@operator("_C_ascend.npu_ngram_spec_decode", mutates=("token_ids",))
def npu_ngram_spec_decode(token_ids, num_tokens_no_spec, sampled_token_ids, discard_request_mask, vocab_size, min_n, max_n, k):
    """The sampled tokens join their sequences; what followed the same words before is the draft."""
    rows, dtype = token_ids.shape[0], token_ids.dtype
    inputs = [sampled_token_ids, num_tokens_no_spec, discard_request_mask]
    op.scatter(token_ids, num_tokens_no_spec, sampled_token_ids)
    return (token_ids, op.one("select_copy", inputs, ([rows], dtype)), op.one("select_copy", [token_ids, num_tokens_no_spec], ([rows, k], dtype)),
            op.one("select_copy", inputs, ([rows], dtype)))


# --- questions and messages

@operator("_C_ascend.get_physical_device_id", launches=0)
def get_physical_device_id(user_device_id):
    return user_device_id


@operator("_C_ascend.get_npu_storage_shape", launches=0)
def get_npu_storage_shape(tensor):
    return list(tensor.shape)


@operator("_C_ascend.device_print", launches=0)
def device_print(msg):
    """A line on the host when the stream gets there."""


@operator("_C_ascend.device_print_tensor", launches=0)
def device_print_tensor(tensor):
    """The same with a tensor's values."""
