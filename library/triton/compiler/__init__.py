class CompiledKernel:
    pass


class CompilationError(RuntimeError):
    pass
