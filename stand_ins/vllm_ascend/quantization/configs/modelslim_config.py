"""The description of the quantised weights comes from the scenario, not from a file beside the weights."""
from fusescout_worker.generated_description import methods_for as _methods_for

_update, _method = _methods_for(AscendModelSlimConfig)
AscendModelSlimConfig.maybe_update_config = _update
AscendModelSlimConfig.get_quant_method = _method
