"""Decorators without effect: nothing is traced."""


def _identity(function=None, *args, **kwargs):
    return function if callable(function) else lambda f: f


disable = allow_in_graph = assume_constant_result = substitute_in_graph = skip_all_guards_unsafe = _identity
_compiling = False   # set while a model runs that graph mode would compile


def is_compiling(): return _compiling
def is_dynamo_compiling(): return False
def is_exporting(): return False
def reset(): pass
def set_stance(*args, **kwargs): return _identity
def cudagraph_mark_step_begin(): pass
def list_backends(): return []
def compile(model=None, **options): return _identity(model)
