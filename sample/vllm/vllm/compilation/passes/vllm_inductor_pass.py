import functools

from vllm.compilation.passes.inductor_pass import InductorPass
from vllm.config import VllmConfig


class VllmInductorPass(InductorPass):
    def __init__(self, config: VllmConfig):
        self.compilation_config = config.compilation_config
        self.pass_config = config.compilation_config.pass_config
        self.model_dtype = config.model_config.dtype if config.model_config else None
        self.pass_name = self.__class__.__name__

    @staticmethod
    def time_and_log(call):
        @functools.wraps(call)
        def wrapped(self, graph):
            return call(self, graph)

        return wrapped

    def begin(self):
        pass

    def end_and_log(self):
        pass
