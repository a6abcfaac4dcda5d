"""The MLA prefill of `--upstream`, in releases that choose it on its own: as opaque as the attention it belongs to."""
from vllm.v1.attention.backends.mla.prefill.base import MLAPrefillBackend


class OpaquePrefillBackend(MLAPrefillBackend):
    @staticmethod
    def get_name():
        return "CUSTOM"

    def run_prefill_new_tokens(self, *args, **kwargs):
        raise NotImplementedError

    def run_prefill_context_chunk(self, *args, **kwargs):
        raise NotImplementedError
