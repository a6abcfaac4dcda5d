"""A config comes from the text that this run was given, not from a hub or a cache folder: of a draft model, or of the target that it is for."""
import json as _json

import fusescout_scenario as _scenario
from fusescout_worker.repository import draft_model as _draft_model


def _get_config_dict(cls, pretrained_model_name_or_path, **kwargs):
    config = _json.loads(_scenario.config_text)
    target = config.pop("target_config", None)
    config.pop("speculative_config", None)
    return config if target is None or pretrained_model_name_or_path == _draft_model else target, {}


PretrainedConfig.get_config_dict = classmethod(_get_config_dict)
