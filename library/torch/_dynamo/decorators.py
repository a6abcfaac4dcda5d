from torch.compiler import _identity

allow_in_graph = disable = forbid_in_graph = optimize = run = skip = assume_constant_result = _identity
def is_compiling():
    import torch.compiler
    return torch.compiler.is_compiling()


def mark_dynamic(tensor, index, **options): pass
def maybe_mark_dynamic(tensor, index): pass
def try_mark_dynamic(tensor, index): pass
def mark_static(tensor, index=None): pass
def mark_unbacked(tensor, index, **options): pass
def graph_break(): pass
def reset(): pass
