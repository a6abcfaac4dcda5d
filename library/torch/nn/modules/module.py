from fusescout_torch import Module
