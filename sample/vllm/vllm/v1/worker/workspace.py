import torch

_manager = None


class WorkspaceManager:
    """Device memory that layers share, one after the other."""

    def __init__(self, device: torch.device, num_ubatches: int):
        self.device = device
        self.num_ubatches = num_ubatches


def init_workspace_manager(device: torch.device, num_ubatches: int | None = None) -> None:
    global _manager
    _manager = WorkspaceManager(device, num_ubatches or 1)
