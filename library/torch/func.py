"""functional_call: a module with other tensors in the place of its own."""
from torch._names import vmap


def functional_call(module, parameter_and_buffer_dicts, args=None, kwargs=None, *, tie_weights=True, strict=False):
    given = {}
    for tensors in [parameter_and_buffer_dicts] if isinstance(parameter_and_buffer_dicts, dict) else parameter_and_buffer_dicts:
        given.update(tensors)
    replaced = []
    for path, tensor in given.items():
        *parents, name = path.split(".")
        owner = module.get_submodule(".".join(parents))
        table = owner._parameters if name in owner._parameters else owner._buffers
        replaced.append((table, name, table.get(name)))
        table[name] = tensor
    args = () if args is None else args if isinstance(args, tuple) else (args,)
    try:
        return module(*args, **({} if kwargs is None else kwargs))
    finally:
        for table, name, tensor in replaced:
            table[name] = tensor
