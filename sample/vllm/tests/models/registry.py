from dataclasses import dataclass


@dataclass(frozen=True)
class _HfExamplesInfo:
    default: str


_TEXT_GENERATION_EXAMPLE_MODELS = {
    "TinyChatForCausalLM": _HfExamplesInfo("sample/TinyChat-1B"),
    "TinyDenseForCausalLM": _HfExamplesInfo("sample/TinyDense-1B"),
    "TinyMoeForCausalLM": _HfExamplesInfo("sample/TinyMoe-3B"),
}
