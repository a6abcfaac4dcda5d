"""The runner's own methods lay out the KV caches: an NPUModelRunner of which only the attributes are set that they read."""
import fusescout_scenario as scenario
import torch
from fusescout_worker.releases import accepted, call, first_of


def make_runner(vllm_config, device, model):
    runner = object.__new__(runner_class(vllm_config))
    runner.vllm_config = vllm_config
    runner.model_config = model_config = vllm_config.model_config
    runner.cache_config = vllm_config.cache_config
    runner.parallel_config = vllm_config.parallel_config
    runner.scheduler_config = vllm_config.scheduler_config
    runner.compilation_config = vllm_config.compilation_config
    runner.speculative_config = vllm_config.speculative_config
    runner.lora_config = vllm_config.lora_config
    runner.device = device
    runner.model = model
    runner.dtype = model_config.dtype
    runner.kv_cache_dtype = model_config.dtype
    runner.block_size = vllm_config.cache_config.block_size
    runner.max_model_len = model_config.max_model_len
    runner.max_num_tokens = vllm_config.scheduler_config.max_num_batched_tokens
    runner.max_num_reqs = vllm_config.scheduler_config.max_num_seqs
    runner.use_compress = hasattr(model_config.hf_config, "compress_ratios")
    runner.use_sparse = hasattr(model_config.hf_text_config, "index_topk") and not hasattr(model_config.hf_text_config, "compress_ratios")
    runner.attn_backend = backend_of_layers(vllm_config)
    # What is off, or of one rank, unless the user asks for it.
    for switch in ("pin_memory", "is_kv_producer", "is_kv_consumer", "use_sparse_c8_indexer", "enable_hamming_sparse", "use_aclgraph",
                   "sparse_kv_offload_enabled", "torchair_graph_enabled", "enable_torchair_graph_mode", "use_hybrid_blocks", "hybrid_with_attn_and_mamba"):
        setattr(runner, switch, False)
    for absent in ("drafter", "c8_k_cache_dtype", "c8_k_scale_cache_dtype", "kvcomp_meta_data", "sparse_kv_offload_config"):
        setattr(runner, absent, None)
    runner.tp_rank = 0
    runner._acl_format = 2
    runner.uniform_decode_query_len = 1 + scenario.mtp
    runner.sfa_dcp_replicated_indexer_size = 1
    runner.ascend_config = call("vllm_ascend.ascend_config:get_ascend_config")
    if runner.use_sparse:
        text_config = model_config.hf_text_config
        runner.sparse_head_dim = (text_config.kv_lora_rank, text_config.qk_rope_head_dim, text_config.index_head_dim)
    runner.pcp_size = runner.dcp_size = 1
    runner.shared_kv_cache_layers = {}
    runner.runner_only_attn_layers = set()
    runner.kv_caches = []
    runner.attn_groups = []
    runner.reorder_batch_threshold = None
    runner.is_pooling_model = model_config.runner_type == "pooling"
    return runner


def names_before_patches(runner_module):
    """A worker's process imports its runner before the platform's patches reach it: a kind of cache that the runner's module names is vLLM's class,
    of which a patch made its own."""
    from vllm.v1 import kv_cache_interface

    for name in [name for name in vars(kv_cache_interface) if name.endswith("Spec")]:
        value = getattr(kv_cache_interface, name)
        if isinstance(value, type) and value.__module__.startswith("vllm_ascend.patch.") and getattr(runner_module, name, None) is value:
            original = next((base for base in value.__mro__[1:] if base.__name__ == name), value)
            setattr(runner_module, name, original)


def add_caches(runner):
    import vllm_ascend.worker.model_runner_v1 as runner_module
    from vllm.v1.kv_cache_interface import KVCacheConfig

    names_before_patches(runner_module)

    vllm_config = runner.vllm_config
    specs = runner.get_kv_cache_spec()
    if specs:
        resolve_layout(vllm_config, specs)
        kv_cache_config = lay_out(vllm_config, specs)
    else:
        kv_cache_config = KVCacheConfig(num_blocks=1, kv_cache_tensors=[], kv_cache_groups=[])
    runner.kv_cache_config = kv_cache_config
    if getattr(vllm_config, "use_v2_model_runner", False):       # of the two runners this one alone does so
        call("vllm.model_executor.layers.mamba.ops.ssu_dispatch:initialize_mamba_ssu_backend", vllm_config.mamba_config, kv_cache_config)
    if hasattr(runner, "may_add_encoder_only_layers_to_kv_cache_config"):
        runner.may_add_encoder_only_layers_to_kv_cache_config()
    if hasattr(runner, "maybe_add_kv_sharing_layers_to_kv_cache_groups"):
        runner.maybe_add_kv_sharing_layers_to_kv_cache_groups(kv_cache_config)
    runner._check_and_update_cudagraph_mode = lambda *arguments, **options: None       # what can be captured says nothing about the operators
    runner.kernel_block_sizes = [[runner.block_size] for _ in kv_cache_config.kv_cache_groups]
    options = {"kv_cache_config": kv_cache_config, "kernel_block_sizes": runner.kernel_block_sizes}
    if hasattr(runner, "initialize_attn_backend"):
        runner.initialize_attn_backend(**accepted(runner.initialize_attn_backend, options))
    runner.use_hybrid_blocks = len(runner.attn_groups) > 1
    caches = allocate(runner, kv_cache_config)
    for name, cache in caches.items():
        parts = cache if isinstance(cache, (list, tuple)) else [cache]
        for i, part in enumerate(parts):
            scenario.mark_cache(part, name + ".kv_cache." + str(i))
    return runner


def runner_class(vllm_config):
    """Of the worker that the platform chose."""
    import importlib

    from vllm_ascend.worker.model_runner_v1 import NPUModelRunner

    found = NPUModelRunner
    if vllm_config.parallel_config.worker_cls.endswith(".NPUWorker"):
        return found
    worker = importlib.import_module(vllm_config.parallel_config.worker_cls.rpartition(".")[0])
    for name in dir(worker):
        if "ModelRunner" in name:
            value = getattr(worker, name)
            if isinstance(value, type) and issubclass(value, found):
                found = value
    return found


def lay_out(vllm_config, specs):
    from vllm.v1.core import kv_cache_utils
    from vllm.v1 import kv_cache_interface

    state = getattr(kv_cache_interface, "MambaSpec", ())
    if any(isinstance(spec, state) for spec in specs.values()):     # a block for each sequence's state
        cache_config = vllm_config.cache_config
        cache_config.num_gpu_blocks_override = max(cache_config.num_gpu_blocks_override, scenario.step_sequences)
    options = {"vllm_config": vllm_config, "kv_cache_specs": specs, "kv_cache_spec": specs, "available_memory": 1 << 50}
    if not hasattr(kv_cache_utils, "get_kv_cache_groups"):
        one_step = kv_cache_utils.get_kv_cache_config
        return one_step(**accepted(one_step, options))
    options["kv_cache_groups"] = kv_cache_utils.get_kv_cache_groups(vllm_config, specs)
    from_groups = kv_cache_utils.get_kv_cache_config_from_groups
    return from_groups(**accepted(from_groups, options))


def resolve_layout(vllm_config, specs):
    """What the engine core settles before caches are laid out, in releases that have several layouts."""
    try:
        get_backends, get_layouts = first_of(("vllm.v1.worker.worker_base", "get_current_attn_backends", "get_supported_kv_cache_layouts"))
    except (ImportError, AttributeError):
        return
    layouts = [layout.name for layout in get_layouts(get_backends(vllm_config))]
    call("vllm.v1.attention.backends.utils:resolve_kv_cache_layout", vllm_config, [layouts], list(specs.values()))


def backend_of_layers(vllm_config):
    """Of the attention layers proper: caches of other kinds (an indexer's, say) have no implementation of their own."""
    for layer in vllm_config.compilation_config.static_forward_context.values():
        if hasattr(layer, "impl"):
            found = layer.get_attn_backend() if hasattr(layer, "get_attn_backend") else getattr(layer, "attn_backend", None)
            return backend_of_model(vllm_config) if found is None else found
    return None


def backend_of_model(vllm_config):
    """In releases in which the layers do not keep it."""
    from vllm.attention import get_attn_backend

    model = vllm_config.model_config
    facts = {"head_size": model.get_head_size(), "dtype": model.dtype, "kv_cache_dtype": vllm_config.cache_config.cache_dtype,
             "block_size": vllm_config.cache_config.block_size, "is_attention_free": False, "use_mla": model.use_mla}
    return get_attn_backend(**accepted(get_attn_backend, facts))


def allocator(runner):
    """Some releases have a method for each kind of attention, the oldest have none apart."""
    kinds = (("_deepseek_sfa", getattr(runner.ascend_config, "is_deepseek_sfa", False)), ("_deepseek_mla", getattr(runner.model_config, "is_deepseek_mla", False)),
             ("_deepseek", getattr(runner.model_config, "is_deepseek_mla", False)), ("", True))
    for kind, chosen in kinds:
        method = getattr(runner, "initialize_kv_cache_tensors" + kind, None)
        if chosen and method is not None:
            return method
    return runner.initialize_kv_cache


def allocate(runner, kv_cache_config):
    from vllm.v1.kv_cache_interface import MambaSpec
    from vllm.v1.worker.utils import bind_kv_cache

    try:
        options = {"kv_cache_config": kv_cache_config, "kernel_block_sizes": runner.kernel_block_sizes}
        function = allocator(runner)
        caches = function(**accepted(function, options))
        layers = runner.compilation_config.static_forward_context
        return caches if caches is not None else {name: layer.kv_cache[0] for name, layer in layers.items() if hasattr(layer, "kv_cache")}
    except AssertionError as error:
        # The runner goes by the names of layers. The layers themselves can run all the same, each with a cache as its spec describes it.
        groups = [group for groups in runner.attn_groups for group in groups]
        if not all(isinstance(group.kv_cache_spec, MambaSpec) or hasattr(group.backend, "get_kv_cache_shape") for group in groups):
            raise
        scenario.assume("vllm-ascend's runner does not allocate these KV caches (" + str(error) + "); they are laid out as their specs say")
    caches = {}
    for group in groups:
        spec = group.kv_cache_spec
        for name in group.layer_names:
            if isinstance(spec, MambaSpec):
                caches[name] = [
                    torch.zeros((kv_cache_config.num_blocks, *shape), dtype=dtype, device=runner.device)
                    for shape, dtype in zip(spec.shapes, spec.dtypes)
                ]
            else:
                shape = group.backend.get_kv_cache_shape(kv_cache_config.num_blocks, spec.block_size, spec.num_kv_heads, spec.head_size)
                cache = torch.zeros(shape, dtype=spec.dtype, device=runner.device)
                caches[name] = (cache[0], cache[1])
    bind_kv_cache(caches, runner.compilation_config.static_forward_context, runner.kv_caches)
    return caches
