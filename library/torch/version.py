__version__ = "2.9.0"
git_version = ""
cuda = hip = xpu = None
cann = "8.5.0"
debug = False
