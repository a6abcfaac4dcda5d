from vllm.model_executor.layers.attention.attention import Attention
