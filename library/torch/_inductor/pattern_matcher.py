"""The registry of FX patterns: what a source registers is kept; a pass is applied by what it is given as graph."""


class Registration:
    def __init__(self, owner, search_fn, replace_fn, example_inputs, extra_check):
        self.owner = owner                     # the object whose method registered it
        self.search_fn = search_fn
        self.replace_fn = replace_fn
        self.example_inputs = example_inputs
        self.extra_check = extra_check
        self.pattern = self


class PatternMatcherPass:
    def __init__(self, pass_name=None, subsystem=None):
        self.pass_name = pass_name
        self.registrations = []

    @property
    def patterns(self): return {index: [registration] for index, registration in enumerate(self.registrations)}

    def apply(self, graph): return graph.apply(self)
    def clear(self): self.registrations.clear()


class PatternPrettyPrinter:
    @staticmethod
    def run(pattern, output_name="output"): return ""


class Match:
    """A place that fits, for a source's own check: which stream runs it is not known, all of it on the default one."""

    def __init__(self, nodes=(), kwargs=None):
        self.nodes = list(nodes)
        self.args = []
        self.kwargs = kwargs or {}


class MultiOutputPattern: pass
class PatternExpr: pass


def fwd_only(function, args, **options): return function
def gen_pattern(*args, **options): return None


def register_replacement(search_fn, replace_fn, example_inputs, trace_fn, pass_dicts, extra_check=None, scalar_workaround=(), exclusive_arg_names=(),
                         search_fn_pattern=None, skip_duplicates=False):
    import fusescout_scenario

    owner = next(iter(fusescout_scenario.callers()), None)
    for pass_dict in pass_dicts if isinstance(pass_dicts, (list, tuple)) else [pass_dicts]:
        pass_dict.registrations.append(Registration(owner, search_fn, replace_fn, example_inputs, extra_check))
    return True
