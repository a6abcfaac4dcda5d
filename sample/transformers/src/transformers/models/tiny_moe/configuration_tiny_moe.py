from transformers.models.tiny_dense.configuration_tiny_dense import TinyDenseConfig


class TinyMoeConfig(TinyDenseConfig):
    model_type = "tiny_moe"

    def __init__(
        self,
        num_experts=32,
        num_experts_per_tok=4,
        moe_intermediate_size=768,
        norm_topk_prob=True,
        routed_scaling_factor=2.5,
        first_k_dense_replace=1,
        **kwargs,
    ):
        self.num_experts = num_experts
        self.num_experts_per_tok = num_experts_per_tok
        self.moe_intermediate_size = moe_intermediate_size
        self.norm_topk_prob = norm_topk_prob
        self.routed_scaling_factor = routed_scaling_factor
        self.first_k_dense_replace = first_k_dense_replace
        super().__init__(**kwargs)


__all__ = ["TinyMoeConfig"]
