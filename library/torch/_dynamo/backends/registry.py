from torch.compiler import _identity as register_backend
def list_backends(): return []
def lookup_backend(name): return None
