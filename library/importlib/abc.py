"""Base classes of finders and loaders: named, never called."""


class Finder: pass
class MetaPathFinder(Finder): pass
class PathEntryFinder(Finder): pass
class Loader: pass
class ResourceLoader(Loader): pass
class InspectLoader(Loader): pass
class ExecutionLoader(InspectLoader): pass
class FileLoader(ResourceLoader, ExecutionLoader): pass
class SourceLoader(ResourceLoader, ExecutionLoader): pass
