"""Every contract of some models: the change of the sources applies, and what comes out parses; its files are there and are Python.

    contracts.py PROGRAM VLLM ASCEND TRANSFORMERS
"""
import ast
import json
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from harness import ROOT, Program, run_tests, trees_of  # noqa: E402

MODELS = {"Qwen/Qwen2.5-7B-Instruct": ["--tp", "2"], "zai-org/GLM-4.7": ["--tp", "8"], "deepseek-ai/DeepSeek-V3": ["--tp", "16", "--quant", "w8a8_dynamic"]}
TREES: list[str] = []


def test_contracts(program: Program, folder: Path):
    for number, (model, options) in enumerate(MODELS.items()):
        out = folder / str(number)
        program.run("analyze", model, *options, "--contract", out, "--format", "json", "-o", folder / "report.json")
        entries = json.loads((out / "index.json").read_text())
        assert entries, f"{model}: no opportunity"
        for entry in entries:
            files = {path.name: path for path in (out / entry["folder"]).iterdir()}
            for name in ("interface.py", "reference.py", f"test_{entry['name']}.py", "call_site.patch", "definition.json"):
                assert name in files, f"{entry['id']}: no {name}"
            for name, path in files.items():
                if name.endswith(".py"):
                    ast.parse(path.read_text())
            assert json.loads(files["definition.json"].read_text())["id"] == entry["id"]
        done = subprocess.run([sys.executable, str(ROOT / "tools/check_contracts.py"), str(out), "--patches-only", "--vllm", TREES[0], "--ascend", TREES[1]],
                              capture_output=True, text=True)
        assert done.returncode == 0, f"{model}:\n{done.stdout}{done.stderr}"


if __name__ == "__main__":
    TREES.extend(sys.argv[2:5])
    sys.exit(run_tests(globals(), Program(sys.argv[1], trees_of(sys.argv[2:]))))
