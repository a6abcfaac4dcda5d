"""One step of the model: forward and logits."""
import inspect

import fusescout_scenario as scenario
import torch
from fusescout_worker import towers
from fusescout_worker.configuration import is_draft
from fusescout_worker.releases import accepted


def run(runner):
    step(runner)
    # The engine warms up: what a process does once is no part of a step.
    if scenario.begin_again():
        step(runner)


def step(runner):
    model = runner.model
    config = runner.vllm_config
    tokens = scenario.tokens
    before_step = scenario.tensor_count()
    input_ids = scenario.make_input("input_ids", (tokens,), torch.int64)
    rows = (3,) if config.model_config.uses_mrope else ()
    positions = scenario.make_input("positions", rows + (tokens,), torch.int64)
    inputs = {"input_ids": input_ids, "positions": positions, "intermediate_tensors": None, "inputs_embeds": None}
    from vllm.config import set_current_vllm_config
    from vllm.distributed.parallel_state import get_pp_group

    # What vLLM compiles, it traces: CompilationMode.VLLM_COMPILE, CompilationLevel.PIECEWISE before.
    compilation = config.compilation_config
    torch.compiler._compiling = getattr(compilation, "mode", getattr(compilation, "level", 0)) == 3
    # The loader makes a model on the device; in a step what names none is made on the host, as torch does.
    with set_current_vllm_config(config), torch.inference_mode(), runner.step(input_ids, positions), torch.device("cpu"):
        scenario.step_prepared(before_step)
        name_facts(metadata_of_step(), set())
        scenario.set_recording(True)
        # The tower sees a picture once, with its prompt.
        if not scenario.decode and (scenario.upstream or "FUSESCOUT_IMAGE" in scenario.environment):
            before_towers = scenario.tensor_count()
            towers.run(model, config.model_config)
            scenario.step_prepared(before_towers)      # numbers that a tower works out in Python come from the picture's grid
        if is_draft(config):
            inputs["hidden_states"] = of_target(model, config, tokens)
        if hasattr(model, "embed_multimodal") and get_pp_group().is_first_rank and not is_draft(config):
            embed(model, config.model_config, inputs)
        # Releases of old hand caches and metadata through the model; the layers take theirs from the forward context all the same.
        if "kv_caches" in inspect.signature(model.forward).parameters:
            layers = getattr(config.model_config.hf_text_config, "num_hidden_layers", 0)
            inputs.update({"kv_caches": [None] * layers, "attn_metadata": None})
        hidden_states = model(**accepted(model.forward, inputs))
        last = get_pp_group().is_last_rank
        scenario.add_outputs(hidden_states if last else dict(hidden_states.tensors))      # what goes to the next stage
        scenario.end_of_model()
        if config.model_config.runner_type == "pooling":
            pool(model, hidden_states)
        elif last and hasattr(model, "compute_logits"):
            # The runner asks for the logits of the last token of each sequence. One row stands for them: the head reads its whole weight
            # whatever their number. A draft model may give what the next draft needs as well; a list has one for each head.
            if isinstance(hidden_states, tuple):
                hidden_states = hidden_states[0]
            row = [h[-1:] for h in hidden_states] if isinstance(hidden_states, list) else hidden_states[-1:]
            scenario.add_outputs(model.compute_logits(row, **sampling(model)))
        scenario.set_recording(False)


def embed(model, model_config, inputs):
    """A multimodal model gets embeddings from the runner, be the step text alone: what it does with them and not with tokens is part of its step."""
    if getattr(model_config, "is_encoder_decoder", False):
        return
    tokens = inputs["input_ids"]
    scenario.set_recording(False)
    pictures = {"multimodal_embeddings": [], "is_multimodal": torch.zeros(tokens.shape, dtype=torch.bool, device=tokens.device)}
    scenario.set_recording(True)
    inputs["inputs_embeds"] = model.embed_input_ids(tokens, **accepted(model.embed_input_ids, pictures))
    if model_config.runner_type != "pooling" and not getattr(model, "requires_raw_input_tokens", False):
        inputs["input_ids"] = None


def metadata_of_step():
    from vllm.forward_context import get_forward_context

    return get_forward_context().attn_metadata


def name_facts(owner, seen):
    """Lengths, starts and slots go by the attributes that hold them."""
    if isinstance(owner, torch.Tensor) or id(owner) in seen:
        return
    seen.add(id(owner))
    if isinstance(owner, (dict, list)):
        for value in owner.values() if isinstance(owner, dict) else owner:
            name_facts(value, seen)
        return
    for name, value in getattr(owner, "__dict__", {}).items():
        if isinstance(value, torch.Tensor):
            scenario.name_fact(value, name)
        elif type(value).__module__.startswith(("vllm.", "vllm_ascend.")):
            name_facts(value, seen)


def sampling(model):
    """Releases of old pick the rows themselves, from metadata that says which."""
    return {"sampling_metadata": None} if "sampling_metadata" in inspect.signature(model.compute_logits).parameters else {}


def of_target(model, config, tokens):
    """What a draft model gets from its target: the last hidden states, or those of several layers, which it combines."""
    target = config.speculative_config.target_model_config
    several = config.speculative_config.method == "eagle3"
    width = getattr(config.speculative_config.draft_model_config.hf_config, "target_hidden_size", None) or target.get_hidden_size()
    hidden_states = scenario.make_input("hidden_states", (tokens, width * (3 if several else 1)), target.dtype)
    return model.combine_hidden_states(hidden_states) if several else hidden_states


def pool(model, hidden_states):
    """The pooler follows the step, outside of what is compiled: it is followed, not listed."""
    import numpy
    from vllm.pooling_params import PoolingParams
    from vllm.v1.pool.metadata import PoolingMetadata, PoolingStates

    scenario.set_recording(False)
    tasks = sorted(model.pooler.get_supported_tasks())
    if not tasks or tasks == ["plugin"]:
        return
    sequences, length = scenario.step_sequences, scenario.step_tokens // scenario.step_sequences
    parameters = PoolingParams(task=tasks[0])
    model.pooler.get_pooling_updates(tasks[0]).apply(parameters)
    lengths = torch.tensor([length] * sequences, dtype=torch.int64, device="cpu")
    token_ids = torch.zeros((sequences, length), dtype=torch.int64, device="cpu") if parameters.requires_token_ids else None
    facts = {"prompt_lens": lengths, "prompt_token_ids": token_ids, "prompt_token_ids_cpu": token_ids,
             "pooling_params": [parameters] * sequences, "pooling_states": [PoolingStates() for _ in range(sequences)]}
    metadata = PoolingMetadata(**{name: value for name, value in facts.items() if name in PoolingMetadata.__dataclass_fields__})
    metadata.build_pooling_cursor(numpy.array([length] * sequences), lengths, device=hidden_states.device)
    model.pooler(hidden_states=hidden_states, pooling_metadata=metadata)
