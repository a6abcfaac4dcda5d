import operator

from torch.nn.modules.module import Module
from torch.nn.parameter import Parameter

__all__ = ["Sequential", "ModuleList", "ModuleDict", "ParameterList", "ParameterDict"]


def _position(index, length):
    index = operator.index(index)
    if not -length <= index < length:
        raise IndexError(f"index {index} is out of range")
    return index % length


class _Listed(Module):
    """Submodules named by their position."""

    def __len__(self): return len(self._modules)
    def __iter__(self): return iter(self._modules.values())
    def __dir__(self): return [key for key in super().__dir__() if not key.isdigit()]

    def _key(self, index): return list(self._modules)[_position(index, len(self))]

    def __getitem__(self, index):
        if isinstance(index, slice):
            return self.__class__(*self._made_of(list(self._modules.values())[index]))
        return self._modules[self._key(index)]

    def __setitem__(self, index, module): setattr(self, self._key(index), module)

    def __delitem__(self, index):
        kept = list(self._modules.values())
        del kept[index]
        self._modules.clear()
        for module in kept:
            self.append(module)

    def append(self, module):
        self.add_module(str(len(self)), module)
        return self

    def extend(self, modules):
        for module in modules:
            self.append(module)
        return self

    def insert(self, index, module):
        modules = list(self._modules.values())
        modules.insert(index, module)
        self._modules.clear()
        self.extend(modules)

    def pop(self, index):
        module = self[index]
        del self[index]
        return module

    def __iadd__(self, modules): return self.extend(modules)
    def __add__(self, other): return self.__class__(*self._made_of(list(self) + list(other)))


class Sequential(_Listed):
    def __init__(self, *args):
        super().__init__()
        if len(args) == 1 and isinstance(args[0], dict):
            for key, module in args[0].items():
                self.add_module(key, module)
        else:
            for i, module in enumerate(args):
                self.add_module(str(i), module)

    def _made_of(self, modules): return modules

    def forward(self, input):
        for module in self:
            input = module(input)
        return input


class ModuleList(_Listed):
    def __init__(self, modules=None):
        super().__init__()
        if modules is not None:
            self.extend(modules)

    def _made_of(self, modules): return [modules]


class ModuleDict(Module):
    def __init__(self, modules=None):
        super().__init__()
        if modules is not None:
            self.update(modules)

    def __getitem__(self, key): return self._modules[key]
    def __setitem__(self, key, module): self.add_module(key, module)
    def __delitem__(self, key): del self._modules[key]
    def __len__(self): return len(self._modules)
    def __iter__(self): return iter(self._modules)
    def __contains__(self, key): return key in self._modules
    def clear(self): self._modules.clear()
    def keys(self): return self._modules.keys()
    def items(self): return self._modules.items()
    def values(self): return self._modules.values()
    def get(self, key, default=None): return self._modules.get(key, default)

    def pop(self, key):
        module = self[key]
        del self[key]
        return module

    def update(self, modules):
        for key, module in modules.items() if hasattr(modules, "items") else modules:
            self[key] = module


class ParameterList(Module):
    def __init__(self, values=None):
        super().__init__()
        self._size = 0
        if values is not None:
            self.extend(values)

    def __len__(self): return self._size
    def __iter__(self): return iter([self[i] for i in range(self._size)])

    def __getitem__(self, index):
        if isinstance(index, slice):
            return self.__class__([self[i] for i in range(*index.indices(self._size))])
        return getattr(self, str(_position(index, self._size)))

    def __setitem__(self, index, value): setattr(self, str(_position(index, self._size)), value)

    def append(self, value):
        self._size += 1
        self[self._size - 1] = value
        return self

    def extend(self, values):
        for value in values:
            self.append(value)
        return self

    def __iadd__(self, values): return self.extend(values)


class ParameterDict(Module):
    def __init__(self, parameters=None):
        super().__init__()
        self._keys = {}
        if parameters is not None:
            self.update(parameters)

    def __getitem__(self, key): return getattr(self, key)

    def __setitem__(self, key, value):
        self._keys[key] = None
        setattr(self, key, value)

    def __delitem__(self, key):
        del self._keys[key]
        delattr(self, key)

    def __len__(self): return len(self._keys)
    def __iter__(self): return iter(self._keys)
    def __contains__(self, key): return key in self._keys
    def keys(self): return self._keys.keys()
    def values(self): return [self[k] for k in self._keys]
    def items(self): return [(k, self[k]) for k in self._keys]
    def get(self, key, default=None): return self[key] if key in self else default

    def update(self, parameters):
        for key, value in parameters.items() if hasattr(parameters, "items") else parameters:
            self[key] = value
