"""As in the configuration that this one is made from."""
from fusescout_worker import quantization as _quantization

AscendModelSlimConfig310.get_quant_method = _quantization.with_description(AscendModelSlimConfig310.get_quant_method, get_scheme_class)
