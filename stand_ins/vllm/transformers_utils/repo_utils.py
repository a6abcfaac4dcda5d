"""A model's repository consists of its config.json here: no hub, no files beside it."""
from fusescout_worker.repository import *  # noqa: F403
