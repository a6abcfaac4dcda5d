class ModuleSpec:
    def __init__(self, name, loader, *, origin=None, is_package=None):
        self.name = name
        self.loader = loader
        self.origin = origin
        self.submodule_search_locations = [] if is_package else None


class SourceFileLoader:
    def __init__(self, fullname, path):
        self.name, self.path = fullname, path
