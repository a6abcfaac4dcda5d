class TorchFunctionMode:
    def __enter__(self): return self
    def __exit__(self, *exception): return False


def has_torch_function(args): return False
def handle_torch_function(*args, **kwargs): return NotImplemented
