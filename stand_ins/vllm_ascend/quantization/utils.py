"""A model's repository consists of its config.json here: the quantisation is what the scenario says."""


def get_model_file(model, filename, revision=None):
    return None
