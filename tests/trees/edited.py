"""Edited sources and changed configs: the output follows what the sources say, at the right line.

    edited.py PROGRAM VLLM ASCEND TRANSFORMERS
"""
import json
import os
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from harness import ROOT, Program, expect, run_tests, trees_of  # noqa: E402

MODELS = "vllm/model_executor/models"
QWEN, GLM = "Qwen--Qwen3-8B", "zai-org--GLM-4.7"
TREES: list[Path] = []


def copied(folder: Path, which: int = 0) -> Path:
    """The vLLM tree, or another, with hard links; `rewrite` replaces one."""
    target = folder / f"tree{which}"
    def link(source, destination):
        try:
            os.link(source, destination)
        except OSError:
            shutil.copy2(source, destination)
    shutil.copytree(TREES[which], target, copy_function=link)
    return target


def rewrite(path: Path, *pairs: tuple[str, str]):
    text = path.read_text()
    for old, new in pairs:
        assert text.count(old) == 1, f"{path.name} has {text.count(old)} of `{old}`"
        text = text.replace(old, new)
    path.unlink()          # it may be a link to the original
    path.write_text(text)


def config(folder: Path, preset: str, layers: int, **changes) -> Path:
    values = json.loads((ROOT / f"models/{preset}.json").read_text())["config"] | {"num_hidden_layers": layers} | changes
    (folder / "config.json").write_text(json.dumps(values))
    return folder / "config.json"


def sequence(program: Program, architecture: str, config: Path, tree: Path | None = None, *options) -> list[dict]:
    trees = trees_of([str(tree or TREES[0]), *map(str, TREES[1:])])
    return json.loads(program.run("dump", "sequence", architecture, "--config", config, "--format", "json", *options, trees=trees))["ops"]


def top(ops: list[dict], layer: int) -> list[dict]:
    return [op for op in ops if op["layer"] == f"model.layers.{layer}" and not op.get("within")]


def line_of(path: Path, text: str) -> int:
    return next(number for number, line in enumerate(path.read_text().splitlines(), 1) if text in line)


def test_swapped_and_inserted(program: Program, folder: Path):
    tree = copied(folder)
    path = tree / MODELS / "qwen3.py"
    query = "        q_by_head = self.q_norm(q_by_head)\n        q = q_by_head.view(q.shape)\n"
    key = "        k = k_by_head.view(k.shape)\n"
    rope = "        q, k = self.rotary_emb(positions, q, k)\n"
    rewrite(path, (query, ""), (key, key + query), (rope, "        v = torch.tanh(v)\n" + rope))   # queries are normalised after keys
    ops = top(sequence(program, "Qwen3ForCausalLM", config(folder, QWEN, 2), tree), 1)
    norms = [(op["module"].rsplit(".", 1)[1], op["file"], op["line"]) for op in ops if op["op"] == "RMSNorm" and op["module"].endswith(("q_norm", "k_norm"))]
    file = f"{MODELS}/qwen3.py"
    expect(norms, [("k_norm", file, line_of(path, "self.k_norm(k_by_head)")), ("q_norm", file, line_of(path, "self.q_norm(q_by_head)"))], "swapped")
    tanh = [(op["file"], op["line"]) for op in ops if op["op"] == "aten.tanh"]
    expect(tanh, [(file, line_of(path, "v = torch.tanh(v)"))], "inserted")


def test_derived_layers(program: Program, folder: Path):
    """A class that a model derives from a layer is that layer, until it has a forward of its own."""
    tree = copied(folder)
    path = tree / MODELS / "qwen3.py"
    own = "class OwnNorm(RMSNorm):\n    def forward(self, x):\n        return super().forward(x) * 2\n\n\n"
    rewrite(path, ("class Qwen3Attention(", "class PlainNorm(RMSNorm):\n    pass\n\n\n" + own + "class Qwen3Attention("),
            ("self.q_norm = RMSNorm(", "self.q_norm = PlainNorm("), ("self.k_norm = RMSNorm(", "self.k_norm = OwnNorm("))
    ops = top(sequence(program, "Qwen3ForCausalLM", config(folder, QWEN, 2), tree, "--upstream"), 1)
    names = {op["module"].rsplit(".", 1)[1]: (op["op"], op["impl"]) for op in ops if op["module"].endswith(("q_norm", "k_norm"))}
    expect(names, {"q_norm": ("RMSNorm", "PlainNorm"), "k_norm": ("OwnNorm", "OwnNorm")}, "derived")


def test_graph_mode_of_the_step(program: Program, folder: Path):
    """A step of a size that was captured runs in a mode, a larger one or one without graphs in none."""
    tree = copied(folder)
    rope = "        q, k = self.rotary_emb(positions, q, k)\n"
    asks = ("        from vllm.forward_context import get_forward_context\n"
            "        if get_forward_context().cudagraph_runtime_mode.name == \"NONE\":\n            v = torch.tanh(v)\n")
    rewrite(tree / MODELS / "qwen3.py", (rope, asks + rope))
    for options, captured in ((["--tokens", "16"], True), (["--tokens", "1024"], False), (["--tokens", "16", "--graph-mode", "eager"], False)):
        ops = sequence(program, "Qwen3ForCausalLM", config(folder, QWEN, 2), tree, "--phase", "decode", *options)
        expect(any(op["op"] == "aten.tanh" for op in ops), not captured, " ".join(options))


def test_config_of_nothing(program: Program, folder: Path):
    for name in ("hidden_size", "vocab_size"):
        program.refused("analyze", "Qwen3ForCausalLM", "--config", config(folder, QWEN, 2, **{name: 0}), says=[f"`{name}`: 0"], trees=trees_of(list(map(str, TREES))))


def test_edges(program: Program, folder: Path):
    """Who made each input, by name of the operator or of the parameter, and which of its outputs it is."""
    tree = copied(folder)
    path = tree / MODELS / "qwen3.py"
    rope = "        q, k = self.rotary_emb(positions, q, k)\n"

    def edges(body: str) -> list[tuple]:
        text = path.read_text()
        rewrite(path, (rope, rope + "".join(f"        {line}\n" for line in body.split("; "))))
        ops = sequence(program, "Qwen3ForCausalLM", config(folder, QWEN, 2), tree, "--upstream")
        path.write_text(text)
        def name(op: dict) -> str:
            return op["op"].removeprefix("aten.") if op["op"].startswith("aten.") else op["module"].rsplit(".", 1)[1]
        return [(name(op), *(edge if isinstance(edge, str) else f"{name(ops[edge[0]])}:{edge[1]}" for edge in op.get("inputs_beside", op["inputs"]))) for op in top(ops, 1)]

    found = edges("pass")
    expect(found[0], ("input_layernorm", "down_proj:0", "post_attention_layernorm:1"), "both outputs of the norm before")
    expect([e for e in found if e[0] in ("qkv_proj", "split_with_sizes", "o_proj", "gate_up_proj", "act_fn", "down_proj")], [
        ("qkv_proj", "input_layernorm:0"), ("split_with_sizes", "qkv_proj:0"), ("o_proj", "attn:0"), ("gate_up_proj", "post_attention_layernorm:0"),
        ("act_fn", "gate_up_proj:0"), ("down_proj", "act_fn:0")], "a chain")
    expect([e[1:] for e in found if e[0] == "rotary_emb"], [("positions", "view:0", "view:0")], "an input of the model")
    expect([e[1:] for e in found if e[0] == "attn"], [("rotary_emb:0", "rotary_emb:1", "split_with_sizes:2")], "outputs by number")
    expect([e[1:] for e in found if e[0] == "post_attention_layernorm"], [("o_proj:0", "input_layernorm:1")], "the residual")

    def inserted(body: str) -> dict[str, tuple]:
        return {e[0]: e[1:] for e in edges(body) if e[0] in ("sub", "sigmoid", "mul", "mul_", "neg", "attn", "add", "view_as_real")}

    two = inserted("g = torch.sigmoid(v); v = torch.sub(k, g)")
    expect(two, {"sigmoid": ("split_with_sizes:2",), "sub": ("rotary_emb:1", "sigmoid:0"), "attn": ("rotary_emb:0", "rotary_emb:1", "sub:0")}, "two inserted")
    swapped = inserted("g = torch.sigmoid(v); v = torch.sub(g, k)")
    expect(swapped["sub"], ("sigmoid:0", "rotary_emb:1"), "operands swapped")
    shared = inserted("g = torch.sigmoid(v); v = torch.mul(torch.sub(v, g), g)")
    expect((shared["sub"], shared["mul"]), (("split_with_sizes:2", "sigmoid:0"), ("sub:0", "sigmoid:0")), "a second user")
    written = inserted("w = v.flatten(); v.mul_(2.0); k = torch.neg(v)")
    expect((written["mul_"], written["neg"], written["attn"]), (("split_with_sizes:2",), ("mul_:0",), ("rotary_emb:0", "neg:0", "mul_:0")), "in place")
    viewed = inserted("w = v[:, :1]; v.mul_(2.0); k = k + w")
    expect(viewed["add"], ("rotary_emb:1", "mul_:0"), "a view taken before the write sees it")
    filled = inserted("w = torch.empty_like(v); torch.mul(v, 2.0, out=w); k = torch.neg(w)")
    expect(filled["neg"], ("mul:0",), "an output that was given")
    weighted = inserted("k = torch.add(k, self.qkv_proj.weight[0, 0])")
    expect(weighted["add"], ("rotary_emb:1", "select:0"), "an element of a parameter")
    whole = inserted("v = torch.mul(v.reshape(-1, self.head_dim), self.k_norm.weight).view(v.shape)")
    expect(whole["mul"], ("reshape:0", "model.layers.1.self_attn.k_norm.weight"), "a parameter by its name")


def test_replacements_for_another_compiler(program: Program, folder: Path):
    """The compiler that comes with torch_npu applies what was registered with it, whatever range of tokens the pass itself asks for."""
    tree = copied(folder, 1)
    register = "        pm.register_replacement(pattern_fn, replacement_fn, example_inputs, pm.fwd_only, pm_pass)\n"
    rewrite(tree / "vllm_ascend/compilation/passes/base_pattern.py", (register, ""))
    found = {}
    for name, ascend in (("both", TREES[1]), ("one", tree)):
        text = program.run("dump", "passes", "Qwen3ForCausalLM", "--config", config(folder, QWEN, 2), "--format", "json", trees=trees_of([str(TREES[0]), str(ascend), str(TREES[2])]))
        found[name] = {(p["pass"], p["pattern"], p["matches"]) for p in json.loads(text)["passes"] if p["matches"]}
    expect(found["one"], found["both"], "matches")
    assert found["both"], "no pass matches"


def test_patched_before_the_model_is_imported(program: Program, folder: Path):
    """A worker is spawned: a model takes what a patch of the worker has put into the module that the model imports from."""
    tree = copied(folder, 1)
    patches = tree / "vllm_ascend/patch/worker/__init__.py"
    patches.unlink()
    patches.write_text("import vllm_ascend.patch.worker.patch_rope_of_test  # noqa\n" + (TREES[1] / "vllm_ascend/patch/worker/__init__.py").read_text())
    (tree / "vllm_ascend/patch/worker/patch_rope_of_test.py").write_text(
        "import torch\nimport vllm.model_executor.layers.rotary_embedding as rotary\n\n\nclass Scaled(torch.nn.Module):\n"
        "    def forward(self, positions, q, k):\n        return torch.tanh(q), k\n\n\nrotary.get_rope = lambda *args, **kwargs: Scaled()\n")
    trees = trees_of([str(TREES[0]), str(tree), str(TREES[2])])
    ops = json.loads(program.run("dump", "sequence", "Qwen3ForCausalLM", "--config", config(folder, QWEN, 2), "--format", "json", trees=trees))["ops"]
    expect({op["src_file"] for op in ops if op["op"] == "aten.tanh"}, {"vllm_ascend/patch/worker/patch_rope_of_test.py"}, "the patched rope")


def test_renamed(program: Program, folder: Path):
    tree = copied(folder)
    models = tree / MODELS
    text = (models / "qwen3.py").read_text().replace("Qwen3", "Renamed9")
    (models / "renamed9.py").write_text(text)
    rewrite(models / "registry.py", ('    "Qwen3ForCausalLM": ("qwen3", "Qwen3ForCausalLM"),\n',
                                     '    "Renamed9ForCausalLM": ("renamed9", "Renamed9ForCausalLM"),\n'))
    renamed = config(folder, QWEN, 2, architectures=["Renamed9ForCausalLM"])
    ops = top(sequence(program, "Renamed9ForCausalLM", renamed, tree), 1)
    before = top(sequence(program, "Qwen3ForCausalLM", config(folder, QWEN, 2)), 1)
    expect([op["op"] for op in ops], [op["op"] for op in before], "the same operators")
    assert any(op["file"] == f"{MODELS}/renamed9.py" for op in ops), [op["file"] for op in ops]


def test_changed_configs(program: Program, folder: Path):
    def ops(preset: str, architecture: str, layers: int, **changes):
        return sequence(program, architecture, config(folder, preset, layers, **changes))

    def has(layer: list[dict], name: str) -> bool:
        return any(op["module"].endswith(name) for op in layer)

    assert has(top(ops(GLM, "Glm4MoeForCausalLM", 2, first_k_dense_replace=1), 1), "q_norm")
    assert not has(top(ops(GLM, "Glm4MoeForCausalLM", 2, first_k_dense_replace=1, use_qk_norm=False), 1), "q_norm"), "without QK norm"
    for dense in (1, 3):
        found = ops(GLM, "Glm4MoeForCausalLM", 5, first_k_dense_replace=dense)
        experts = [any(op["op"] == "aten.linear" and ".experts" in op["module"] or ".mlp.experts" in op["module"] for op in found
                       if op["layer"] == f"model.layers.{layer}") for layer in range(5)]
        expect(experts, [layer >= dense for layer in range(5)], f"{dense} dense layers")
    found = top(ops(QWEN, "Qwen3ForCausalLM", 2, num_attention_heads=16, num_key_value_heads=4), 1)
    expect(next(op for op in found if op["module"].endswith("qkv_proj"))["out"][0][0][-1], (16 + 2 * 4) * 128, "other head counts")
    def inputs(module: str, **changes) -> str:
        return json.dumps([op["inputs"] for op in ops(QWEN, "Qwen3ForCausalLM", 2, **changes) if op["module"].endswith(module)])

    for biased in (False, True):
        expect("qkv_proj.bias" in inputs("layers.1.self_attn.qkv_proj", attention_bias=biased), biased, "a bias of the projection")
    for tied in (False, True):
        found = json.dumps([op["inputs"] for op in ops(QWEN, "Qwen3ForCausalLM", 2, tie_word_embeddings=tied)][-3:])
        expect(("lm_head" in found, "embed_tokens" in found), (not tied, tied), "the weight of the logits")


if __name__ == "__main__":
    TREES.extend(map(Path, sys.argv[2:5]))
    sys.exit(run_tests(globals(), Program(sys.argv[1], trees_of(sys.argv[2:]))))
