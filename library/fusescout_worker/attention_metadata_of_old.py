"""Releases of old, in which one builder serves all layers: it reads the runner's buffers, or (the first engine, V0) lists of sequences."""
from inspect import signature
from types import SimpleNamespace

import fusescout_scenario as scenario
import torch
from fusescout_worker.releases import accepted, first_of


class BlockTable:
    """Of the batch; later ones have one for each group of caches, all alike here."""

    def __init__(self, table):
        self.table = table

    def __getitem__(self, group):
        return self

    def get_device_tensor(self):
        return self.table


def query_lens(facts):
    return torch.tensor([facts["max_query_len"]] * int(scenario.sequences), dtype=torch.int32, device="cpu")


def blocks_of_sequence(runner, facts):
    return (facts["max_seq_len"] + runner.block_size - 1) // runner.block_size


def build(runner, positions, facts):
    """`facts`: what every release tells of a step, see attention_metadata.step_facts."""
    builder_class = runner.attn_backend.get_builder_cls()
    if "input_builder" in signature(builder_class).parameters:
        return of_sequences(runner, builder_class, facts, positions)
    tokens, count, length = scenario.tokens, int(scenario.sequences), facts["max_query_len"]
    runner.chunked_prefill_enabled = getattr(runner.scheduler_config, "chunked_prefill_enabled", False)
    runner.max_num_blocks_per_req = blocks_of_sequence(runner, facts)
    runner.graph_block_tables = torch.zeros((runner.max_num_reqs, runner.max_num_blocks_per_req), dtype=torch.int32, device="cpu")
    runner.seq_lens_cpu = facts["seq_lens_cpu"]
    runner.query_start_loc_cpu = facts["query_start_loc_cpu"]
    runner.query_lens = query_lens(facts)
    runner.positions_cpu = scenario.make_input("positions_cpu", (tokens,), torch.int64)
    runner.slot_mapping_cpu = scenario.make_input("slot_mapping", (tokens,), torch.int32)
    table = scenario.make_input("block_table", (scenario.sequences, runner.max_num_blocks_per_req), torch.int32)
    runner.input_batch = SimpleNamespace(block_table=BlockTable(table), num_computed_tokens_cpu_tensor=facts["num_computed_tokens_cpu"], req_ids=list(range(count)))
    runner.spec_attn_mask = None
    runner.attn_state = facts["attn_state"]
    runner.attn_mask = mask(runner, facts, positions)
    builder = builder_class(runner)
    builder.reorder_batch(runner.input_batch, SimpleNamespace(num_scheduled_tokens={i: length for i in range(count)}, scheduled_spec_decode_tokens={}))
    options = {"num_reqs": scenario.sequences, "num_actual_tokens": tokens, "max_query_len": length, "common_prefix_len": None, "query_start_loc": facts["query_start_loc"],
               "common_attn_metadata": SimpleNamespace(query_start_loc=facts["query_start_loc"], seq_lens=facts["seq_lens"])}
    return builder.build(**accepted(builder.build, options))


def mask(runner, facts, positions):
    """As the runner of a release makes it that does not leave masks to its metadata builders."""
    (AttentionMaskBuilder,) = first_of(("vllm_ascend.attention.attention_mask", "AttentionMaskBuilder"), ("vllm_ascend.attention.attention", "AttentionMaskBuilder"))
    first = getattr(AttentionMaskBuilder, "initialize_from_len", AttentionMaskBuilder)
    runner.attn_mask_builder = first(**accepted(first, {"max_seq_len": facts["max_seq_len"], "dtype": runner.dtype, "device": runner.device}))
    options = {"seq_lens": facts["seq_lens_cpu"], "query_lens": query_lens(facts), "position": positions, "attn_state": facts["attn_state"]}
    return runner._make_attention_mask(**accepted(runner._make_attention_mask, options))


def of_sequences(runner, builder_class, facts, positions):
    """Each sequence has blocks of its own, as the first engine lists them."""
    total, length = facts["max_seq_len"], facts["max_query_len"]
    count = int(scenario.sequences)
    blocks = blocks_of_sequence(runner, facts)
    sequences = [SimpleNamespace(is_prompt=not scenario.decode, block_tables={i: list(range(i * blocks, (i + 1) * blocks))}, prefix_cache_hit=False, seq_ids=[i],
                                 input_tokens=[[0] * length], orig_seq_lens=[total], seq_lens=[total], query_lens=[length], context_lens=[total - length],
                                 curr_sliding_window_blocks=[0]) for i in range(count)]
    chunked = getattr(runner.scheduler_config, "chunked_prefill_enabled", False)
    builder = builder_class(SimpleNamespace(runner=runner, sliding_window=None, block_size=runner.block_size, chunked_prefill_enabled=chunked, inter_data_list=sequences))
    if hasattr(builder, "prepare"):
        builder.prepare()
    metadata = builder.build(**accepted(builder.build, {"seq_lens": [total] * count, "query_lens": [length] * count, "graph_pad_size": -1, "cuda_graph_pad_size": -1, "batch_size": count}))
    metadata.input_positions = positions
    return metadata
