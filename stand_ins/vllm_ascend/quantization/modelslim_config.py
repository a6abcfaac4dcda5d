"""The description of the quantised weights comes from the scenario: its file, or one that is generated for the asked scheme."""
from fusescout_worker import quantization as _quantization
from fusescout_worker import quantization as json
from fusescout_worker.quantization import open_description as open

AscendModelSlimConfig.get_quant_method = _quantization.with_description(AscendModelSlimConfig.get_quant_method, get_scheme_class)

if AscendModelSlimConfig.get_config_filenames():     # older releases: vLLM reads the file itself
    from fusescout_worker.quant_description import describe as _describe

    _describe(AscendModelSlimConfig, VocabParallelEmbedding)
