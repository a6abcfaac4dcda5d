"""GLM-4.7 on the real trees: what `locate` finds and why, and what the report says, with names at the lines where the sources have them.

    report.py PROGRAM VLLM ASCEND TRANSFORMERS
"""
import json
import re
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from harness import ROOT, Program, expect, run_tests, trees_of  # noqa: E402

GLM = ["GLM-4.7", "--tp", 8]
MODELS = "vllm/model_executor/models"
ROOTS: dict[str, Path] = {}


def line_of(file: str, text: str) -> int:
    """Where a tree's file has `text`."""
    path = ROOTS[file.split("/")[0]] / file
    return next(number for number, line in enumerate(path.read_text().splitlines(), 1) if text in line)


def test_locate(program: Program):
    found = json.loads(program.run("locate", "GLM-4.7", "--format", "json"))
    expect((found["architecture"], found["file"]), ("Glm4MoeForCausalLM", f"{MODELS}/glm4_moe.py"), "GLM-4.7")
    for role, name in (("main", "Glm4MoeForCausalLM"), ("decoder_layer", "Glm4MoeDecoderLayer"), ("attention", "Glm4MoeAttention"),
                       ("mlp", "Glm4MoeMLP"), ("moe", "Glm4MoE")):
        use = next(use for use in found["classes"][role] if use["name"] == name)
        expect((use["file"], use["line"]), (f"{MODELS}/glm4_moe.py", line_of(use["file"], f"class {name}(")), name)
    for evidence in found["evidence"]:
        if evidence["file"].split("/")[0] == "vllm" and evidence["file"].endswith("glm4_moe.py"):
            assert "GLM-4.7" in (ROOTS["vllm"] / evidence["file"]).read_text().splitlines()[evidence["line"] - 1], evidence
    assert f"{MODELS}/glm4.py" in [other["file"] for other in found["rejected"]], "the near miss is not explained"
    other = json.loads(program.run("locate", "GLM-4", "--format", "json"))
    assert other["architecture"] != "Glm4MoeForCausalLM", other
    program.refused("locate", "Nonesuch-4.7", says=["no model `Nonesuch-4.7`"])
    program.refused("analyze", "Qwen3ForCausalLM", "--image", "1,8,12", "--phase", "prefill", says=["--image: no part of this model takes a picture"])


def test_report(program: Program):
    text = program.run("analyze", *GLM)
    headings = [line for line in text.splitlines() if re.match(r"#{2,3} ", line)]
    expect(headings[:5], ["## 模型算子分析报告: GLM-4.7", "### 1. 模型代码位置", "### 2. 算子序列分析", "### 3. 融合机会清单",
                          "### 4. 优化建议 (算子融合机会)"], "headings")
    assert "| 优先级 | 融合类型 | 融合场景 | 现状 | 目标 |" in text
    for role, name in (("主模型类", "Glm4MoeForCausalLM"), ("Decoder层", "Glm4MoeDecoderLayer"), ("Attention", "Glm4MoeAttention"), ("MLP", "Glm4MoeMLP")):
        file = f"{MODELS}/glm4_moe.py"
        assert f"- {role}: `{file}` L{line_of(file, f'class {name}(')}" in text, role
    for call in ("self.qkv_proj(hidden_states)", "self.rotary_emb(positions, q, k)", "self.attn(q, k, v)"):
        file = f"{MODELS}/glm4_moe.py"
        assert f"`{file}` L{line_of(file, call)} |" in text, call
    preset = json.loads((ROOT / "models/zai-org--GLM-4.7.json").read_text())
    assert f"- config: `models/zai-org--GLM-4.7.json`: \"{preset['source']}\"\n" in text, "what the shapes are from"
    numbers = [int(number) for number in re.findall(r"^#### 机会 (\d+):", text, re.M)]
    assert numbers == list(range(1, len(numbers) + 1)) and numbers, numbers
    # Where no new operator is needed, what goes is named.
    assert "不需要新算子\n   - 省去: `copy(" in text, "what goes"


def test_towers(program: Program):
    """What goes through a tower is told apart from the decoder, and that nothing goes through it is told."""
    model = ["Qwen2VLForConditionalGeneration", "--lang", "en", "--phase", "prefill"]
    text, picture = program.run("analyze", *model), program.run("analyze", *model, "--image", "1,8,8")
    assert "text only: towers" in text and "text only: towers" not in picture and "text only" not in program.run("analyze", *GLM, "--lang", "en")
    assert re.search(r"^#### Layer kind 1: \d+ layers \(`visual\.", picture, re.M), "blocks of the tower"
    assert re.search(r"^#### Decoder layer kind \d+: \d+ layers? \(`language_model\.", picture, re.M), "layers of the decoder"
    decode = program.run("analyze", *model[:-1], "decode", "--image", "1,8,8")
    assert "(`visual." not in decode, "the picture came with the prompt"


def test_named_scenario(program: Program):
    """The name of a scenario is the user's; what step it is stands beside it."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "one.toml"
        file.write_text('tp = 8\n[[scenario]]\nname = "long"\nphase = "prefill"\ntokens = 4096\n')
        text = program.run("analyze", "GLM-4.7", "--scenario", file, "--lang", "en")
    assert "- Scenario: long: prefill, 4096 tokens; 1 sequences" in text, "which step"


def test_json(program: Program):
    report = json.loads(program.run("analyze", *GLM, "--format", "json"))
    expect([s["status"] for s in report["scenarios"]], ["complete", "complete"], "both scenarios")
    expect(report["sources"]["config"], "models/zai-org--GLM-4.7.json", "what the shapes are from")
    # Three dense layers come before the experts; the first differs, having no residual.
    expect([len(kind["layers"]) for kind in report["scenarios"][0]["layer_kinds"]], [1, 2, 89], "kinds of layers")
    fused = json.dumps([entry["by"] for entry in report["already_fused"] if entry["pattern"] == "add_rms_norm"])
    assert "npu_add_rms_norm" in fused, fused
    # Norm and rope of queries and keys: to be fused, or fused by something that is named.
    found = [entry for section in ("opportunities", "already_fused") for entry in report[section] if entry["pattern"] == "qk_norm_rope"]
    assert found and all(entry["verdict"] == "opportunity" or entry["by"] for entry in found), "no QK norm + RoPE"
    for section in ("opportunities", "already_fused", "available", "blocked", "no_gain"):
        for entry in report[section]:
            for location in entry["locations"]:
                path = ROOTS[location["file"].split("/")[0]] / location["file"]
                assert 1 <= location["first_line"] <= location["last_line"] <= len(path.read_text().splitlines()), location


def test_facts_of_a_step(program: Program):
    """Lengths and starts go by the metadata's names, whichever piece of them is read; what is made of them on the host is no launch."""
    report = json.loads(program.run("analyze", "Qwen3NextForCausalLM", "--tp", 4, "--format", "json"))
    repeated = [entry for entry in report["opportunities"] if entry["pattern"] == "repeated_work" and entry["interface"]["inputs"]]
    names = [[tensor["name"] for tensor in entry["interface"]["inputs"]] for entry in repeated]
    assert ["non_spec_query_start_loc"] in names and not any("tensor" in name for each in names for name in each), names
    kernels = program.run("dump", "graph", "Qwen3NextForCausalLM", "--tp", 4, "--phase", "prefill")
    assert "kernel aten.arange host" in kernels and "kernel aten.arange vector" not in kernels, "indices are counted on the host"


def test_tokens_to_check(program: Program):
    """A model that checks what multi-token prediction proposed is itself, with more rows; the draft model has an entry of its own."""
    checked = program.run("dump", "sequence", *GLM, "--phase", "decode", "--batch", 16, "--mtp", 1)
    expect(checked, program.run("dump", "sequence", *GLM, "--phase", "decode", "--batch", 32), "16 sequences with two tokens each")


if __name__ == "__main__":
    ROOTS.update(vllm=Path(sys.argv[2]), vllm_ascend=Path(sys.argv[3]), transformers=Path(sys.argv[4]) / "src")
    sys.exit(run_tests(globals(), Program(sys.argv[1], trees_of(sys.argv[2:]))))
