"""base64 under another name."""
from base64 import *  # noqa: F401,F403
