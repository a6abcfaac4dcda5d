"""What a pipeline stage hands to the next."""
from dataclasses import dataclass

import torch


@dataclass
class IntermediateTensors:
    tensors: dict[str, torch.Tensor]

    def __getitem__(self, key: str):
        return self.tensors[key]
