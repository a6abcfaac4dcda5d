"""Characters and templates."""
whitespace = " \t\n\r\v\f"
ascii_lowercase = "abcdefghijklmnopqrstuvwxyz"
ascii_uppercase = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ascii_letters = ascii_lowercase + ascii_uppercase
digits = "0123456789"
hexdigits = digits + "abcdefABCDEF"
octdigits = "01234567"
punctuation = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
printable = digits + ascii_letters + punctuation + whitespace


def capwords(s, sep=None):
    return (sep or " ").join([w.capitalize() for w in s.split(sep)])


class Template:
    def __init__(self, template):
        self.template = template

    def _filled(self, values, strict):
        import re

        def fill(m):
            if m.group(1):
                return "$"
            name = m.group(2) or m.group(3)
            if name in values:
                return str(values[name])
            if strict:
                raise KeyError(name)
            return m.group(0)

        return re.sub(r"\$(?:(\$)|([_a-zA-Z][_a-zA-Z0-9]*)|\{([_a-zA-Z][_a-zA-Z0-9]*)\})", fill, self.template)

    def substitute(self, mapping={}, /, **values):
        return self._filled({**mapping, **values}, True)

    def safe_substitute(self, mapping={}, /, **values):
        return self._filled({**mapping, **values}, False)


class Formatter:
    def format(self, format_string, /, *args, **kwargs):
        return format_string.format(*args, **kwargs)
