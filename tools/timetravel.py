#!/usr/bin/env python3
"""Scores the program on fusions that vllm-ascend really added: what it says of the source just before and just after each commit.

    tools/timetravel.py CASES                    all scorable cases (a folder with cases.json, configs/ and materialise.py)
    tools/timetravel.py CASES TT-A01 TT-N07      some; unscorable ones as well when named
    tools/timetravel.py CASES --trees DIR        where the trees are, or are written (default: a folder in the temporary one)
    tools/timetravel.py CASES -v                 with the findings near the recorded lines of each miss

Trees come from git mirrors named by VLLM_ASCEND_GIT_DIR and VLLM_GIT_DIR, through the cases' own materialise.py; transformers from --transformers or
FUSESCOUT_TRANSFORMERS; a run that names another version (`transformers`) takes that from beside it. The run's `truth/NAME` configs are looked up in --truth, by default `../truth/configs` next to CASES.

Before: an opportunity, available kernel or broken pass of the right family overlaps the primary lines, among the first 15 by gain. After: the fused
operator or pass is named in `already_fused`, at or by one of the recorded files, and nothing of the family is proposed on the recorded lines, however
small. Exit 1 when a share is below its threshold (0.8 and 0.9).
"""
import argparse
import concurrent.futures
import json
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
COUNTED = 15
THRESHOLDS = {"before": 0.8, "after": 0.9}


def case_trees(case, arguments):
    target = os.path.join(arguments.trees, case["id"])
    if not os.path.isdir(os.path.join(target, "after", "vllm")):
        command = [sys.executable, os.path.join(arguments.cases, "materialise.py"), case["id"], target, "--cases", os.path.join(arguments.cases, "cases.json")]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            print(f"{case['id']}: {(done.stdout + done.stderr).strip().splitlines()[-1:]}", file=sys.stderr)
    return target


def data_file(name, arguments):
    kind, _, rest = name.partition("/")
    return os.path.join(arguments.truth if kind == "truth" else os.path.join(arguments.cases, "configs"), rest)


def transformers_of(run, arguments):
    if "transformers" not in run:
        return arguments.transformers
    beside = os.path.dirname(os.path.abspath(arguments.transformers))
    return next((os.path.join(beside, name) for name in sorted(os.listdir(beside)) if name.startswith(f"transformers-{run['transformers']}")), "")


def options_of(run, arguments):
    scenario = run["scenario"]
    options = ["--config", os.path.join(data_file(run["config"], arguments), "config.json")]
    for key in ("device", "phase", "tokens", "tp", "ep", "dp", "graph_mode"):
        if key in scenario and not (key == "ep" and scenario[key] == 1):
            options += ["--" + key.replace("_", "-"), str(scenario[key])]
    if "dtype" in scenario:
        options += ["--dtype", {"float16": "f16", "bfloat16": "bf16", "float32": "f32"}.get(scenario["dtype"], scenario["dtype"])]
    if "quant_description" in scenario:
        options += ["--quant-description", data_file(scenario["quant_description"], arguments)]
    elif scenario.get("quant", "none") != "none":
        options += ["--quant", scenario["quant"]]
    for key in ("additional_config", "compilation_config"):
        if scenario.get(key):
            options += ["--" + key.replace("_", "-"), json.dumps(scenario[key])]
    if scenario.get("inputs"):
        options += ["--image", ",".join(map(str, scenario["inputs"]["image_grid_thw"][0]))]
    for name, value in {**scenario.get("env", {}), **{k.upper(): v for k, v in scenario.get("extra", {}).items()}}.items():
        options += ["--env", f"{name}={value}"]
    return options


def analyse(case, side, arguments):
    """The report of one tree, or the reason why there is none."""
    tree = os.path.join(case_trees(case, arguments), side)
    command = [arguments.program, "analyze", case["run"]["architecture"], "--vllm", tree, "--ascend", tree, "--transformers", transformers_of(case["run"], arguments),
               "--format", "json", "--jobs", "1", *options_of(case["run"], arguments)]
    if arguments.data:
        command += ["--data", arguments.data]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=arguments.timeout)
    except subprocess.TimeoutExpired:
        return None, "time out"
    if arguments.keep:
        os.makedirs(arguments.keep, exist_ok=True)
        for name, text in ((".json", done.stdout), (".txt", " ".join(command) + "\n" + done.stderr)):
            with open(os.path.join(arguments.keep, f"{case['id']}-{side}{name}"), "w") as f:
                f.write(text)
    try:
        return json.loads(done.stdout), ""
    except ValueError:
        errors = [line for line in done.stderr.splitlines() if line.strip()]
        return None, "; ".join([e for e in errors if "error:" in e][:1] or errors[-1:]) or f"exit code {done.returncode}"


def overlaps(finding, place):
    return any(l["file"].endswith(place["file"]) and l["first_line"] <= place["lines"][1] and l["last_line"] >= place["lines"][0] for l in finding["locations"])


def gain_of(finding):
    return max((g["microseconds"]["nominal"] for g in finding.get("gain", [])), default=0)


def proposed(report):
    """What counts before: the first findings by gain; a broken pass has none and counts behind."""
    found = [(verdict, f) for verdict in ("opportunities", "available", "broken_passes") for f in report.get(verdict, [])]
    return sorted(found, key=lambda pair: -gain_of(pair[1]))


def score_before(case, report):
    primary = [a for a in case["unfused_before"] if a["primary"]]
    other = [a for a in case["unfused_before"] if not a["primary"]]
    best = ("", "not found")
    for rank, (verdict, finding) in enumerate(proposed(report)):
        places = "primary" if any(overlaps(finding, a) for a in primary) else "other" if any(overlaps(finding, a) for a in other) else ""
        if not places:
            continue
        family = finding["family"] == case["family"]
        what = f"{finding['id']} [{finding['family']}, {verdict}, #{rank + 1}]"
        if places == "primary" and family and rank < COUNTED:
            return "hit", what
        reason = "other lines" if places == "other" else "family" if not family else "rank"
        if not best[0] or (best[0] != "half" and reason == "other lines" and family and rank < COUNTED):
            best = ("half" if reason == "other lines" and family and rank < COUNTED else "miss", reason + ": " + what)
    return best[0] or "miss", best[1]


def names_in(fused_op):
    """The operators, kernels and passes that a case's text names: `torch_npu.npu_mrope (Triton _mrope_kernel)` has two."""
    identifiers = [word.strip(".").rpartition(".")[2] for word in re.findall(r"[A-Za-z_][A-Za-z0-9_.]*", fused_op)]
    return {i.lower().strip("_") for i in identifiers if ("_" in i or i.endswith("Pass")) and i != "torch_npu"}


def score_after(case, report):
    files = case["fused_after"]
    words = names_in(case["fused_op"])
    still = [f["id"] for _, f in proposed(report) if f["family"] == case["family"] and any(overlaps(f, a) for a in files)]
    best = ("miss", "not found")
    for finding in report.get("already_fused", []):
        by = finding.get("by", [])
        at = any(overlaps(finding, a) for a in files) or any((b.get("file") or "").endswith(a["file"]) for b in by for a in files)
        if not at:
            continue
        named = " ".join([*finding.get("kernels_today", []), *[b["name"] for b in by]]).lower()
        if any(word in named for word in words):
            return ("half", f"{finding['id']}, still proposed: {still[0]}") if still else ("hit", finding["id"])
        best = ("half", "named otherwise: " + finding["id"] + " " + named)
    return best


def run_case(case, arguments):
    result = {"id": case["id"], "family": case["family"], "kind": case["kind"]}
    for side, score in (("before", score_before), ("after", score_after)):
        if arguments.side not in (side, "both"):
            continue
        report, error = analyse(case, side, arguments)
        result[side] = score(case, report) if report is not None else ("none", error)
        result[side + "_report"] = report
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases")
    parser.add_argument("ids", nargs="*")
    parser.add_argument("--program", default=os.path.join(os.path.dirname(HERE), "build", "release", "fusescout"))
    parser.add_argument("--data", help="passed on")
    parser.add_argument("--trees", default=os.path.join(tempfile.gettempdir(), "fusescout-timetravel"))
    parser.add_argument("--transformers", default=os.environ.get("FUSESCOUT_TRANSFORMERS"))
    parser.add_argument("--truth", help="folder of the configs named truth/NAME")
    parser.add_argument("--side", choices=("before", "after", "both"), default="both")
    parser.add_argument("--keep", help="leaves each report and its diagnostics there")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--timeout", type=float, default=300)
    parser.add_argument("-v", "--verbose", action="store_true")
    arguments = parser.parse_intermixed_args()
    arguments.cases = os.path.abspath(arguments.cases)
    arguments.truth = arguments.truth or os.path.join(os.path.dirname(arguments.cases), "truth", "configs")
    if not arguments.transformers:
        parser.error("give --transformers or FUSESCOUT_TRANSFORMERS")
    with open(os.path.join(arguments.cases, "cases.json")) as f:
        cases = [c for c in json.load(f) if c.get("run") and (c["id"] in arguments.ids if arguments.ids else c["scorable"])]
    if not cases:
        parser.error("no such case")
    results = []
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        for result in pool.map(lambda case: run_case(case, arguments), cases):
            results.append(result)
            line = f"{result['id']:8} {result['family']:11} {result['kind'][:36]:36}"
            for side in ("before", "after"):
                if side in result:
                    line += f" | {side} {result[side][0]:4} {result[side][1][:150]}"
            print(line, flush=True)
            if arguments.verbose and result.get("before", ("hit",))[0] not in ("hit", "none"):
                case = next(c for c in cases if c["id"] == result["id"])
                for verdict, found in result["before_report"].items():
                    for finding in found if isinstance(found, list) and found and isinstance(found[0], dict) and "locations" in found[0] else []:
                        if any(overlaps(finding, a) for a in case["unfused_before"]):
                            print(f"      {verdict} {finding['id']} {finding['family']} {gain_of(finding):.2f} us: {finding.get('reason', '')}")
    failed = False
    for side, threshold in THRESHOLDS.items():
        scored = [r[side][0] for r in results if side in r]
        if scored:
            share = scored.count("hit") / len(scored)
            failed |= share < threshold
            print(f"{side}: {scored.count('hit')} of {len(scored)} = {share:.2f} (needs {threshold}); half {scored.count('half')}, without a report {scored.count('none')}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
