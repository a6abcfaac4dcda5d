"""Only literals are taken apart; a program's own syntax is the evaluator's matter."""
import _host


def literal_eval(node_or_string):
    return _host.literal(node_or_string.strip())


class AST:
    pass


class NodeVisitor:
    pass


class NodeTransformer(NodeVisitor):
    pass


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    return _host.unknown("syntax trees are not evaluated", f"ast.{name}")
