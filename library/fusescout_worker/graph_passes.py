"""The graph passes of the platform, configured by its own pass manager and applied to the step's calls."""
import fusescout_scenario as scenario
from fusescout_worker.releases import first_of


class StepGraph:
    """What a pass gets in place of an FX graph."""

    owning_module = None

    def __init__(self):
        self.seen = []

    def apply(self, matcher):
        self.seen.append(matcher)
        return scenario.apply_patterns(self.current, matcher.registrations, True)

    def recompile(self): pass
    def eliminate_dead_code(self): pass
    def lint(self): pass


def matchers(pass_):
    from torch._inductor.pattern_matcher import PatternMatcherPass

    return [value for value in vars(pass_).values() if isinstance(value, PatternMatcherPass)]


def compilers_own():
    """What passes give to the compiler that comes with torch_npu, (pass, registration) each: it applies them itself, to whatever it compiles;
    calling such a pass, or not, does nothing."""
    import torchair
    from torch._inductor.pattern_matcher import Registration

    registrations = []

    def register_replacement(search_fn, replace_fn, example_inputs, *rest, extra_check=None, **options):
        callers = scenario.callers()
        pass_ = next((caller for caller in callers if hasattr(caller, "is_applicable_for_range")), None)
        registrations.append((pass_, Registration(callers[0] if callers else None, search_fn, replace_fn, example_inputs, extra_check)))

    torchair.register_replacement = register_replacement
    return registrations


def only_there(registrations, pass_):
    """A pass may register the same function with torch's matcher as well."""
    known = [registration.search_fn for matcher in matchers(pass_) for registration in matcher.registrations]
    return [registration for its_pass, registration in registrations if its_pass is pass_ and registration.search_fn not in known]


class EverySize:
    start, end = 1, 1 << 30


def ranges(compilation):
    return compilation.get_compile_ranges() if hasattr(compilation, "get_compile_ranges") else [EverySize]


def run(runner):
    from vllm.config import set_current_vllm_config

    config = runner.vllm_config
    compilation = config.compilation_config
    if scenario.upstream or getattr(compilation, "mode", getattr(compilation, "level", 0)) != 3:     # VLLM_COMPILE, PIECEWISE before
        return
    from vllm.platforms import current_platform
    (pass_context,) = first_of(("vllm.compilation.passes.inductor_pass", "pass_context"), ("vllm.compilation.inductor_pass", "pass_context"))
    (resolve_obj_by_qualname,) = first_of(("vllm.utils.import_utils", "resolve_obj_by_qualname"), ("vllm.utils", "resolve_obj_by_qualname"))

    if not callable(getattr(current_platform, "get_pass_manager_cls", None)):      # platforms of old have None for whatever they lack
        return
    # What is compiled is traced in the profile run: the fake implementations ask that step's context.
    with set_current_vllm_config(config), runner.profile_step():
        own = compilers_own()
        manager = resolve_obj_by_qualname(current_platform.get_pass_manager_cls())()
        manager.configure(config)
        graph = StepGraph()
        step_range = range_of_step(compilation)
        if step_range is None:
            return
        scenario.capture_calls(step_range.start == step_range.end)
        with pass_context(step_range):
            for pass_ in manager.passes:
                applicable = pass_.is_applicable_for_range(step_range) if step_range is not EverySize else pass_.is_applicable(None)
                graph.current = (pass_.__class__, step_range.start, step_range.end)
                if applicable:
                    pass_(graph)
                for matcher in matchers(pass_):
                    if matcher not in graph.seen:
                        scenario.apply_patterns(graph.current, matcher.registrations, False)
                if own_of_pass := only_there(own, pass_):
                    scenario.apply_patterns(graph.current, own_of_pass, True)
        scenario.finish_passes()


def range_of_step(compilation):
    """The compile range that the step falls into: one of its own for a size that is compiled apart."""
    found = [r for r in ranges(compilation) if r.start <= scenario.tokens <= r.end]
    if not found:
        return None
    if found[0] is EverySize:
        return EverySize
    sizes = [size for size in getattr(compilation, "compile_sizes", None) or [] if size == scenario.step_tokens]
    return type(found[0])(start=sizes[0], end=sizes[0]) if sizes else found[0]
