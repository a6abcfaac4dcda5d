"""Logging that says nothing."""
CRITICAL = FATAL = 50
ERROR, INFO, DEBUG, NOTSET = 40, 20, 10, 0
WARNING = WARN = 30
_names = {50: "CRITICAL", 40: "ERROR", 30: "WARNING", 20: "INFO", 10: "DEBUG", 0: "NOTSET"}


def getLevelName(level):
    if isinstance(level, str):
        return {name: number for number, name in _names.items()}.get(level, f"Level {level}")
    return _names.get(level, f"Level {level}")


def addLevelName(level, name):
    _names[level] = name


def _checked(level):
    return getLevelName(level) if isinstance(level, str) else level


class Filter:
    def __init__(self, name=""):
        self.name = name

    def filter(self, record):
        return True


class Formatter:
    def __init__(self, fmt=None, datefmt=None, style="%", validate=True, *, defaults=None):
        self._fmt, self.datefmt = fmt, datefmt

    def format(self, record):
        return record.getMessage()


class LogRecord:
    def __init__(self, name, level, pathname, lineno, msg, args, exc_info, func=None, sinfo=None, **kwargs):
        self.name, self.levelno, self.pathname, self.lineno, self.msg, self.args = name, level, pathname, lineno, msg, args
        self.levelname = getLevelName(level)

    def getMessage(self):
        return self.msg % self.args if self.args else str(self.msg)


class Filterer:
    def __init__(self):
        self.filters = []

    def addFilter(self, filter):
        self.filters.append(filter)

    def removeFilter(self, filter):
        if filter in self.filters:
            self.filters.remove(filter)


class Handler(Filterer):
    def __init__(self, level=NOTSET):
        super().__init__()
        self.level = _checked(level)
        self.formatter = None

    def setLevel(self, level):
        self.level = _checked(level)

    def setFormatter(self, formatter):
        self.formatter = formatter

    def emit(self, record):
        pass

    def flush(self):
        pass

    def close(self):
        pass


class StreamHandler(Handler):
    terminator = "\n"

    def __init__(self, stream=None):
        super().__init__()
        self.stream = stream


class FileHandler(StreamHandler):
    def __init__(self, filename, *args, **kwargs):
        super().__init__()


class NullHandler(Handler):
    pass


class Manager:
    disable = 0

    def __init__(self):
        self.loggerDict = {}


class Logger(Filterer):
    manager = Manager()
    root = None

    def __init__(self, name, level=NOTSET):
        super().__init__()
        self.name = name
        self.level = _checked(level)
        self.parent = None
        self.propagate = True
        self.handlers = []
        self.disabled = False

    def setLevel(self, level):
        self.level = _checked(level)

    def getEffectiveLevel(self):
        return self.level or (self.parent.getEffectiveLevel() if self.parent is not None else WARNING)

    def isEnabledFor(self, level):
        return False

    def debug(self, msg, *args, **kwargs):
        pass

    info = warning = warn = error = exception = critical = fatal = debug

    def log(self, level, msg, *args, **kwargs):
        pass

    def handle(self, record):
        pass

    def makeRecord(self, *args, **kwargs):
        return LogRecord(*args, **kwargs)

    def addHandler(self, handler):
        if handler not in self.handlers:
            self.handlers.append(handler)

    def removeHandler(self, handler):
        if handler in self.handlers:
            self.handlers.remove(handler)

    def hasHandlers(self):
        return bool(self.handlers)

    def getChild(self, suffix):
        return getLogger(f"{self.name}.{suffix}")

    def findCaller(self, *args, **kwargs):
        return "", 0, "", None


class LoggerAdapter:
    def __init__(self, logger, extra=None):
        self.logger, self.extra = logger, extra

    def __getattr__(self, name):
        return getattr(self.logger, name)


root = Logger("root", WARNING)
Logger.root = root
_logger_class = Logger
lastResort = StreamHandler()


def getLogger(name=None):
    if not name or name == "root":
        return root
    known = Logger.manager.loggerDict
    if name not in known:
        made = known[name] = _logger_class(name)
        made.parent = getLogger(name.rpartition(".")[0]) if "." in name else root
    return known[name]


def getLoggerClass():
    return _logger_class


def setLoggerClass(cls):
    global _logger_class
    _logger_class = cls


def basicConfig(**kwargs):
    pass


def captureWarnings(capture):
    pass


def disable(level=CRITICAL):
    Logger.manager.disable = level


def shutdown():
    pass


debug, info, warning, warn, error, exception, critical, fatal = [root.debug] * 8
log = root.log
