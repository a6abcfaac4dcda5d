"""A newer pair of releases is followed to the end by every command: presets with dense, sparse, latent and recurrent layers, in prefill and decode.

    newest.py PROGRAM VLLM ASCEND TRANSFORMERS
"""
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from harness import Program, expect, run_tests, trees_of  # noqa: E402

PRESETS = ["Qwen3-8B", "Qwen3-30B-A3B", "Qwen3-Next-80B-A3B-Instruct", "DeepSeek-V3", "DeepSeek-V3.2-Exp", "GLM-4.7"]


def test_complete(program: Program):
    for name in PRESETS:
        for phase in ("prefill", "decode"):
            done = program.result("dump", "sequence", name, "--phase", phase, "--format", "json", "--strict")
            assert done.returncode == 0, f"{name} {phase}: exit code {done.returncode}\n{done.stderr[-2000:]}"
            assert len(json.loads(done.stdout)["ops"]) > 500, name


def test_commands(program: Program):
    located = json.loads(program.run("locate", "GLM-4.7", "--format", "json"))
    expect(located["file"], "vllm/model_executor/models/glm4_moe.py", "the file of GLM-4.7")
    passes = json.loads(program.run("dump", "passes", "GLM-4.7", "--tp", 8, "--format", "json"))["passes"]
    assert any(entry["matches"] > 0 for entry in passes), passes
    report = json.loads(program.run("analyze", "GLM-4.7", "--tp", 8, "--format", "json"))
    expect([s["status"] for s in report["scenarios"]], ["complete", "complete"], "both scenarios")
    assert report["opportunities"] and report["already_fused"], report.keys()
    finding = report["opportunities"][0]["id"]
    assert finding in program.run("explain", "GLM-4.7", finding, "--tp", 8), finding


if __name__ == "__main__":
    sys.exit(run_tests(globals(), Program(sys.argv[1], trees_of(sys.argv[2:]))))
