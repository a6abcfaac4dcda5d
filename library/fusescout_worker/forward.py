"""One step of the model: forward and logits."""
import fusescout_scenario as scenario
import torch
from fusescout_worker import towers


def run(runner):
    model = runner.model
    model_config = runner.vllm_config.model_config
    tokens = scenario.tokens
    input_ids = scenario.make_input("input_ids", (tokens,), torch.int64)
    rows = (3,) if model_config.uses_mrope else ()
    positions = scenario.make_input("positions", rows + (tokens,), torch.int64)
    from vllm.config import set_current_vllm_config
    from vllm.distributed.parallel_state import get_pp_group

    # What vLLM compiles, it traces: CompilationMode.VLLM_COMPILE, CompilationLevel.PIECEWISE before.
    compilation = runner.vllm_config.compilation_config
    torch.compiler._compiling = getattr(compilation, "mode", getattr(compilation, "level", 0)) == 3
    with set_current_vllm_config(runner.vllm_config), torch.inference_mode(), runner.step(positions):
        scenario.set_recording(True)
        if scenario.upstream and not scenario.decode:
            towers.run(model, model_config)
        hidden_states = model(input_ids=input_ids, positions=positions, intermediate_tensors=None, inputs_embeds=None)
        last = get_pp_group().is_last_rank
        scenario.add_outputs(hidden_states if last else dict(hidden_states.tensors))      # what goes to the next stage
        if last and hasattr(model, "compute_logits"):
            # The runner asks for the logits of the last token of each sequence. One row stands for them: the head reads its whole weight
            # whatever their number.
            scenario.add_outputs(model.compute_logits(hidden_states[-1:]))
        scenario.set_recording(False)
