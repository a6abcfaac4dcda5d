"""The whole program on the trees of sample/, offline: facts that anyone can read off those few files.

    run.py PROGRAM
"""
import json
import subprocess
import sys
import tempfile
from pathlib import Path

SAMPLE = Path(__file__).resolve().parents[2] / "sample"
TREES = ["--vllm", SAMPLE / "vllm", "--ascend", SAMPLE / "vllm_ascend", "--transformers", SAMPLE / "transformers"]
DENSE = ["TinyDenseForCausalLM", "--config", SAMPLE / "configs/tiny_dense"]
MOE = ["TinyMoeForCausalLM", "--config", SAMPLE / "configs/tiny_moe"]

ATTENTION = [
    "aten.linear",                                  # qkv_proj
    "torch_npu.npu_rms_norm", "torch_npu.npu_rms_norm",
    "torch_npu._npu_rotary_embedding",              # the norms have made it contiguous: no copy before
    "torch_npu._npu_reshape_and_cache",
    "torch_npu.npu_fused_infer_attention_score",
    "aten.copy_",                                   # into the output buffer
    "aten.linear",                                  # o_proj
]
MLP = ["aten.linear", "torch_npu.npu_swiglu", "aten.linear"]
EXPERTS = [
    "aten.to", "aten.linear",                       # the router, in float32
    "torch_npu.npu_moe_gating_top_k_softmax", "aten.sum", "aten.div",
    "torch_npu.npu_moe_init_routing_v2",
    "torch_npu.npu_grouped_matmul", "torch_npu.npu_swiglu", "torch_npu.npu_grouped_matmul",
    "aten.abs", "aten.to", "torch_npu.npu_moe_token_unpermute",
]
FIRST, LATER = "torch_npu.npu_rms_norm", "torch_npu.npu_add_rms_norm"   # the first layer has no residual
DENSE_LAYER = [LATER, *ATTENTION, LATER, *MLP]
MOE_LAYER = [LATER, *ATTENTION, LATER, *EXPERTS, *MLP, "aten.mul", "aten.add"]   # the patch runs the shared expert last


class Program:
    def __init__(self, path: str, cache: str):
        self.path, self.cache = path, cache

    def run(self, *arguments) -> str:
        command = [self.path, *map(str, arguments), *map(str, TREES), "--cache-dir", self.cache]
        result = subprocess.run(command, capture_output=True, text=True)
        assert result.returncode == 0, f"{' '.join(command)}\nexit code {result.returncode}\n{result.stdout}{result.stderr}"
        return result.stdout

    def sequence(self, *arguments) -> list[dict]:
        return json.loads(self.run("dump", "sequence", *arguments, "--format", "json"))["ops"]


def launches(ops: list[dict], layer: str | None) -> list[str]:
    """The operators without others inside that are launched, in order."""
    outer = {index for op in ops for index in op.get("within", [])}
    # An operator or a leaf module around a single call may stand for it.
    return [{"vllm.unquantized_gemm": "aten.linear", "Linear": "aten.linear"}.get(op["op"], op["op"]) for op in ops if op["i"] not in outer and op["launches"] and op["layer"] == layer]


def expect(found, wanted, what: str):
    assert found == wanted, f"{what}:\n  found  {found}\n  wanted {wanted}"


def test_dense_decode(program: Program):
    ops = program.sequence(*DENSE)
    expect(launches(ops, "model.layers.0"), [FIRST, *DENSE_LAYER[1:]], "the first layer")
    for layer in (1, 2, 3):
        expect(launches(ops, f"model.layers.{layer}"), DENSE_LAYER, f"layer {layer}")
    expect(launches(ops, None), ["aten.embedding", LATER, "aten.linear"], "outside of the layers")
    norm = next(op for op in ops if op["op"] == "RMSNorm" and op["module"].endswith("layers.1.input_layernorm"))
    expect((norm["impl"], norm["in"]), ("AscendRMSNorm", [[[16, 2048], "bf16"]] * 2), "the norm of layer 1 and its shapes")


def test_moe_is_patched(program: Program):
    ops = program.sequence(*MOE)
    expect(launches(ops, "model.layers.0"), [FIRST, *DENSE_LAYER[1:]], "the first layer has an MLP")
    for layer in (1, 2):
        expect(launches(ops, f"model.layers.{layer}"), MOE_LAYER, f"layer {layer}")
    experts = next(op for op in ops if op["op"] == "FusedMoE")
    expect((experts["impl"], experts["file"]), ("AscendFusedMoE", "vllm_ascend/patch/worker/patch_tiny_moe.py"), "who calls the experts")


def test_tensor_parallel_prefill(program: Program):
    ops = program.sequence(*DENSE, "--phase", "prefill", "--tokens", 512, "--tp", 2)
    reduced = [name for name in launches(ops, "model.layers.1") if "all_reduce" in name]
    expect(len(reduced), 2, f"sums over ranks of a layer, {reduced}")
    mlp = next(op for op in ops if op["op"] == "SiluAndMul")
    expect(mlp["in"], [[[512, 6144], "bf16"]], "half of the MLP's width on each of two ranks")


def test_the_first_pipeline_stage(program: Program):
    ops = program.sequence(*DENSE, "--pp", 2)
    expect([op["layer"] for op in ops if op["op"] == "RMSNorm" and op["layer"] and op["module"].endswith("input_layernorm")], ["model.layers.0", "model.layers.1"], "its layers")
    expect(launches(ops, None), ["aten.embedding"], "outside of the layers")


def test_upstream(program: Program):
    ops = program.sequence(*MOE, "--upstream")
    files = {op["src_file"] for op in ops}
    assert not any(file.startswith("vllm_ascend/") for file in files), files
    names = [op["op"] for op in ops if op["layer"] == "model.layers.1"]
    assert not any(name.startswith("torch_npu.") for name in names), names
    assert "vllm.unified_attention_with_output" in names, names


def test_warm_cache(program: Program):
    expect(program.run("dump", "sequence", *MOE), program.run("dump", "sequence", *MOE), "a second run")
    assert list(Path(program.cache).glob("packs/*.pack")), "nothing was kept"


def test_locate(program: Program):
    for name, architecture in (("TinyChat", "TinyChatForCausalLM"), ("sample/TinyMoe-3B", "TinyMoeForCausalLM"), ("tiny_dense", "TinyDenseForCausalLM")):
        found = json.loads(program.run("locate", name, "--format", "json"))
        expect(found["architecture"], architecture, name)
        assert found["evidence"], name


def test_models(program: Program):
    found = {model["architecture"]: model["status"] for model in json.loads(program.run("models", "--format", "json"))}
    expect({name: found.get(name) for name in (DENSE[0], MOE[0])}, {DENSE[0]: "complete", MOE[0]: "complete"}, "models with a config class")


def test_analyze(program: Program):
    report = json.loads(program.run("analyze", *MOE, "--format", "json"))
    found = {entry["pattern"]: entry for entry in report["opportunities"]}
    files = {location["file"] for location in found["qk_norm_rope"]["locations"]}
    assert "vllm/model_executor/models/tiny_dense.py" in files, files
    expect(found["qk_norm_rope"]["layers"], [f"model.layers.{layer}" for layer in range(3)], "layers whose queries and keys are normalised")
    fused = {entry["pattern"]: entry["by"] for entry in report["already_fused"]}
    assert "npu_add_rms_norm" in json.dumps(fused["add_rms_norm"]), fused
    text = program.run("analyze", *MOE, "--lang", "en")
    for heading in ("## Model operator analysis: TinyMoeForCausalLM", "### 1. Code locations", "### 2. Operator sequence", "### 4. Recommendations"):
        assert heading in text, heading


def main() -> int:
    tests = [(name, test) for name, test in globals().items() if name.startswith("test_")]
    failed = 0
    with tempfile.TemporaryDirectory() as cache:
        program = Program(sys.argv[1], cache)
        for name, test in tests:
            try:
                test(program)
            except (AssertionError, KeyError, StopIteration, ValueError) as error:
                failed += 1
                print(f"FAILED {name}: {type(error).__name__} {error}")
    print(f"{len(tests) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
