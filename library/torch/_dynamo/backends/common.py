def aot_autograd(**options): return lambda graph, inputs: graph
