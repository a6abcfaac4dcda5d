"""Every preset of models/ is followed to the end, patched, in prefill and decode: no opaque call, no assumption, no gap. What docs/coverage.md
says of an architecture in decode is known, and holds in prefill.

    presets.py PROGRAM VLLM ASCEND TRANSFORMERS
"""
import json
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from harness import ROOT, Program, run_tests, trees_of  # noqa: E402


# What a release refuses in one phase alone, where docs/coverage.md is of decode: vllm-ascend 0.17.0rc1 puts a causal_conv1d_fn of its own in place before
# a worker imports the model, which takes less than vLLM's; of the presets of one architecture a later one is refused for another reason.
REFUSED = {"prefill": ("causal_conv1d_fn() got an unexpected keyword argument 'block_idx_first_scheduled_token'", "is_act_and_mul=False is supported only for CUDA")}


def test_complete(program: Program):
    known = set(re.findall(r"^\| (\w+) \| (?:rejected|partial|failed) \|", (ROOT / "docs/coverage.md").read_text(), re.M))
    presets = {f"models/{path.name}": json.loads(path.read_text()) for path in (ROOT / "models").glob("*.json")}
    assert len(presets) >= 10, presets
    incomplete, seen = [], set()
    for phase in ("prefill", "decode"):
        for model in json.loads(program.run("models", "--kind", "all", "--phase", phase, "--format", "json")):
            seen.add(model["config"])
            refused = model["status"] == "rejected" and any(text in model["unresolved"][0] for text in REFUSED.get(phase, ()))
            if model["status"] != "complete" and model["architecture"] not in known and not refused:
                incomplete.append(f"{model['architecture']} {phase} {model['config']}: {model['status']} {model['unresolved'][:2]}")
    # Where several presets have one architecture, `models` takes the first, and another only where that is refused.
    for name in sorted(set(presets) - seen):
        for phase in ("prefill", "decode"):
            done = program.result("dump", "sequence", presets[name]["id"], "--phase", phase, "--format", "json")
            if any(text in done.stderr for text in ("error: no model `", "ValueError: Model architectures", "error: the source refuses `")):
                continue                      # of another release
            status = json.loads(done.stdout)["status"] if done.returncode == 0 else f"exit code {done.returncode}"
            if status != "complete":
                incomplete.append(f"{name} {phase}: {status}\n{done.stderr[-1000:]}")
    assert not incomplete, "\n".join(incomplete)


if __name__ == "__main__":
    sys.exit(run_tests(globals(), Program(sys.argv[1], trees_of(sys.argv[2:]))))
