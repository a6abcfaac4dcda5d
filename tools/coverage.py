#!/usr/bin/env python3
"""Writes docs/coverage.md: how far every registered architecture of a pair of releases can be followed, and what is missing where it cannot.

    tools/coverage.py PROGRAM VLLM ASCEND TRANSFORMERS                  the primary pair, all kinds
    tools/coverage.py PROGRAM VLLM ASCEND TRANSFORMERS PAGE KIND        another pair, one kind (as of `models --kind`), to docs/PAGE
"""
import collections
import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
ORDER = ["complete", "rejected", "partial", "failed"]


def version(tree):
    """As the archive's metadata say."""
    return next(line.split()[1] for line in (pathlib.Path(tree) / "PKG-INFO").read_text().splitlines() if line.startswith("Version:"))


def evaluate(program, vllm, ascend, transformers, kind, phase):
    done = subprocess.run([program, "models", "--kind", kind, "--phase", phase, "--format", "json", "--vllm", vllm, "--ascend", ascend, "--transformers", transformers],
                          capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def table(models):
    lines = ["| architecture | status | config | what is missing |", "|---|---|---|---|"]
    for m in sorted(models, key=lambda m: (ORDER.index(m["status"]), m["architecture"])):
        why = (m["unresolved"] or ["?"])[0].split("\n")[0].replace("|", "\\|")
        lines.append(f"| {m['architecture']} | {m['status']} | {m['config']} | {why[:240]} |")
    return lines


def page(models, prefill, vllm, ascend, kind):
    kinds = list(dict.fromkeys(m["kind"] for m in models))
    count = collections.Counter((m["kind"], m["status"]) for m in models)
    lines = ["# Coverage", "",
             f"Every architecture that vLLM {version(vllm)} and vllm-ascend {version(ascend)} register, evaluated by `fusescout models --kind {kind}` (decode). *complete*: nothing opaque, nothing",
             "assumed. *rejected*: the sources themselves refuse every config of the architecture that is at hand, with default settings; the exception is theirs.",
             "*partial*: followed to the end with an assumption. *failed*: no graph. Of a multimodal model this is the language part, with text. This page is written",
             "by `tools/coverage.py`.", "",
             "| kind | " + " | ".join(ORDER) + " | all | complete |", "|---" * (len(ORDER) + 3) + "|"]
    for kind in kinds:
        total = sum(count[kind, status] for status in ORDER)
        lines.append(f"| {kind.replace('_', ' ')} | " + " | ".join(str(count[kind, status]) for status in ORDER) + f" | {total} | {100 * count[kind, 'complete'] / total:.0f} % |")
    others = sorted(path.name for path in (ROOT / "docs").glob("coverage-*.md")) if kind == "all" else []
    if others:
        lines += ["", "Other pairs, text generation only: " + ", ".join(f"[{name[9:-3]}]({name})" for name in others) + "."]
    for kind in kinds:
        rest = [m for m in models if m["kind"] == kind and m["status"] != "complete"]
        if not rest:
            continue
        lines += ["", f"## {kind.replace('_', ' ')}", "", *table(rest)]
    complete = {m["architecture"] for m in models if m["status"] == "complete"}
    rest = [m for m in prefill if m["architecture"] in complete and m["status"] != "complete"]
    if rest:
        lines += ["", "## complete in decode, but not in prefill", "", *table(rest)]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    if len(sys.argv) not in (5, 7):
        sys.exit(__doc__)
    _, program, vllm, ascend, transformers, name, kind = [*sys.argv, "coverage.md", "all"][:7]
    decode, prefill = (evaluate(program, vllm, ascend, transformers, kind, phase) for phase in ("decode", "prefill"))
    (ROOT / "docs" / name).write_text(page(decode, prefill, vllm, ascend, kind))
