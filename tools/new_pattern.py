#!/usr/bin/env python3
"""Writes what a new fusion pattern needs: the pattern and its page, which is its test.

    new_pattern.py FAMILY NAME        as in `new_pattern.py norm add_rms_norm`
"""
import re
import sys
from pathlib import Path

PATTERN = '''"""{title}: say here what is fused, in one sentence."""
from notation import op

NAME_EN, NAME_ZH = "{title}", "{title}"
WHY_EN = "what the fused kernel saves"
WHY_ZH = "融合后节省了什么"


def pattern(x, y):
    return op.mul(op.silu(x), y)    # the operators that become one kernel; see docs/patterns.md
'''

PAGE = '''# {name}
```toml
entry = "Block"
device = "910B2"
inputs = {{ x = "bf16[T, 4096]", y = "bf16[T, 4096]" }}
T = 4096
```

## What it fuses
The operators, and what their fused kernel computes.

## Why it helps
Which reads and writes of device memory, and which launches, it saves.

## Fused
The common case, as models write it.
```py
class Block(nn.Module):
    def forward(self, x, y):
        return F.silu(x) * y    # opportunity: [{name}]
```
```opportunities
```

## Not fused: why this one looks the same and is not
A case that must not fire, and the reason.
```py
class Block(nn.Module):
    def forward(self, x, y):
        z = F.silu(x)    # no-opportunity: [{name}] "part of the reason"
        return z * y, z
```
'''


def main(arguments: list[str]) -> int:
    patterns = Path(__file__).resolve().parents[1] / "patterns"
    families = sorted(path.name for path in patterns.iterdir() if path.is_dir() and not path.name.startswith("_"))
    if len(arguments) != 2 or not re.fullmatch(r"[a-z][a-z0-9_]*", arguments[1]):
        print(__doc__, file=sys.stderr)
        return 2
    family, name = arguments
    if family not in families:
        print(f"new_pattern: `{family}` is no family: take one of {', '.join(families)}", file=sys.stderr)
        return 2
    taken = list(patterns.glob(f"*/{name}.*"))
    if taken:
        print(f"new_pattern: `{name}` is taken: {taken[0].relative_to(patterns.parent)}", file=sys.stderr)
        return 2
    title = name.replace("_", " ")
    for suffix, text in ((".py", PATTERN), (".md", PAGE)):
        path = patterns / family / (name + suffix)
        path.write_text(text.format(name=name, title=title))
        print(path.relative_to(patterns.parent))
    print(f"next: write both, then run build/dev/fusescout_golden --update patterns/{family}/{name}.md")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
