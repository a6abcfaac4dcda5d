"""What the runner tells the attention layers about a step: prefill of whole sequences, or one token for each of many sequences."""
import fusescout_scenario as scenario
import torch
from fusescout_worker import attention_metadata_of_old
from fusescout_worker.releases import accepted


def step_facts(device, positions):
    from vllm_ascend.attention.attention_v1 import AscendAttentionState

    tokens, sequences = scenario.tokens, scenario.sequences
    count = int(sequences)
    length = int(tokens) // count                      # new tokens of a sequence
    if scenario.decode:
        state = AscendAttentionState.DecodeOnly if length == 1 else AscendAttentionState.SpecDecoding
        total = max(scenario.context, length)          # of a sequence, with the new ones
    else:
        state = getattr(AscendAttentionState, "PrefillNoCache", None) or AscendAttentionState.PrefillOnly      # the name of old
        total = length
    query_start_loc = torch.tensor([i * length for i in range(count + 1)], dtype=torch.int32, device="cpu")
    seq_lens = torch.tensor([total] * count, dtype=torch.int32, device="cpu")
    return dict(
        query_start_loc=query_start_loc.to(device),
        query_start_loc_cpu=query_start_loc,
        seq_lens=seq_lens.to(device),
        seq_lens_cpu=seq_lens,
        seq_lens_cpu_upper_bound=seq_lens,
        num_computed_tokens_cpu=torch.tensor([total - length] * count, dtype=torch.int32, device="cpu"),
        is_prefilling=torch.tensor([not scenario.decode] * count, dtype=torch.bool, device="cpu"),
        num_reqs=sequences,
        num_actual_tokens=tokens,
        max_query_len=length,
        max_seq_len=total,
        block_table_tensor=None,
        slot_mapping=None,
        slot_mapping_cpu=None,
        causal=True,
        num_input_tokens=tokens,
        actual_seq_lengths_q=[(i + 1) * length for i in range(count)],
        positions=positions,
        positions_cpu=torch.tensor(list(range(total - length, total)) * count, dtype=torch.int64, device="cpu"),
        attn_state=state,
        decode_token_per_req=1 + scenario.mtp,
    )


def build(runner, positions):
    facts = step_facts(runner.device, positions)
    try:
        from vllm_ascend.attention.utils import AscendCommonAttentionMetadata
    except ImportError:
        return attention_metadata_of_old.build(runner, positions, facts)
    from vllm.v1 import kv_cache_interface

    encoder_only, state = [getattr(kv_cache_interface, name, ()) for name in ("EncoderOnlyAttentionSpec", "MambaSpec")]      # not all in releases of old
    tokens, sequences, total = scenario.tokens, scenario.sequences, facts["max_seq_len"]
    fields = AscendCommonAttentionMetadata.__dataclass_fields__
    if "attn_mask" in fields and hasattr(runner, "_make_attention_mask"):
        facts["attn_mask"] = attention_metadata_of_old.mask(runner, facts, positions)
        facts["spec_attn_mask"] = torch.triu(torch.ones(2048, 2048, dtype=torch.bool), diagonal=1).to(runner.device) if scenario.mtp else None
    common = AscendCommonAttentionMetadata(**{name: value for name, value in facts.items() if name in fields})
    metadata = {}
    # What builders of several groups share, in releases in which the first works it out for all.
    shared = {"num_reqs_actual": sequences, "num_actual_reqs": sequences, "common_ratio_to_sas_metadata": {}, "prefill_ratio_to_sas_metadata": {},
              "decode_ratio_to_sas_metadata": {}, "full_graph_mode": False}
    for group_id, group in enumerate(runner.kv_cache_config.kv_cache_groups):
        spec = group.kv_cache_spec
        if isinstance(spec, encoder_only):
            columns, slot_dtype = 1, torch.int64
        else:
            columns = (total + 127) // 128
            slot_dtype = torch.int32
        states = []
        if isinstance(spec, state):      # one for each sequence; with prefix caching under each block of its tokens
            cached = getattr(runner.cache_config, "mamba_cache_mode", "none") != "none"
            columns = (total + spec.block_size - 1) // spec.block_size + spec.num_speculative_blocks if cached else 1
            states = [[sequence for sequence in range(int(sequences)) for _ in range(int(columns))]]
        common.block_table_tensor = scenario.make_input("block_table." + str(group_id), (sequences, columns), torch.int32, *states)
        common.slot_mapping = common.slot_mapping_cpu = scenario.make_input("slot_mapping." + str(group_id), (tokens,), slot_dtype)
        of_all = builder_of_all_layers(runner)
        if of_all is not None:
            return built_by(of_all, {"common_attn_metadata": common, "model": runner.model, "common_prefix_len": 0})
        for kind in runner.attn_groups[group_id]:
            builder = kind.get_metadata_builder(0) if hasattr(kind, "get_metadata_builder") else kind.metadata_builder
            options = {"common_prefix_len": 0, "common_attn_metadata": common, "model": runner.model, "block_size": getattr(spec, "block_size", None), **shared}
            built = built_by(builder, options)
            for name in kind.layer_names:
                metadata[name] = built
    return metadata


def builder_of_all_layers(runner):
    """Releases whose runner keeps no groups of layers have one, and all layers read the same metadata."""
    if hasattr(runner, "initialize_attn_backend"):
        return None
    builder = runner.attn_backend.get_builder_cls()
    return builder(**accepted(builder, {"vllm_config": runner.vllm_config, "device": runner.device, "runner": runner}))


def built_by(builder, options):
    built = builder.build(**accepted(builder.build, options))
    if hasattr(built, "num_input_tokens"):     # which in some releases the runner sets
        built.num_input_tokens = scenario.tokens
    return built
