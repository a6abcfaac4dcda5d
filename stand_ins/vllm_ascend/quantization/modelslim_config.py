"""The description of the quantised weights comes from the scenario: its file, or one that is generated for the asked scheme."""
from fusescout_worker import quantization as _quantization
from fusescout_worker import quantization as json
from fusescout_worker.quantization import open_description as open

AscendModelSlimConfig.get_quant_method = _quantization.with_description(AscendModelSlimConfig.get_quant_method, get_scheme_class)

from inspect import signature as _signature

_looks = getattr(AscendModelSlimConfig, "maybe_update_config", None)
if AscendModelSlimConfig.get_config_filenames() or _looks is not None and "revision" not in _signature(_looks).parameters:
    # Older releases: vLLM reads the file itself, or the config looks for it in a folder of this machine.
    from fusescout_worker.quant_description import describe as _describe

    _describe(AscendModelSlimConfig, VocabParallelEmbedding)
