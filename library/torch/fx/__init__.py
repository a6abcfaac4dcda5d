"""Names: nothing is traced into an FX graph here."""
from fusescout_torch import Module as GraphModule
from torch.compiler import _identity as wrap
from torch.fx import experimental, node
from torch.fx.node import Node


class Graph:
    def __init__(self):
        self.nodes = []


class Proxy: pass
class Tracer: pass
class Interpreter: pass
class Transformer: pass
def symbolic_trace(root, concrete_args=None): return root
