"""Older releases: as `vllm_ascend.quantization.modelslim_config`."""
from fusescout_worker.quant_description import describe as _describe
from vllm.model_executor.layers.vocab_parallel_embedding import VocabParallelEmbedding as _Embedding

_describe(AscendQuantConfig, _Embedding)
