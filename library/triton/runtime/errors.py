class OutOfResources(RuntimeError):
    pass


class InterpreterError(RuntimeError):
    pass
