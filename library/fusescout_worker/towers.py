"""The towers of a multimodal model that take a picture as patches and their grid: one small picture goes through each, as in a profile run."""
import inspect

import fusescout_scenario as scenario

GRID = [1, 8, 12]      # frames, rows and columns of patches


def run(model, model_config):
    for name in getattr(model, "_tower_model_names", ()):
        tower = model.get_submodule(name)
        parameters = list(inspect.signature(tower.forward).parameters)
        settings = getattr(model_config.hf_config, "vision_config", None)
        if settings is None or parameters[1:2] != ["grid_thw"]:
            continue
        channels = getattr(settings, "in_channels", None) or settings.in_chans
        features = channels * getattr(settings, "temporal_patch_size", 1) * settings.patch_size**2
        pixels = scenario.make_input("pixel_values", (GRID[0] * GRID[1] * GRID[2], features), model_config.dtype)
        scenario.add_outputs(tower(pixels, grid_thw=[GRID]))
