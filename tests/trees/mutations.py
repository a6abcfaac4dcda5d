"""Small changes of a model's source or config change the verdicts as they should.

    mutations.py PROGRAM VLLM ASCEND TRANSFORMERS
"""
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import edited  # noqa: E402
from edited import MODELS, QWEN, config, copied, rewrite  # noqa: E402
from harness import Program, expect, run_tests, trees_of  # noqa: E402

LISTS = ("opportunities", "already_fused", "available", "blocked", "no_gain", "broken_passes")
QUERY_NORM = "        q_by_head = self.q_norm(q_by_head)\n"


def report(program: Program, configuration: Path, tree: Path | None = None) -> dict:
    trees = trees_of([str(tree or edited.TREES[0]), *map(str, edited.TREES[1:])])
    return json.loads(program.run("analyze", "Qwen3ForCausalLM", "--config", configuration, "--phase", "decode", "--format", "json", trees=trees))


def verdicts(program: Program, configuration: Path, tree: Path | None = None) -> dict[str, set[str]]:
    """Pattern -> its verdicts in the report of a Qwen3 of two layers."""
    findings, found = report(program, configuration, tree), {}
    for name in LISTS:
        for finding in findings[name]:
            found.setdefault(finding["pattern"], set()).add(name)
    return found


def test_as_it_is(program: Program, folder: Path):
    found = verdicts(program, config(folder, QWEN, 2))
    expect(found["qk_norm_rope"], {"already_fused"}, "the graph pass")
    expect(found["add_rms_norm"], {"already_fused"}, "the override")
    assert "linear_bias" not in found


def test_head_dimension_of_96(program: Program, folder: Path):
    found = verdicts(program, config(folder, QWEN, 2, head_dim=96))
    assert "already_fused" not in found.get("qk_norm_rope", set()), f"the pass is for heads of 128: {found.get('qk_norm_rope')}"
    assert "opportunities" in found["qkv_split_norm_rope"] | found["qk_norm_rope"], found


def test_second_user(program: Program, folder: Path):
    tree = copied(folder)
    rewrite(tree / MODELS / "qwen3.py", (QUERY_NORM, QUERY_NORM + "        v = v + q_by_head.sum()\n"))
    found = verdicts(program, config(folder, QWEN, 2), tree)
    assert "already_fused" not in found.get("qk_norm_rope", set()), "the pass would lose the norm's result"


def test_dtype_change(program: Program, folder: Path):
    tree = copied(folder)
    rewrite(tree / MODELS / "qwen3.py", (QUERY_NORM, "        q_by_head = self.q_norm(q_by_head.float()).to(q_by_head.dtype)\n"))
    found = verdicts(program, config(folder, QWEN, 2), tree)
    assert "already_fused" not in found.get("qk_norm_rope", set()), "casts stand in the pass's pattern nowhere"


def test_bias(program: Program, folder: Path):
    found = verdicts(program, config(folder, QWEN, 2, attention_bias=True))
    expect(found["linear_bias"], {"already_fused"}, "the bias is in the matmul")


def test_broadcast(program: Program, folder: Path):
    """What is added before the norm is one row: a bias, no residual."""
    tree = copied(folder)
    line = "        hidden_states, residual = self.post_attention_layernorm(hidden_states, residual)\n"
    text = (tree / MODELS / "qwen3.py").read_text()
    assert line in text, "the decoder layer reads otherwise"
    rewrite(tree / MODELS / "qwen3.py", (line, "        residual = hidden_states + self.input_layernorm.weight\n        hidden_states = self.post_attention_layernorm(residual)\n"))
    found = verdicts(program, config(folder, QWEN, 2), tree)
    assert "blocked" in found["add_rms_norm"], found["add_rms_norm"]


def test_write_between_reads(program: Program, folder: Path):
    """Two element-wise kernels of one tensor, then with a write into it between them."""
    def together(name: str, between: str) -> bool:
        inner = folder / name
        inner.mkdir()
        tree, rope = copied(inner), "        q, k = self.rotary_emb(positions, q, k)\n"
        rewrite(tree / MODELS / "qwen3.py", (rope, "        v = v.clone()\n        a = torch.tanh(v)\n" + between + "        v = a * v\n" + rope))
        findings = report(program, config(inner, QWEN, 2), tree)["opportunities"]
        return any({"tanh", "mul"} <= {operator.split("(")[0] for operator in finding["operators"]} for finding in findings)

    assert together("free", "")
    assert not together("held", "        self.o_proj.weight.view(-1)[: v.numel()].copy_(v.view(-1))\n        v.copy_(self.o_proj.weight.view(-1)[: v.numel()].view(v.shape))\n")


if __name__ == "__main__":
    edited.TREES[:] = map(Path, sys.argv[2:5])
    sys.exit(run_tests(globals(), Program(sys.argv[1], [])))
