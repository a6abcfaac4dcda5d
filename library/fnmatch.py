"""Shell patterns."""
import re


def translate(pattern):
    made = ""
    i = 0
    while i < len(pattern):
        c = pattern[i]
        i += 1
        if c == "*":
            made += ".*"
        elif c == "?":
            made += "."
        elif c == "[" and "]" in pattern[i + 1:]:
            end = pattern.index("]", i + 1)
            inside = pattern[i:end].replace("\\", "\\\\")
            made += "[" + ("^" + inside[1:] if inside.startswith("!") else inside) + "]"
            i = end + 1
        else:
            made += re.escape(c)
    return f"(?s:{made})\\Z"


def fnmatchcase(name, pattern):
    return re.match(translate(pattern), name) is not None


fnmatch = fnmatchcase


def filter(names, pattern):
    return [n for n in names if fnmatchcase(n, pattern)]
