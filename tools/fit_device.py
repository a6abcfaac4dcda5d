#!/usr/bin/env python3
"""Fits the vector kernels and decode matmuls of a device file to a profile of the device.

    python3 tools/fit_device.py devices/ascend_910b2.toml kernel_details.csv... > my_device.toml

The profile is `kernel_details.csv` of the Ascend profiler: one row a kernel, with its type, duration in microseconds, input and output shapes and types.
Fitted are, kind by kind, `start`, `spread` and `far` of `t = start + spread*min(1, rows/cores) + near*min(MB, resident) + far*max(0, MB - resident)`,
and `start` and `bandwidth_tb` of matmuls with at most 64 rows. Each fitted line says from how many kernels it comes and how far they lie from it. A kind with fewer than
--least different sizes keeps its numbers, and what no size shows (all beyond the cores, say) keeps its part. Then: `fusescout analyze NAME --device my_device.toml`.
"""
import argparse
import csv
import re
import statistics
import sys
from collections import defaultdict
from pathlib import Path

KINDS = {   # kernel type -> kind of the device file
    "Add": "elementwise", "Sub": "elementwise", "RealDiv": "elementwise", "Muls": "mul", "Mul": "mul", "Cast": "cast", "Fill": "fill", "TensorMove": "injective",
    "ConcatD": "injective", "Slice": "slice", "StridedSlice": "slice", "Transpose": "transpose", "TransData": "transpose", "ReduceSum": "reduction",
    "ReduceMean": "reduction", "RmsNorm": "rms_norm", "LayerNorm": "norm", "LayerNormV3": "norm", "AddRmsNorm": "add_norm", "AddRmsNormBias": "add_norm",
    "SwiGlu": "silu_mul", "GeluMul": "gelu_mul", "DynamicQuant": "dynamic_quantize", "AscendQuantV2": "quantize", "AscendQuant": "quantize", "SoftmaxV2": "softmax",
    "MoeGatingTopK": "moe_gating", "TopKV2": "topk", "Sort": "sort", "ReshapeAndCache": "kv_cache_write"}
MATMULS = ("MatMul", "MatMulV2", "MatMulV3")
BYTES = {"FLOAT": 4, "INT32": 4, "UINT32": 4, "FLOAT16": 2, "DT_BF16": 2, "BF16": 2, "INT16": 2, "INT8": 1, "UINT8": 1, "BOOL": 1, "INT64": 8, "DOUBLE": 8}
MEGABYTE = 1e6
HEAD = 256    # rows up to this length are bound by instructions: another rule


def shapes(text):
    return [[int(d) for d in part.split(",") if d.strip()] for part in text.strip().strip('"').split(";")]


def count(shape):
    size = 1
    for d in shape:
        size *= d
    return size


def read(files):
    """(type, microseconds, inputs, outputs) with (shape, bytes of an element)."""
    for file in files:
        with open(file, newline="", encoding="utf-8-sig") as handle:
            for row in csv.DictReader(handle):
                row = {key.strip().lower(): (value or "").strip() for key, value in row.items() if key}
                duration = row.get("duration(us)") or row.get("duration")
                if not duration or "input shapes" not in row:
                    continue
                tensors = []
                for side in ("input", "output"):
                    types = row.get(f"{side} data types", "").split(";")
                    found = shapes(row.get(f"{side} shapes", ""))
                    tensors.append([(shape, BYTES.get(types[i].strip() if i < len(types) else "", 2)) for i, shape in enumerate(found) if shape])
                if tensors[0] or tensors[1]:
                    yield row.get("type") or row.get("op type") or row.get("name", ""), float(duration), *tensors


def solve(rows, targets, weights):
    """Least squares with coefficients that are not negative, by coordinate descent; each error counts relative to its time."""
    size = len(rows[0])
    x = [0.0] * size
    for _ in range(2000):
        moved = 0.0
        for j in range(size):
            top = bottom = 0.0
            for row, target, weight in zip(rows, targets, weights):
                rest = target - sum(row[k] * x[k] for k in range(size) if k != j)
                top += weight * row[j] * rest
                bottom += weight * row[j] * row[j]
            new = max(0.0, top / bottom) if bottom else x[j]
            moved = max(moved, abs(new - x[j]))
            x[j] = new
        if moved < 1e-7:
            break
    return x


def table(text, name):
    match = re.search(rf"^{name} = \{{(.*?)\}}", text, re.MULTILINE)
    return {key: float(value) for key, value in re.findall(r"(\w+) = ([\d.]+)", match.group(1))} if match else None


def number(text, key):
    return float(re.search(rf"^{key} = ([\d.]+)", text, re.MULTILINE).group(1))


def middle(samples):
    """One sample for each size: the median, as the same kernel runs thousands of times."""
    by_size = defaultdict(list)
    for key, duration in samples:
        by_size[key].append(duration)
    return {key: statistics.median(times) for key, times in by_size.items()}


def error(predicted, measured):
    return statistics.median(abs(p / m - 1) for p, m in zip(predicted, measured))


def fit_kind(name, samples, device, cores, near, least):
    now = table(device, name)
    sizes = middle(samples)
    if now is None or len(sizes) < least:
        return device, f"{name}: {len(sizes)} sizes, kept"
    keys, times = list(sizes), list(sizes.values())
    resident = now["resident"]
    known = [near * min(mb, resident) for _, mb in keys]
    rows = [[1.0, min(1.0, r / cores), max(0.0, mb - resident)] for r, mb in keys]
    fixed = [0.0, 0.0, 0.0]
    free = [0, 1, 2]
    if all(row[2] == 0 for row in rows):              # nothing beyond the cache
        free.remove(2)
        fixed[2] = now["far"]
    if len({round(row[1], 2) for row in rows}) < 2:    # always all cores, or always as few: only their sum is seen
        free.remove(1)
        fixed[1] = now["spread"]
    targets = [t - k - sum(row[j] * fixed[j] for j in range(3)) for t, k, row in zip(times, known, rows)]
    found = solve([[row[j] for j in free] for row in rows], targets, [1 / t ** 2 for t in times])
    values = list(fixed)
    for j, value in zip(free, found):
        values[j] = value
    predicted = [k + sum(row[j] * values[j] for j in range(3)) for k, row in zip(known, rows)]
    far = error(predicted, times)
    new = dict(now, start=round(values[0], 2), spread=round(values[1], 2), far=round(values[2], 4))
    inside = ", ".join(f"{key} = {value}" for key, value in new.items())
    device = re.sub(rf"^{name} = \{{.*$", f"{name} = {{ {inside} }}  # fit: {len(sizes)} sizes, median error {far:.0%}", device, flags=re.MULTILINE)
    return device, f"{name}: {len(sizes)} sizes, {len(samples)} kernels, median error {far:.0%}"


def fit_matmul(samples, device, least):
    sizes = middle(samples)
    if len(sizes) < least:
        return device, f"matmul: {len(sizes)} decode sizes, kept"
    megabytes, times = [mb for (mb,) in sizes], list(sizes.values())
    start, slope = solve([[1.0, mb] for mb in megabytes], times, [1 / t ** 2 for t in times])
    if slope <= 0:
        return device, "matmul: times do not grow with the weights, kept"
    far = error([start + slope * mb for mb in megabytes], times)
    comment = f"# fit: {len(sizes)} decode sizes, median error {far:.0%}"
    head, matmul = device.split("[matmul]", 1)
    matmul = re.sub(r"^start = .*$", f"start = {start:.2f}  {comment}", matmul, count=1, flags=re.MULTILINE)
    matmul = re.sub(r"^bandwidth_tb = .*$", f"bandwidth_tb = {1 / slope:.3f}  {comment}", matmul, count=1, flags=re.MULTILINE)
    return head + "[matmul]" + matmul, f"matmul: {len(sizes)} decode sizes, median error {far:.0%}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("device", type=Path, help="the device file to start from")
    parser.add_argument("profile", nargs="+", type=Path, help="kernel_details.csv")
    parser.add_argument("--least", type=int, default=4, help="different sizes that a fit needs (%(default)s)")
    options = parser.parse_args()
    device = options.device.read_text()
    cores, near = number(device, "vector"), number(device, "near")
    kinds, matmuls = defaultdict(list), []
    for kernel, duration, inputs, outputs in read(options.profile):
        if kernel in MATMULS and len(inputs) >= 2 and outputs:
            if outputs[0][0][0] <= 64 and len(outputs[0][0]) == 2:
                matmuls.append(((round(count(inputs[1][0]) * inputs[1][1] / MEGABYTE, 3),), duration))
        elif kernel in KINDS and outputs:
            shape = outputs[0][0]
            if len(shape) > 1 and shape[-1] <= HEAD and KINDS[kernel] in ("rms_norm", "norm"):
                continue
            megabytes = sum(count(s) * size for s, size in inputs + outputs) / MEGABYTE
            rows = count(shape[:-1]) if len(shape) > 1 else max(1, shape[0] // 1024)
            kinds[KINDS[kernel]].append(((rows, round(megabytes, 3)), duration))
    if not kinds and not matmuls:
        sys.exit("no kernel of a known type with shapes: is this kernel_details.csv, profiled with record_shapes?")
    for name, samples in sorted(kinds.items()):
        device, said = fit_kind(name, samples, device, cores, near, options.least)
        print(said, file=sys.stderr)
    device, said = fit_matmul(matmuls, device, options.least)
    print(said, file=sys.stderr)
    print(device, end="")


if __name__ == "__main__":
    main()
