"""re under another name."""
from re import *  # noqa: F401,F403
from re import Match, Pattern, compile, escape, findall, finditer, fullmatch, match, search, split, sub, subn  # noqa: F401
