from collections import OrderedDict

MODEL_FOR_CAUSAL_LM_MAPPING_NAMES = OrderedDict(
    [
        ("tiny_dense", "TinyDenseForCausalLM"),
        ("tiny_moe", "TinyMoeForCausalLM"),
    ]
)
