"""What vllm-ascend changes, against what was recorded when its patches really ran.

    inventory.py PROGRAM VLLM ASCEND TRANSFORMERS
"""
import json
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from harness import ROOT, Program, expect, run_tests, trees_of  # noqa: E402

RECORDED = json.loads((ROOT / "tests/corpus/traces/ascend_patch_map.A2.json").read_text())
TREES: list[Path] = []
found: dict = {}


def inventory(program: Program) -> dict:
    if not found:
        found.update(json.loads(program.run("inventory", "--format", "json")))
        expect(found["gaps"], [], "gaps")
    return found


def at(place: dict | None) -> str | None:
    return place and f"{place['file']}:{place['line']}"


def test_patches(program: Program):
    ours = {patch["target"]: patch for patch in inventory(program)["patches"]}
    for stage in RECORDED["stages"]:
        for change in stage["changes"]:
            patch = ours.get(change["target"])
            assert patch, f"{change['target']} is missing"
            if change["new"]:
                expect(at(patch["replacement"]), change["new"], f"what replaces {change['target']}")
            if change["old"]:
                expect(at(patch["old"]), change["old"], f"what was {change['target']}")
            condition = re.search(r"\[if (\w+)\]", stage["stage"])
            if condition:
                assert any(condition[1] in guard for guard in patch["guards"]), f"{change['target']} is guarded by {patch['guards']}"


def test_patches_stand_where_they_say(program: Program):
    for patch in inventory(program)["patches"]:
        line = (TREES[1] / patch["file"]).read_text().splitlines()[patch["line"] - 1]
        name = patch["target"].rsplit(".", 1)[1]
        assert name in line or "setattr(" in line or "sys.modules" in line, f"{patch['file']}:{patch['line']}: no {name} in `{line}`"


def test_overrides(program: Program):
    registered = {o["name"]: (o["class"], at(o)) for o in inventory(program)["overrides"] if "910B2" in o["devices"]}
    expect(registered, {name: (o["class"], o["at"]) for name, o in RECORDED["registered_ascend_ops"].items()}, "overrides on 910B2")
    only_310p = {o["name"] for o in inventory(program)["overrides"] if o["devices"] == ["310P"]}
    text = (TREES[1] / "vllm_ascend/utils.py").read_text()
    update = re.search(r"REGISTERED_ASCEND_OPS\.update\((.*?)\)", text, re.S)[1]
    expect(only_310p, set(re.findall(r'"(\w+)":', update)), "overrides on 310P alone")


def test_passes(program: Program):
    passes = {p["name"]: (p["switch"], p["default"], len(p["patterns"])) for p in inventory(program)["passes"]}
    expect(passes, {
        "AddRMSNormQuantFusionPass": ("fuse_norm_quant", True, 8),
        "QKNormRopeFusionPass": ("fuse_qknorm_rope", True, 2),
        "MatmulAllReduceAddRMSNormPass": ("fuse_allreduce_rms", False, 2),
        "MulsAddFusionPass": ("fuse_muls_add", True, 1),
        "AscendSequenceParallelismPass": ("enable_sp", False, 3),
    }, "graph passes")


def test_fused_operators(program: Program):
    fused = {f["name"]: f for f in inventory(program)["fused_operators"]}
    for name, kinds in (("_C_ascend.npu_add_rms_norm_bias", {"add", "rms_norm"}), ("torch_npu.npu_swiglu", {"silu_mul"}),
                        ("_C_ascend.matmul_allreduce_add_rmsnorm", {"matmul", "all_reduce", "add", "rms_norm"})):
        assert name in fused and kinds <= set(fused[name]["fuses"]), f"{name}: {fused.get(name)}"
        for place in fused[name]["called_from"]:
            assert name.rsplit(".", 1)[1] in (TREES[1] / place["file"]).read_text().splitlines()[place["line"] - 1], place
    assert "torch_npu.npu_rms_norm" not in fused


def test_bindings(program: Program):
    text = (TREES[1] / "csrc/torch_binding.cpp").read_text()
    schemas = {o["name"]: o["schema"] for o in inventory(program)["custom_operators"] if o["origin"] == "csrc"}
    expect(len(schemas), len(re.findall(r"^\s*ops\.def\(", text, re.M)), "bindings of csrc")
    expect(schemas["_C_ascend.weak_ref_tensor"], "(Tensor input) -> Tensor", "a schema")


def main(arguments: list[str]) -> int:
    if len(arguments) != 4:
        print(__doc__)
        return 2
    TREES[:] = map(Path, arguments[1:])
    return run_tests(globals(), Program(arguments[0], trees_of(arguments[1:])))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
