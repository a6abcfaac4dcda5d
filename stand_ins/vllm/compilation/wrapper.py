"""Nothing is compiled: a module runs its forward as the compiler would trace it. What graph passes make of that is found out from the graph."""


def _init(self):
    self.compiled = False


TorchCompileWithNoGuardsWrapper.__init__ = _init
