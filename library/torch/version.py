import os

__version__ = "2.9.0"
git_version = ""
cuda = hip = xpu = None
cann = os.environ.get("CANN_VERSION", "8.5.0")      # some code is for one CANN only
debug = False
