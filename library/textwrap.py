"""Text in lines."""


def dedent(text):
    lines = text.split("\n")
    margin = None
    for line in lines:
        stripped = line.lstrip(" \t")
        if not stripped:
            continue
        indent = line[:len(line) - len(stripped)]
        if margin is None:
            margin = indent
        else:
            n = 0
            while n < len(margin) and n < len(indent) and margin[n] == indent[n]:
                n += 1
            margin = margin[:n]
    n = len(margin or "")
    return "\n".join([line[n:] if line.strip(" \t") else "" for line in lines])


def indent(text, prefix, predicate=None):
    predicate = predicate or (lambda line: line.strip())
    return "".join([prefix + line if predicate(line) else line for line in text.splitlines(True)])


def wrap(text, width=70, **options):
    lines, current = [], ""
    for word in text.split():
        if current and len(current) + 1 + len(word) > width:
            lines.append(current)
            current = word
        else:
            current = f"{current} {word}" if current else word
    return lines + [current] if current else lines


def fill(text, width=70, **options):
    return "\n".join(wrap(text, width, **options))


def shorten(text, width, placeholder=" [...]", **options):
    words = " ".join(text.split())
    return words if len(words) <= width else words[:width - len(placeholder)].rstrip() + placeholder
