"""A model's repository consists of its config.json here, and of a description of the quantisation where the scenario asks for one."""
from fusescout_worker.quantization import file_of as _file_of


def get_model_file(model, filename, revision=None):
    return _file_of(filename)
