"""Options beyond the defaults are followed to the end as the defaults are: a cheap sample of devices, schemes, parallelism, switches and steps.

    options.py PROGRAM VLLM ASCEND TRANSFORMERS SET     SET: `old` or `new`, what only these releases know
"""
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from harness import Program, run_tests, trees_of  # noqa: E402

BOTH = [
    ("Qwen3-32B", "--device", "310P", "--tp", 4),
    ("Qwen3-32B", "--device", "950", "--tp", 4, "--quant", "W8A8_MXFP8"),
    ("GLM-4.7", "--tp", 4, "--dp", 4, "--quant", "W8A8_DYNAMIC"),
    ("GLM-4.7", "--tp", 8, "--tokens", 4096),
    ("Qwen3-30B-A3B", "--tp", 4, "--quant", "W4A8_DYNAMIC"),
    ("DeepSeek-V3", "--tp", 2, "--pp", 4, "--graph-mode", "eager"),
    ("Llama-3.1-8B-Instruct", "--tp", 2, "--pp", 4),
    ("DeepSeek-V3.2-Exp", "--tp", 8, "--mtp", 1),
    ("Qwen3-Next-80B-A3B-Instruct", "--tp", 8, "--ep", 8, "--quant", "W8A8_DYNAMIC"),
]
OLD = [
    ("Qwen3-32B", "--tp", 8, "--tokens", 2048, "--env", "VLLM_ASCEND_ENABLE_FLASHCOMM1=1"),
    ("Qwen3-32B", "--tp", 8, "--additional-config", json.dumps({"weight_prefetch_config": {"enabled": True}})),
    ("GLM-4.7", "--tp", 8, "--dp", 2, "--ep", 16, "--quant", "W8A8_DYNAMIC", "--env", "VLLM_ASCEND_ENABLE_FUSED_MC2=1"),
]
NEW = [
    ("DeepSeek-V3", "--tp", 8, "--additional-config", json.dumps({"multistream_overlap_shared_expert": True})),
    ("GLM-4.7", "--tp", 8, "--dp", 2, "--ep", 16, "--quant", "W8A8_DYNAMIC", "--additional-config", json.dumps({"enable_fused_mc2": 1})),
    ("DeepSeek-V3.2-Exp", "--device", "950", "--tp", 8, "--quant", "W8A8_MXFP8"),
]


def test_options(program: Program):
    for number, case in enumerate(BOTH + (NEW if sys.argv[5] == "new" else OLD)):
        done = program.result("analyze", *case, "--phase", "prefill" if number % 2 else "decode", "--format", "json", "--strict")
        assert done.returncode == 0, f"{case}: exit code {done.returncode}\n{done.stderr[-1500:]}"
        assert json.loads(done.stdout)["opportunities"], case


def test_a_model_type_gets_a_config_of_its_architecture(program: Program):
    """Drafts have the model_type of their targets; the class that is shown is the one that the headline names."""
    located = json.loads(program.run("locate", "llama", "--format", "json"))
    main = located["classes"]["main"][0]["name"]
    assert located["architecture"] == main, (located["architecture"], main, located["config"])


def test_a_rope_that_no_override_replaces(program: Program):
    """The kernel that other ropes call is there for it, and comes before any that would have to be written."""
    if sys.argv[5] == "new":
        return
    report = json.loads(program.run("analyze", "Llama-3.1-8B-Instruct", "--phase", "decode", "--format", "json"))
    (rope,) = [f for f in report["available"] if any(by["name"] == "torch_npu._npu_rotary_embedding" for by in f["by"])]
    assert len(rope["layers"]) == 32 and not rope["alternative_to"], (rope["layers"], rope["alternative_to"])


def test_a_loop_is_one_finding(program: Program):
    if sys.argv[5] != "new":
        return
    report = json.loads(program.run("analyze", "Qwen3-Next-80B-A3B-Instruct", "--device", "310P", "--tp", 8, "--phase", "prefill", "--format", "json"))
    lines = [(o["pattern"], json.dumps(o["locations"]), json.dumps(o["layers"]), json.dumps(o["name"])) for o in report["opportunities"]
             if o["kind"] != "pattern" and not o["alternative_to"]]
    assert len(lines) == len(set(lines)), [line for line in lines if lines.count(line) > 1]


def test_a_multimodal_model_gets_embeddings(program: Program):
    """The runner embeds, be the step text alone; what a model adds to embeddings only is part of each step."""
    if sys.argv[5] == "new":
        return
    sequence = json.loads(program.run("dump", "sequence", "Qwen3-VL-235B-A22B-Instruct", "--tp", 8, "--phase", "decode", "--format", "json"))
    of_towers = [op for op in sequence["ops"] if op["op"] == "aten.add" and op["file"].endswith("qwen3_vl_moe.py")]
    assert len(of_towers) == 3, len(of_towers)


def test_kernels_of_the_tree_for_norms_and_rotations(program: Program):
    """A pass that is turned down is to be repaired for the kernel that it calls through a custom operator; one that nobody calls is there all the same."""
    if sys.argv[5] == "new":
        return
    for model, tp, kernel, reason in (("Ling-mini-2.0", 4, "triton.split_qkv_rmsnorm_rope_kernel", "graph pass `QKNormRopeFusionPass` would call"),
                                      ("Qwen3-VL-235B-A22B-Instruct", 8, "triton.split_qkv_rmsnorm_mrope_kernel", "`triton.split_qkv_rmsnorm_mrope_kernel` does this")):
        report = json.loads(program.run("analyze", model, "--tp", tp, "--phase", "decode", "--format", "json"))
        (found,) = [f for f in report["available"] if any(by["name"] == kernel for by in f["by"])]
        assert found["reason"].startswith(reason), found["reason"]


if __name__ == "__main__":
    sys.exit(run_tests(globals(), Program(sys.argv[1], trees_of(sys.argv[2:5]))))
