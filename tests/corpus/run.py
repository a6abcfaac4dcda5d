#!/usr/bin/env python3
"""Holds `fusescout dump sequence` against the recorded sequences.

    tests/corpus/run.py                                  the models and folders that must hold now
    tests/corpus/run.py --all                            everything that is recorded
    tests/corpus/run.py -m Qwen3 -f oot -f ascend-decode a part of the model's name, folders
    tests/corpus/run.py -m Glm47 -f oot --keep out       keeps each candidate, its stderr and its aligned difference there
    tests/corpus/run.py --compare-only out               compares what an earlier --keep left, without running the program

A cell is recall / precision / shapes, or the reason why there is none. Exit 1 when a cell is below a threshold or missing, 2 on wrong use.
"""
import argparse
import concurrent.futures
import glob
import json
import os
import re
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
# What must hold first; --all takes the rest of the corpus as well.
FIRST = ["LlamaForCausalLM", "Qwen2ForCausalLM", "Qwen3ForCausalLM", "Qwen3MoeForCausalLM", "Glm4ForCausalLM", "Glm4MoeForCausalLM", "Glm47",
         "DeepseekV3ForCausalLM", "Qwen3NextForCausalLM", "MixtralForCausalLM", "Gemma3ForCausalLM", "Mamba2ForCausalLM", "BertModel",
         "Qwen2_5_VLForConditionalGeneration"]
FIRST_FOLDERS = ["oot", "ascend-prefill", "ascend-decode"]


def flags_of(folder):
    """Options of `dump sequence` for a folder of traces, and of compare.py."""
    options, compare = ["--graph-mode", "eager", "--tokens", "16"], []
    if folder.startswith("oot"):
        options += ["--upstream"]
    elif folder != "ascend":
        compare += ["--leaves"]
    options += ["--device", "910C" if "-A3" in folder else "910B2"]
    options += ["--phase", "decode", "--batch", "16"] if folder.endswith("-decode") else ["--phase", "prefill", "--batch", "1"]
    parallel = re.search(r"-tp(\d+)", folder)
    if parallel:
        options += ["--tp", parallel.group(1)]
    if re.search(r"-ep(-|$)", folder):
        options += ["--ep"]
    for name, quant in (("W8A8_DYNAMIC", "w8a8_dynamic"), ("W4A8_MOE", "w4a8_dynamic"), ("W8A8", "w8a8")):
        if f"-{name}-" in folder:
            options += ["--quant", quant]
            break
    return options, compare


def sources(arguments):
    if arguments.release:
        return ["--release", arguments.release]
    found = []
    for option, value in (("--vllm", arguments.vllm), ("--ascend", arguments.ascend), ("--transformers", arguments.transformers)):
        if value:
            found += [option, value]
    return found


def one(job, arguments, folder_out):
    model, folder, trace = job
    candidate = os.path.join(folder_out, f"{model}.{folder}.json")
    options, compare = flags_of(folder)
    seconds = 0.0
    if not arguments.compare_only:
        config = os.path.join(HERE, "configs", model, "config.json")
        architecture = json.load(open(config))["architectures"][0]
        command = [arguments.program, "dump", "sequence", architecture, *sources(arguments), "--config", config, *options,
                   "--view", "module", "--format", "json", *arguments.extra]
        start = time.monotonic()
        try:
            with open(candidate, "wb") as out, open(candidate[:-5] + ".stderr", "wb") as err:
                status = subprocess.run(command, stdout=out, stderr=err, timeout=arguments.timeout).returncode
        except subprocess.TimeoutExpired:
            return job, {"error": f"more than {arguments.timeout} s"}
        except OSError as error:
            return job, {"error": str(error)}
        seconds = time.monotonic() - start
        if status not in (0, 3):
            lines = open(candidate[:-5] + ".stderr", errors="replace").read().strip().splitlines()
            first = next((line for line in lines if "error" in line.lower()), lines[-1] if lines else "")
            return job, {"error": f"exit {status}: {first}", "seconds": seconds}
    if not os.path.exists(candidate) or os.path.getsize(candidate) == 0:
        return job, {"error": "no output", "seconds": seconds}
    script = [sys.executable, os.path.join(HERE, "compare.py"), trace, candidate, *compare, "--json"]
    if folder == "ascend":
        # Recorded under the name of the class that ran; an entry has the upstream class for a name.
        aliases = candidate[:-5] + ".aliases"
        with open(candidate) as file, open(aliases, "w") as out:
            json.dump({op["impl"]: op["op"] for op in json.load(file)["ops"] if op["impl"] != op["op"]}, out)
        script[-1:-1] = ["--aliases", aliases]
    done = subprocess.run(script, capture_output=True, text=True)
    if done.returncode != 0:
        return job, {"error": "compare: " + (done.stderr.strip().splitlines() or ["?"])[-1], "seconds": seconds}
    result = json.loads(done.stdout)
    result["seconds"] = seconds
    if arguments.keep or arguments.compare_only:
        with open(candidate[:-5] + ".diff", "w") as out:
            subprocess.run([*script[:-1], "--diff", "all"], stdout=out, stderr=subprocess.DEVNULL)
    return job, result


def enough(result, arguments):
    return ("error" not in result and result["recall"] >= arguments.recall and result["precision"] >= arguments.precision
            and result["shapes"] >= arguments.shapes)


def cell(result, arguments):
    if result is None:
        return ""
    if "error" in result:
        return "ERROR"
    text = "/".join("1.00" if value == 1 else f"{value:.3f}"[1:] for value in (result["recall"], result["precision"], result["shapes"]))
    return text + ("" if enough(result, arguments) else " !")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=next((p for p in (os.path.join(ROOT, "build", b, "fusescout") for b in ("release", "dev"))
                                                   if os.path.exists(p)), os.path.join(ROOT, "build/release/fusescout")))
    parser.add_argument("--vllm", default=os.environ.get("FUSESCOUT_VLLM"))
    parser.add_argument("--ascend", default=os.environ.get("FUSESCOUT_ASCEND"))
    parser.add_argument("--transformers", default=os.environ.get("FUSESCOUT_TRANSFORMERS"))
    parser.add_argument("--release", help="a fetched release instead of three folders")
    parser.add_argument("-m", "--model", action="append", default=[], help="part of a model's name")
    parser.add_argument("-f", "--folder", action="append", default=[], help="folder of traces")
    parser.add_argument("--all", action="store_true", help="all models and folders (of vllm 0.17.0)")
    parser.add_argument("--recall", type=float, default=0.98)
    parser.add_argument("--precision", type=float, default=0.98)
    parser.add_argument("--shapes", type=float, default=0.99)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--timeout", type=float, default=120)
    parser.add_argument("--keep", help="folder for candidates, their stderr and differences")
    parser.add_argument("--compare-only", metavar="DIR")
    parser.add_argument("--known", metavar="FILE", help="cells that do not hold yet, each with its reason: a shrinking list, so that one which holds is an error")
    parser.add_argument("--json", action="store_true", help="the results as JSON instead of a table")
    parser.add_argument("extra", nargs="*", help="more options for the program, after --")
    arguments = parser.parse_args()
    if not arguments.compare_only and not sources(arguments):
        parser.error("say where the sources are: --vllm, --ascend and --transformers (or FUSESCOUT_VLLM, ...), or --release")

    folders = sorted(d for d in os.listdir(os.path.join(HERE, "traces")) if os.path.isdir(os.path.join(HERE, "traces", d)))
    for folder in arguments.folder:
        if folder not in folders:
            parser.error(f"no folder `{folder}`; there are {', '.join(folders)}")
    if arguments.folder:
        folders = arguments.folder
    elif arguments.all:
        folders = [f for f in folders if not f.endswith("-0.29")]
    else:
        folders = FIRST_FOLDERS
    jobs = []
    for folder in folders:
        for trace in sorted(glob.glob(os.path.join(HERE, "traces", folder, "*.json.gz"))):
            model = os.path.basename(trace).split(".")[0]
            if arguments.model and not any(part.lower() in model.lower() for part in arguments.model):
                continue
            if not arguments.model and not arguments.all and not arguments.folder and model not in FIRST:
                continue
            jobs.append((model, folder, trace))
    if not jobs:
        parser.error("no recorded sequence fits")

    results = {}
    with tempfile.TemporaryDirectory() as temporary, concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        out = arguments.compare_only or arguments.keep or temporary
        os.makedirs(out, exist_ok=True)
        for job, result in pool.map(lambda job: one(job, arguments, out), jobs):
            results[job[0], job[1]] = result
            if sys.stderr.isatty():
                print(f"\r{len(results)}/{len(jobs)} {job[0]} {job[1]}\033[K", end="", file=sys.stderr, flush=True)
        if sys.stderr.isatty():
            print("\r\033[K", end="", file=sys.stderr)

    good = sum(enough(result, arguments) for result in results.values())
    if arguments.json:
        print(json.dumps({"cells": [{"model": m, "folder": f, **r} for (m, f), r in results.items()], "good": good}, indent=1))
        return 0 if good == len(results) else 1
    models = sorted({model for model, _ in results})
    used = [f for f in folders if any((m, f) in results for m in models)]
    widths = [max(17, len(f)) for f in used]
    print(f"{'recall/precision/shapes':<36}" + "  ".join(f"{f:<{w}}" for f, w in zip(used, widths)))
    for model in models:
        print(f"{model:<36}" + "  ".join(f"{cell(results.get((model, f)), arguments):<{w}}" for f, w in zip(used, widths)).rstrip())
    errors = [(key, result["error"]) for key, result in results.items() if "error" in result]
    for (model, folder), error in errors:
        print(f"{model} {folder}: {error[:220]}")
    for folder in used:
        compared = [r for (_, f), r in results.items() if f == folder and "error" not in r]
        mean = {k: sum(r[k] for r in compared) / len(compared) if compared else 0.0 for k in ("recall", "precision", "shapes")}
        total = sum(1 for _, f in results if f == folder)
        passed = sum(enough(r, arguments) for (_, f), r in results.items() if f == folder)
        print(f"{folder}: {passed} of {total} good; {len(compared)} compared, mean recall {mean['recall']:.4f} "
              f"precision {mean['precision']:.4f} shapes {mean['shapes']:.4f}; {sum(r.get('seconds', 0) for (_, f), r in results.items() if f == folder):.1f} s")
    print(f"{good} of {len(results)} cells at or above recall {arguments.recall}, precision {arguments.precision}, shapes {arguments.shapes}")
    known = json.load(open(arguments.known)) if arguments.known else {}
    wrong = 0
    for (model, folder), result in results.items():
        name, holds = f"{model} {folder}", enough(result, arguments)
        if holds and name in known:
            print(f"{name} holds now: take it out of {arguments.known}")
        elif not holds and name in known and "error" not in result:
            print(f"{name} is known: {known[name]}")
        wrong += holds == (name in known) or "error" in result
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
