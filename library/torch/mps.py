from torch._inert_device import *
from torch._inert_device import _is_compiled
