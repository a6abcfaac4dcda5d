"""The gain model on NVIDIA H200 against operator groups measured there (h200.json): time of a group, sign of the gain.

    h200.py PROGRAM [--verbose] [FILE]

FILE: other measurements in the same form. Where `kernels_fused` equals `kernels_unfused` the compiler fused nothing: both sides are the same kernels.
"""
import json
import re
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
MEDIAN_ERROR = 0.15   # of a group's time
COUNTS = 0.05         # a measured gain beyond this share must have the right sign
# Measured slower when fused (5.6 us), between 16 rows (3.8) and 256 rows (8.4) where fusing gains: an oddity of what the compiler chose there.
EXCEPTIONS = {("silu_and_mul+quant", 64, 7168)}


def kernel(body: list[str], unit: str) -> str:
    return f"kernel k {unit} {{\n" + "".join(f"  {line}\n" for line in body) + "}\n"


def graph(row: dict) -> str:
    """Before and after, as `price` reads it."""
    kind, size = row["kind"], {k: v for k, v in row.items() if isinstance(v, int)}
    H, E, top, K, N = (size.get(key) for key in ("H", "E", "k", "K", "N"))
    after = None
    if kind == "add+rms_norm":
        inputs, outputs = f"input %x : bf16[T, {H}]\ninput %r : bf16[T, {H}]\nparam %w : bf16[{H}]\n", ["s", "y"]
        before = [[f"%s = add(%x, %r) : bf16[T, {H}]"], [f"%y = rms_norm(%s, %w, eps=1e-6) : bf16[T, {H}]"]]
    elif kind == "mul_scalar+add":
        inputs, outputs = f"input %x : bf16[T, {H}]\ninput %r : bf16[T, {H}]\n", ["y"]
        before = [[f"%s = mul(%x, other=2.5) : bf16[T, {H}]"], [f"%y = add(%s, %r) : bf16[T, {H}]"]]
    elif kind == "silu_and_mul+quant":
        inputs, outputs = f"input %x : bf16[T, {2 * H}]\n", ["y", "q"]
        before = [[f"%s = silu_mul(%x) : bf16[T, {H}]"], [f"%y, %q = dynamic_quantize(%s, dtype=i8) : i8[T, {H}], f32[T]"]]
    elif kind == "softmax+topk+renorm":   # the compiler leaves softmax and top-k alone
        inputs, outputs = f"input %x : bf16[T, {E}]\n", ["y", "i"]
        before = [[f"%s = softmax(%x, dim=-1) : f32[T, {E}]"], [f"%v, %i = topk(%s, k={top}) : f32[T, {top}], i64[T, {top}]"],
                  ["%u = sum(%v, dim=-1, keepdim=True) : f32[T, 1]"], [f"%y = div(%v, %u) : f32[T, {top}]"]]
        after = [before[0], before[1], before[2] + before[3]]
    elif kind in ("matmul+bias", "matmul+residual", "matmul+gelu"):
        inputs, outputs = f"input %x : bf16[T, {K}]\nparam %w : bf16[{K}, {N}]\n", ["y"]
        inputs += {"matmul+bias": f"param %b : bf16[{N}]\n", "matmul+residual": f"input %b : bf16[T, {N}]\n", "matmul+gelu": ""}[kind]
        behind = '%y = gelu(%m, approximate="tanh")' if kind == "matmul+gelu" else "%y = add(%m, %b)"
        before = [[f"%m = matmul(%x, %w) : bf16[T, {N}]"], [f"{behind} : bf16[T, {N}]"]]
    elif kind == "qkv_merge":
        columns = {"q": size["nq"], "k": size["nk"], "v": size["nk"]}
        inputs, outputs = f"input %x : bf16[T, {K}]\n" + "".join(f"param %w{c} : bf16[{K}, {n}]\n" for c, n in columns.items()), list(columns)
        before = [[f"%{c} = matmul(%x, %w{c}) : bf16[T, {n}]"] for c, n in columns.items()]
    elif kind in ("silu+mul", "sigmoid+mul"):
        inputs, outputs = f"input %x : bf16[T, {H}]\ninput %g : bf16[T, {H}]\n", ["y"]
        before = [[f"%s = {kind.split('+')[0]}(%x) : bf16[T, {H}]"], [f"%y = mul(%s, %g) : bf16[T, {H}]"]]
    elif kind in ("rms_norm+cast", "rms_norm+quant"):
        inputs, outputs = f"input %x : bf16[T, {H}]\nparam %w : bf16[{H}]\n", ["y", "q"] if kind == "rms_norm+quant" else ["s", "y"]
        behind = f"%y, %q = dynamic_quantize(%s, dtype=f8e4m3) : f8e4m3[T, {H}], f32[T]" if kind == "rms_norm+quant" else f"%y = cast(%s, dtype=f32) : f32[T, {H}]"
        before = [[f"%s = rms_norm(%x, %w, eps=1e-6) : bf16[T, {H}]"], [behind]]
    elif kind in ("rope_q+rope_k", "q_norm+k_norm"):
        inputs, outputs = f"input %c : bf16[T, {size['d']}]\nparam %w : bf16[{size['d']}]\n", ["y0", "y1"]
        inputs += "".join(f"input %x{i} : bf16[T, {size[heads]}, {size['d']}]\n" for i, heads in enumerate(("q", "kv")))
        call = f"rope(%x{{}}, %c, rotary_dim={size['d']}, neox=True)" if kind == "rope_q+rope_k" else "rms_norm(%x{}, %w, eps=1e-6)"
        before = [[f"%y{i} = {call.format(i)} : bf16[T, {size[heads]}, {size['d']}]"] for i, heads in enumerate(("q", "kv"))]
    elif kind == "cast+matmul":
        inputs, outputs = f"input %x : bf16[T, {K}]\nparam %w : f32[{K}, {N}]\n", ["y"]
        before = [[f"%s = cast(%x, dtype=f32) : f32[T, {K}]"], [f"%y = matmul(%s, %w) : f32[T, {N}]"]]
    elif kind == "gate_up_merge":
        inputs, outputs = f"input %x : bf16[T, {K}]\n" + "".join(f"param %w{i} : bf16[{K}, {N}]\n" for i in range(2)), ["y0", "y1"]
        before = [[f"%y{i} = matmul(%x, %w{i}) : bf16[T, {N}]"] for i in range(2)]
    else:
        raise ValueError(f"no graph for `{kind}`")
    if after is None:
        after = before if row["kernels_fused"] == row["kernels_unfused"] else [sum(before, [])]

    def text(kernels):
        unit = ["cube" if any("matmul" in line for line in body) else "vector" for body in kernels]
        return f"T = {size['T']}\n{inputs}" + "".join(map(kernel, kernels, unit)) + "".join(f"output %{name}\n" for name in outputs)
    return f"--- before\n{text(before)}--- after\n{text(after)}"


def price(program: str, text: str) -> dict[str, float]:
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write(text)
        file.flush()
        out = subprocess.run([program, "price", file.name, "--device", "H200"], capture_output=True, text=True, check=True).stdout
    return {key: float(value) for key, value in re.findall(r"^(before|after|gain): (-?[\d.]+) us", out, re.MULTILINE)}


def main() -> int:
    program, *rest = sys.argv[1:]
    verbose = "--verbose" in rest
    files = [argument for argument in rest if not argument.startswith("--")]
    rows = json.loads(Path(files[0] if files else HERE / "h200.json").read_text())["rows"]
    errors, by_kind, wrong = [], {}, []
    for row in rows:
        found = price(program, graph(row))
        before, after = row["us_unfused"], row["us_fused"]
        ours = [found["before"] / before - 1, found["after"] / after - 1]
        errors += map(abs, ours)
        by_kind.setdefault(row["kind"], []).extend(map(abs, ours))
        label = " ".join(f"{k}={v}" for k, v in row.items() if isinstance(v, int) and not k.startswith("kernels"))
        fused = row["kernels_fused"] != row["kernels_unfused"]
        known = (row["kind"], row["T"], row.get("H")) in EXCEPTIONS
        if fused and not known and abs(before - after) > COUNTS * before and (found["gain"] > 0) != (before > after):
            wrong.append(f"{row['kind']} {label}: gain {found['gain']:.2f}, measured {before - after:.2f}")
        if verbose:
            print(f"{row['kind']:20} {label:34} before {found['before']:8.2f} {ours[0]:+.0%}  after {found['after']:8.2f} {ours[1]:+.0%}  gain {found['gain']:7.2f} / {before - after:7.2f}")
    for kind, values in by_kind.items():
        print(f"{kind:20} median error {statistics.median(values):.1%}")
    print(f"{len(rows)} groups: median error of a time {statistics.median(errors):.1%} (at most {MEDIAN_ERROR:.0%}), {len(wrong)} wrong signs")
    print(*wrong, sep="\n", end="")
    return 1 if wrong or statistics.median(errors) > MEDIAN_ERROR else 0


if __name__ == "__main__":
    sys.exit(main())
