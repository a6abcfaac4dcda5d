"""Nothing is compiled: a module runs its forward as the compiler would trace it. What graph passes make of that is found out from the graph."""


def _init(self, *args, **kwargs):
    self.compiled = False


for _name in ("TorchCompileWithNoGuardsWrapper", "TorchCompileWrapperWithCustomDispatcher"):
    if _name in globals():
        globals()[_name].__init__ = _init
