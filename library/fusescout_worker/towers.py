"""The towers of a multimodal model that take a picture as patches and their grid: one small picture goes through each, as in a profile run."""
import inspect

import fusescout_scenario as scenario
import torch

GRID = [1, 8, 12]      # frames, rows and columns of patches


def of(model):
    """The towers that take a picture, by name."""
    for name in getattr(model, "_tower_model_names", None) or [name for name, _ in model.named_children()]:
        tower = model.get_submodule(name)
        if list(inspect.signature(tower.forward).parameters)[1:2] == ["grid_thw"]:
            yield tower


def settle_weights(model):
    """A tower of vllm-ascend's own may lay its weights out when it loads them (heads padded to a width that a kernel likes): it loads those it has."""
    for tower in of(model):
        load = getattr(tower, "load_weights", None)
        if load is None or not type(tower).__module__.startswith("vllm_ascend."):
            continue
        for name, parameter in list(tower.named_parameters()):
            try:
                load([(name, parameter.data)])
            except Exception as error:      # one that checkpoints have in another shape
                scenario.assume("a tower's weights of a checkpoint are others than those it has (" + type(error).__name__ + ": " + str(error) + "); they stay as they were made")


def run(model, model_config):
    grid = [int(size) for size in scenario.environment["FUSESCOUT_IMAGE"].split(",")] if "FUSESCOUT_IMAGE" in scenario.environment else GRID
    taken = False
    settings = getattr(model_config.hf_config, "vision_config", None)
    for tower in of(model) if settings is not None else []:
        accepts = inspect.signature(tower.forward).parameters
        channels = getattr(settings, "in_channels", None) or settings.in_chans
        features = channels * getattr(settings, "temporal_patch_size", 1) * settings.patch_size**2
        pixels = scenario.make_input("pixel_values", (grid[0] * grid[1] * grid[2], features), model_config.dtype)
        # Older towers take the grids as a tensor.
        grids = torch.tensor([grid], dtype=torch.int64, device="cpu") if "Tensor" in str(accepts["grid_thw"].annotation) else [grid]
        scenario.add_outputs(tower(pixels, grid_thw=grids))
        taken = True
    if not taken and "FUSESCOUT_IMAGE" in scenario.environment:
        raise ValueError("--image: no part of this model takes a picture as patches and their grid (`grid_thw`)")
