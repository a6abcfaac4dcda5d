"""Stack traces are the evaluator's own matter."""


def format_exc(limit=None, chain=True):
    return ""


def format_exception(exc, /, value=None, tb=None, limit=None, chain=True):
    exc = value if value is not None else exc
    return [f"{type(exc).__name__}: {exc}\n"]


def format_exception_only(exc, /, value=None):
    return format_exception(exc, value)


def print_exc(limit=None, file=None, chain=True):
    pass


print_exception = print_stack = print_tb = print_exc


def format_stack(f=None, limit=None):
    return []


extract_stack = extract_tb = format_tb = format_list = format_stack


def walk_tb(tb):
    return iter(())


walk_stack = walk_tb
