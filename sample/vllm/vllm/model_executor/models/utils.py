from collections.abc import Callable

import torch.nn as nn

from vllm.distributed import get_pp_group


class PPMissingLayer(nn.Identity):
    """Stands for a layer that another rank has."""

    def forward(self, *args, **kwargs):
        return args[0] if args else next(iter(kwargs.values()))


def maybe_prefix(prefix: str, name: str) -> str:
    return name if not prefix else f"{prefix}.{name}"


def make_layers(num_hidden_layers: int, layer_fn: Callable[[str], nn.Module], prefix: str) -> tuple[int, int, nn.ModuleList]:
    group = get_pp_group()
    per_rank = num_hidden_layers // group.world_size
    start = group.rank_in_group * per_rank
    end = num_hidden_layers if group.is_last_rank else start + per_rank
    layers = [PPMissingLayer() for _ in range(start)]
    layers += [layer_fn(f"{prefix}.{index}") for index in range(start, end)]
    layers += [PPMissingLayer() for _ in range(end, num_hidden_layers)]
    return start, end, nn.ModuleList(layers)


def extract_layer_index(prefix: str) -> int:
    numbers = [int(part) for part in prefix.split(".") if part.isdigit()]
    assert len(numbers) == 1, f"layer name {prefix} should only contain one integer"
    return numbers[0]
