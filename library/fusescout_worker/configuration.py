"""From the scenario to a VllmConfig: EngineArgs, as `vllm serve` fills them. Only what the user sets is set here."""
import json

import fusescout_scenario as scenario
from fusescout_worker.repository import draft_model


def begin():
    scenario.read_exported_names("transformers/models")      # every model's config asks for them
    from vllm.plugins import load_general_plugins

    load_general_plugins()
    from vllm.engine.arg_utils import EngineArgs
    from vllm.usage.usage_lib import UsageContext


def is_draft(vllm_config):
    """Whether the model is what drafts tokens; one that checks them has a speculative config as well."""
    return vllm_config.speculative_config is not None and not scenario.mtp


def create():
    if scenario.watch_config:
        from fusescout_worker import config_reads

        config_reads.watch()
    from vllm.engine.arg_utils import EngineArgs
    from vllm.usage.usage_lib import UsageContext

    arguments = {
        "model": scenario.model,
        "trust_remote_code": True,
        "load_format": "dummy",
        "enforce_eager": scenario.eager,
        "tensor_parallel_size": scenario.tp,
        "pipeline_parallel_size": scenario.pp,
        "data_parallel_size": scenario.dp,
        "enable_expert_parallel": scenario.ep > 1,
        "num_gpu_blocks_override": scenario.blocks,
        "skip_tokenizer_init": True,
        "disable_log_stats": True,
    }
    if scenario.dtype:
        arguments["dtype"] = scenario.dtype
    elif not scenario.bf16:
        arguments["dtype"] = "float16"       # what a device without bf16 has to be asked for
    if scenario.quantization:
        arguments["quantization"] = scenario.quantization
    if scenario.additional_config:
        arguments["additional_config"] = json.loads(scenario.additional_config)
    if scenario.compilation_config:
        arguments["compilation_config"] = json.loads(scenario.compilation_config)
    if scenario.mtp:
        arguments["speculative_config"] = {"method": "mtp", "num_speculative_tokens": scenario.mtp}
    given = json.loads(scenario.config_text)
    if "target_config" in given:      # a draft model: its own config, or the target's as speculative decoding overrides it
        speculative = {"num_speculative_tokens": 1, **given.get("speculative_config", {})}
        if speculative.get("method") != "mtp":
            speculative["model"] = draft_model
        arguments["speculative_config"] = speculative
    fields = getattr(EngineArgs, "__dataclass_fields__", arguments)
    arguments = {name: value for name, value in arguments.items() if name in fields or value not in (1, False)}     # older releases know less
    config = EngineArgs(**arguments).create_engine_config(UsageContext.OPENAI_API_SERVER)
    # A larger step than the default allows happens only where the user has raised the limit.
    scheduler = config.scheduler_config
    if scenario.larger_step(scheduler.max_num_batched_tokens, scheduler.max_num_seqs):
        arguments["max_num_batched_tokens"] = max(scenario.step_tokens, scheduler.max_num_batched_tokens)
        arguments["max_num_seqs"] = max(scenario.step_sequences, scheduler.max_num_seqs)
        config = EngineArgs(**arguments).create_engine_config(UsageContext.OPENAI_API_SERVER)
    check(config)
    return config


def check(config):
    """What the sources would silently take, and nobody means."""
    text = getattr(config.model_config, "hf_text_config", config.model_config.hf_config)
    for name in ("hidden_size", "vocab_size"):
        if isinstance(size := getattr(text, name, None), int) and size < 1:
            raise ValueError(f"the config says `{name}`: {size}")
    layers = getattr(text, "num_hidden_layers", None)
    if layers is not None and 1 < scenario.pp > layers and not is_draft(config):
        raise ValueError(f"--pp {scenario.pp}: the model has {layers} layers, some stages would have none")
    if scenario.quantization and config.quant_config is None:
        raise ValueError("--quant or --quant-description: these sources make no configuration of a quantisation out of it")
