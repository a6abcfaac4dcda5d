"""The whole program on the trees of sample/, offline: what it prints must be what lies in expected/.

    run.py PROGRAM [--update]         --update writes expected/ anew; look at the difference before it is committed
"""
import argparse
import difflib
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
SAMPLE = HERE.parents[1] / "sample"
TREES = ["--vllm", SAMPLE / "vllm", "--ascend", SAMPLE / "vllm_ascend", "--transformers", SAMPLE / "transformers"]
DENSE = ["TinyDenseForCausalLM", "--config", SAMPLE / "configs/tiny_dense"]
MOE = ["TinyMoeForCausalLM", "--config", SAMPLE / "configs/tiny_moe"]
RUNS = {
    "dense_decode.txt": ["dump", "sequence", *DENSE, "--view", "kernel"],
    "dense_prefill_tp2.txt": ["dump", "sequence", *DENSE, "--view", "kernel", "--phase", "prefill", "--tokens", "512", "--tp", "2"],
    "dense_upstream.txt": ["dump", "sequence", *DENSE, "--upstream"],
    "moe_decode.txt": ["dump", "sequence", *MOE, "--view", "kernel"],
    "moe_report.md": ["analyze", *MOE, "--format", "md", "--lang", "en"],
    "moe_report.json": ["analyze", *MOE, "--format", "json"],
    "locate.json": ["locate", "TinyChat", "--format", "json"],
}


def output_of(program: str, arguments: list, cache: str, extra: list[str]) -> str:
    command = [program, *map(str, arguments), *map(str, TREES), *(["--cache-dir", cache] if cache else ["--no-cache"]), *extra]
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode != 0:
        raise SystemExit(f"{' '.join(command)}\nexit code {result.returncode}\n{result.stdout}{result.stderr}")
    # Where the checkout lies and how long it took is no part of the result.
    text = result.stdout.replace(str(SAMPLE.parent) + "/", "").replace(cache or "\0", "CACHE")
    return re.sub(r"\b\d+(\.\d+)? ms\b", "N ms", text)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--update", action="store_true")
    options = parser.parse_args()
    if options.update and os.environ.get("CI"):
        raise SystemExit("expectations are not written in CI")
    wrong = 0
    with tempfile.TemporaryDirectory() as cache:
        for name, arguments in RUNS.items():
            cold = output_of(options.program, arguments, cache, [])
            warm = output_of(options.program, arguments, cache, [])
            if cold != warm:
                print(f"{name}: a second run with a warm cache says something else")
                wrong += 1
            path = HERE / "expected" / name
            if options.update:
                path.parent.mkdir(exist_ok=True)
                path.write_text(cold)
                continue
            expected = path.read_text() if path.exists() else ""
            if cold != expected:
                print(*difflib.unified_diff(expected.splitlines(), cold.splitlines(), f"expected/{name}", "found", lineterm="", n=2), sep="\n")
                wrong += 1
    print(f"{len(RUNS) - wrong} passed, {wrong} failed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
