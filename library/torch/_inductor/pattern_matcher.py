"""The registry of FX patterns: what a source registers is kept as it is."""


class PatternMatcherPass:
    def __init__(self, pass_name=None, subsystem=None):
        self.pass_name = pass_name
        self.registrations = []

    def apply(self, graph): return 0
    def clear(self): self.registrations.clear()


class PatternPrettyPrinter:
    @staticmethod
    def run(pattern, output_name="output"): return ""


class Match: pass
class MultiOutputPattern: pass
class PatternExpr: pass


def fwd_only(function, args, **options): return function
def gen_pattern(*args, **options): return None


def register_replacement(search_fn, replace_fn, example_inputs, trace_fn, pass_dicts, extra_check=None, scalar_workaround=(), exclusive_arg_names=(),
                         search_fn_pattern=None, skip_duplicates=False):
    for pass_dict in pass_dicts if isinstance(pass_dicts, (list, tuple)) else [pass_dicts]:
        pass_dict.registrations.append((search_fn, replace_fn, example_inputs, trace_fn, extra_check))
    return True
