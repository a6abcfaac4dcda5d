"""The towers of a multimodal model that take a picture as patches and their grid: one small picture goes through each, as in a profile run."""
import inspect

import fusescout_scenario as scenario
import torch

GRID = [1, 8, 12]      # frames, rows and columns of patches


def run(model, model_config):
    grid = [int(size) for size in scenario.environment["FUSESCOUT_IMAGE"].split(",")] if "FUSESCOUT_IMAGE" in scenario.environment else GRID
    taken = False
    towers = getattr(model, "_tower_model_names", None) or [name for name, _ in model.named_children()]
    for name in towers:
        tower = model.get_submodule(name)
        accepts = inspect.signature(tower.forward).parameters
        parameters = list(accepts)
        settings = getattr(model_config.hf_config, "vision_config", None)
        if settings is None or parameters[1:2] != ["grid_thw"]:
            continue
        channels = getattr(settings, "in_channels", None) or settings.in_chans
        features = channels * getattr(settings, "temporal_patch_size", 1) * settings.patch_size**2
        pixels = scenario.make_input("pixel_values", (grid[0] * grid[1] * grid[2], features), model_config.dtype)
        # Older towers take the grids as a tensor.
        grids = torch.tensor([grid], dtype=torch.int64, device="cpu") if "Tensor" in str(accepts["grid_thw"].annotation) else [grid]
        scenario.add_outputs(tower(pixels, grid_thw=grids))
        taken = True
    if not taken and "FUSESCOUT_IMAGE" in scenario.environment:
        raise ValueError("--image: no part of this model takes a picture as patches and their grid (`grid_thw`)")
