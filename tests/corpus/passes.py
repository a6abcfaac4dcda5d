#!/usr/bin/env python3
"""Holds `fusescout dump passes` against what the real matcher did (traces/graph_passes.json).

    tests/corpus/passes.py --vllm DIR --ascend DIR --transformers DIR      all cases
    tests/corpus/passes.py -c "quant=W8A8 tp=8"                            those whose name contains it

Of each case and compile range: which patterns are registered, how often each matches, is turned down by its check, and which operators a pattern
without a match asks for that the step never calls. Exit 1 when a case differs, 2 on wrong use.
"""
import argparse
import concurrent.futures
import json
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
TRACE = os.path.join(HERE, "traces", "graph_passes.json")
PASSES = "vllm_ascend/compilation/passes"


def options_of(case, folder):
    """Options of `dump passes` for the words of a case's name, and whether it ran on a tree without the last pattern."""
    options, compilation, additional, edited = [], {}, {}, False
    for word in case["case"].split()[1:]:
        name, _, value = word.partition("=")
        if name == "quant":
            scheme, _, bias = value.partition("+")
            options += ["--quant", scheme.lower()]
            described = {"model.norm.bias": "FLOAT"} if bias else {}          # its norms have biases
            if scheme.startswith("W4"):     # recorded with attention of four bits too, and all experts
                described |= {f"model.layers.{layer}.self_attn.{name}_proj.weight": scheme for layer in range(2) for name in "qkvo"} | {"group_size": 256}
            if described:
                description = os.path.join(folder, f"{value}.json")
                json.dump(described, open(description, "w"))
                options += ["--quant-description", description]
        elif name == "tp":
            options += ["--tp", value]
        elif name == "ep":
            options += ["--ep"]
        elif name == "allreduce":
            additional["fuse_allreduce_rms"] = True
        elif name == "no_npugraph_ex":
            additional["enable_npugraph_ex"] = False
        elif name == "sp":
            compilation["pass_config"] = {"enable_sp": True} | ({"sp_min_token_num": int(value)} if value else {})
        elif name == "fc1":
            options += ["--env", "VLLM_ASCEND_ENABLE_FLASHCOMM1=1"]
        elif name == "static":
            compilation["compile_sizes"] = "here"
        elif name == "nolast":
            edited = True
        else:
            raise ValueError(f"a case of unknown kind: {case['case']}")
    if additional:
        options += ["--additional-config", json.dumps({"ascend_compilation_config": additional})]
    return options, compilation, edited


def without_last(ascend, folder):
    """The tree without the pattern whose replacement ends the compilation."""
    tree = os.path.join(folder, "ascend")
    if not os.path.exists(tree):
        shutil.copytree(ascend, tree)
        path = os.path.join(tree, PASSES, "allreduce_rmsnorm_fusion_pass.py")
        text = open(path).read()
        line = "        LastLayerMatmulAllReduceAddRMSNormPattern(vllm_config).register(self.pattern_match_passes)\n"
        assert text.count(line) == 1
        open(path, "w").write(text.replace(line, ""))
    return tree


def name_of(found):
    eps = found["constants"].get("eps")
    return f"{found['pattern']}(eps={eps})"


def run(job, arguments, trees):
    case, expected, options, compilation, tree = job
    low, high = expected["range"]
    tokens = min(high, max(low, 64))
    if compilation.get("compile_sizes"):
        compilation = compilation | {"compile_sizes": [tokens]}
    command = [arguments.program, "dump", "passes", case["model"], "--vllm", trees[0], "--ascend", tree, "--transformers", trees[2],
               "--config", os.path.join(HERE, "configs", case["model"], "config.json"), "--phase", "prefill", "--tokens", str(tokens), "--format", "json", *options]
    if compilation:
        command += ["--compilation-config", json.dumps(compilation)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    if done.returncode not in (0, 3):
        return [f"exit {done.returncode}: {done.stderr.strip()[-300:]}"]
    found = json.loads(done.stdout)["passes"]
    wrong = []

    def same(what, ours, theirs):
        if ours != theirs:
            wrong.append(f"{what}: {ours} instead of {theirs}")

    same("registered", sorted({name_of(f) for f in found}), sorted(case["registered_patterns"]))
    for key, what in (("matches", "matches"), ("refused_by_check", "refused")):
        counts = {}
        for f in found:
            if f[what]:
                counts[name_of(f)] = counts.get(name_of(f), 0) + f[what]
        same(what, counts, expected[key])
    if "aot_error" in expected:
        same("compilations that end", sum("stops" in f for f in found), 1)
        return wrong
    for f in found:
        why = (expected.get("no_match_because") or {}).get(name_of(f))
        if why is not None and f["applicable"]:
            same(f"absent for {name_of(f)}", f.get("absent", []), sorted(op for op in why.get("ops_absent_from_graph", []) if op != "getitem"))
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=os.path.join(ROOT, "build/release/fusescout"))
    for name in ("vllm", "ascend", "transformers"):
        parser.add_argument(f"--{name}", default=os.environ.get(f"FUSESCOUT_{name.upper()}"))
    parser.add_argument("-c", "--case", default="", help="part of a case's name")
    parser.add_argument("--jobs", type=int, default=2)
    arguments = parser.parse_args()
    trees = [arguments.vllm, arguments.ascend, arguments.transformers]
    if not all(trees):
        parser.error("say where the sources are: --vllm, --ascend and --transformers (or FUSESCOUT_VLLM, ...)")
    cases = [case for case in json.load(open(TRACE))["cases"] if arguments.case in case["case"]]
    if not cases:
        parser.error("no recorded case fits")
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        jobs = []
        for case in cases:
            options, compilation, edited = options_of(case, folder)
            tree = without_last(arguments.ascend, folder) if edited else arguments.ascend
            jobs += [(case, expected, options, compilation, tree) for expected in case["ranges"]]
        good = 0
        for job, wrong in zip(jobs, pool.map(lambda job: run(job, arguments, trees), jobs)):
            good += not wrong
            for line in wrong:
                print(f"{job[0]['case']} {job[1]['range']}: {line}")
    print(f"{good} of {len(jobs)} ranges of {len(cases)} cases agree")
    return 0 if good == len(jobs) else 1


if __name__ == "__main__":
    sys.exit(main())
