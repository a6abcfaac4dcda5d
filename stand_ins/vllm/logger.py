"""Nothing is logged: messages to the operator of a server say nothing about the model."""


class SilentLogger:
    handlers = []
    propagate = False
    name = "vllm"

    def _ignore(self, *args, **kwargs):
        pass

    debug = info = warning = error = critical = exception = log = _ignore
    debug_once = info_once = warning_once = error_once = setLevel = addHandler = removeHandler = addFilter = _ignore

    def isEnabledFor(self, level):
        return False


logger = SilentLogger()


def init_logger(name):
    return logger


def _configure_vllm_root_logger():
    pass
