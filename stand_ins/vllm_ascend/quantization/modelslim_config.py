"""The description of the quantised weights comes from the scenario, not from a file beside the weights."""
from fusescout_worker.generated_description import methods_for as _methods_for

_update, _method = _methods_for(AscendModelSlimConfig)
AscendModelSlimConfig.maybe_update_config = _update
AscendModelSlimConfig.get_quant_method = _method

if AscendModelSlimConfig.get_config_filenames():     # older releases: vLLM reads the file itself
    from fusescout_worker.quant_description import describe as _describe

    _describe(AscendModelSlimConfig, VocabParallelEmbedding)
