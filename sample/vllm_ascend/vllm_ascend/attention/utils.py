from dataclasses import dataclass, field
from typing import Any

import torch


@dataclass
class AscendCommonAttentionMetadata:
    """What all attention layers of a step have in common."""

    query_start_loc: torch.Tensor
    query_start_loc_cpu: torch.Tensor
    seq_lens: torch.Tensor
    seq_lens_cpu: torch.Tensor
    num_computed_tokens_cpu: torch.Tensor
    num_reqs: int
    num_actual_tokens: int
    max_query_len: int
    max_seq_len: int
    block_table_tensor: torch.Tensor
    slot_mapping: torch.Tensor
    causal: bool = True
    num_input_tokens: int = 0
    actual_seq_lengths_q: list[int] = field(default_factory=list)
    positions: torch.Tensor | None = None
    attn_state: Any = None
    decode_token_per_req: int = 1
