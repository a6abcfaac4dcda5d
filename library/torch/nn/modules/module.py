from fusescout_torch import Module
import fusescout_torch as _native

_native.module_registration_hooks = {}


class _Handle:
    def __init__(self, table, hook):
        self.table, self.key = table, len(table)
        table[self.key] = hook

    def remove(self):
        self.table.pop(self.key, None)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.remove()


def register_module_module_registration_hook(hook):
    return _Handle(_native.module_registration_hooks, hook)
