from vllm.utils.import_utils import resolve_obj_by_qualname


class AscendCompiler:
    """Applies the passes; the rest of the work is the graph engine's."""

    name = "AscendCompiler"

    def compile(self, graph, example_inputs, compiler_config, compile_range, key=None):
        from vllm.compilation.passes.inductor_pass import pass_context
        from vllm.config import get_current_vllm_config
        from vllm.platforms import current_platform

        manager = resolve_obj_by_qualname(current_platform.get_pass_manager_cls())()
        manager.configure(get_current_vllm_config())
        with pass_context(compile_range):
            manager(graph.graph)
        return graph, None
