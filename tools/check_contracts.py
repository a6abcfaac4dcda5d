#!/usr/bin/env python3
"""Runs the contracts that `fusescout analyze --contract DIR` writes: applies each call_site.patch to the trees, runs each test, and holds each reference
against the calls that the lines make today (original.py).

    python3 tools/check_contracts.py DIR... --vllm TREE --ascend TREE

The patches need git. The rest needs torch (any CPU build), which nothing else here does: without it only the patches are checked. Calls of the device's
own library have no CPU implementation; `Device` below says in plain torch what they do, written from their documentation and not from the catalogue.
"""
import argparse
import ast
import json
import math
import subprocess
import sys
import tempfile
from pathlib import Path


def check_patch(folder, trees):
    patch = folder / "call_site.patch"
    text = patch.read_text() if patch.exists() else ""
    removed = json.loads((folder / "definition.json").read_text())["kind"] in ("layout", "repeated")   # nothing takes the place of such work
    if not removed and "torch.ops.fusescout." not in text:
        return "no call in call_site.patch"
    files = [line[6:] for line in text.splitlines() if line.startswith("+++ b/")]
    with tempfile.TemporaryDirectory() as copy:
        for name in files:
            source = next((tree / name for tree in trees if (tree / name).exists()), None)
            if source is None:
                return f"{name} is in no tree"
            (Path(copy) / name).parent.mkdir(parents=True, exist_ok=True)
            (Path(copy) / name).write_bytes(source.read_bytes())
        for extra in (["--check"], []):
            result = subprocess.run(["git", "apply", *extra, str(patch.resolve())], cwd=copy, capture_output=True, text=True)
            if result.returncode:
                return result.stderr.strip()
        for name in files:
            try:
                ast.parse((Path(copy) / name).read_text())
            except SyntaxError as error:
                return f"{name} does not parse after the change: {error}"
    return None


class Unknown(Exception):
    pass


class Device:
    """What calls without a CPU implementation do."""

    def __init__(self, torch):
        self.torch = torch

    def __call__(self, name, overload, *args, **kwargs):
        torch = self.torch
        if name == "as_strided":
            return torch.as_strided(args[0], args[1], args[2], args[0].storage_offset() + args[3])
        space, _, op = name.rpartition(".")
        own = getattr(self, op.lstrip("_"), None) or getattr(self, op, None)
        if space != "aten" and own is not None:
            result = own(*args, **kwargs)
            return result[0] if isinstance(result, (list, tuple)) and len(result) == 1 else result
        if space == "aten":
            if op == "to":      # `*args` come as a list
                given = [a for arg in args[1:] for a in (arg if isinstance(arg, (list, tuple)) else [arg])] + [kwargs.get("dtype")]
                dtype = next((a for a in given if isinstance(a, torch.dtype)), None)
                return args[0] if dtype is None else args[0].to(dtype)
            packet = getattr(torch.ops.aten, op)
            kwargs = {k: v for k, v in kwargs.items() if v is not None and k not in ("device", "pin_memory", "layout")}
            for call in [getattr(packet, overload, None), packet, getattr(torch.Tensor, op, None), getattr(torch, op, None)]:
                if call is None:
                    continue
                try:
                    return call(*args, **kwargs)
                except (TypeError, RuntimeError, NotImplementedError) as error:
                    last = error
            raise Unknown(f"{name}.{overload}: {last}")
        raise Unknown(name)

    # --- norms, activations
    def npu_rms_norm(self, x, gamma, epsilon=1e-6):
        y = x.float()
        rstd = (y.square().mean(-1, keepdim=True) + epsilon).rsqrt()
        return (y * rstd * gamma.float()).to(x.dtype), rstd

    def npu_gemma_rms_norm(self, x, gamma, epsilon=1e-6):
        return self.npu_rms_norm(x, gamma.float() + 1, epsilon)

    def npu_add_rms_norm(self, x1, x2, gamma, epsilon=1e-6):
        total = x1 + x2
        y, rstd = self.npu_rms_norm(total, gamma, epsilon)
        return y, rstd, total

    def npu_add_rms_norm_bias(self, x1, x2, gamma, beta=None, epsilon=1e-6):
        y, rstd, total = self.npu_add_rms_norm(x1, x2, gamma, epsilon)
        return (y if beta is None else y + beta), rstd, total

    def npu_swiglu(self, x, dim=-1):
        gate, up = x.float().chunk(2, dim)
        return (gate / (1 + (-gate).exp()) * up).to(x.dtype)

    # --- quantisation
    def npu_dynamic_quant(self, x, smooth_scales=None, group_index=None, dst_type=None, quant_mode=None):
        y = x.float() if smooth_scales is None else x.float() * smooth_scales.float()
        scale = y.abs().amax(-1) / 127
        return (y / scale.unsqueeze(-1)).round().clamp(-128, 127).to(self.torch.int8), scale

    def npu_quantize(self, x, scale, zero_point=None, dtype=None, axis=-1, div_mode=True):
        y = x.float() / scale.float() if div_mode else x.float() * scale.float()
        if zero_point is not None:
            y = y + zero_point.float()
        return y.round().clamp(-128, 127).to(self.torch.int8)

    def npu_quant_matmul(self, x1, x2, scale, *, offset=None, pertoken_scale=None, bias=None, output_dtype=None, **_):
        torch = self.torch
        y = (x1.to(torch.int64) @ x2.to(torch.int64)).double()
        if bias is not None and not bias.dtype.is_floating_point:
            y = y + bias
        y = y * scale.double()
        if pertoken_scale is not None:
            y = y * pertoken_scale.double().reshape(*([1] * 0), -1, 1)
        if bias is not None and bias.dtype.is_floating_point:
            y = y + bias
        return y.to(output_dtype or torch.bfloat16)

    # --- experts
    def npu_grouped_matmul(self, x, weight, *, bias=None, scale=None, per_token_scale=None, group_list=None, split_item=0, group_type=-1,
                           group_list_type=0, output_dtype=None, **_):
        torch = self.torch
        if scale is not None or per_token_scale is not None or bias is not None or isinstance(x, (list, tuple)) and len(x) > 1:
            raise Unknown("npu_grouped_matmul with scales")
        x, weight = (t[0] if isinstance(t, (list, tuple)) else t for t in (x, weight))
        ends = group_list.cumsum(0) if group_list_type == 1 else group_list
        y, start = torch.zeros(x.shape[0], weight.shape[-1], dtype=torch.float64), 0
        for group, end in enumerate(ends.tolist()):
            y[start:end] = x[start:end].double() @ weight[group].double()
            start = end
        return [y.to(output_dtype or x.dtype)]

    def npu_moe_init_routing_custom(self, x, expert_idx, *, scale=None, offset=None, active_num=-1, expert_capacity=-1, expert_num=-1,
                                    drop_pad_mode=0, expert_tokens_num_type=0, expert_tokens_num_flag=False, quant_mode=-1,
                                    active_expert_range=None, row_idx_type=0, **_):
        torch = self.torch
        if quant_mode != -1 or drop_pad_mode or (active_expert_range and list(active_expert_range) != [0, expert_num]):
            raise Unknown("npu_moe_init_routing_custom of a range, or quantising")
        pairs = sorted((expert, i) for i, expert in enumerate(expert_idx.reshape(-1).tolist()))
        k = expert_idx.shape[1]
        index = torch.zeros(len(pairs), dtype=expert_idx.dtype)
        for at, (_, i) in enumerate(pairs):
            index[i] = at
        counts = torch.tensor([sum(1 for e, _ in pairs if e == expert) for expert in range(expert_num)])
        rows = torch.tensor([i // k for _, i in pairs])
        return x[rows], index, counts, torch.zeros(len(pairs)) if scale is None else scale[rows]

    npu_moe_init_routing_v2 = npu_moe_init_routing_custom

    def npu_moe_token_unpermute(self, permuted_tokens, sorted_indices, probs=None, padded_mode=False, restore_shape=None):
        rows = permuted_tokens[sorted_indices.long()].double()
        if probs is not None:
            rows = rows.reshape(probs.shape[0], -1, rows.shape[-1]) * probs.double().unsqueeze(-1)
            rows = rows.sum(1)
        return rows.to(permuted_tokens.dtype)

    def moe_gating_top_k(self, x, k, k_group=1, group_count=1, group_select_mode=0, renorm=0, norm_type=0, out_flag=False,
                         routed_scaling_factor=1.0, eps=1e-20, bias_opt=None, bias=None):
        bias = bias if bias is not None else bias_opt
        scores = x.float().sigmoid() if norm_type == 1 else x.float().softmax(-1)
        choice = scores if bias is None else scores + bias.float()
        if group_count > 1:
            groups = choice.unflatten(-1, (group_count, -1))
            best = groups.topk(2, -1)[0].sum(-1) if bias is not None else groups.amax(-1)
            kept = self.torch.zeros_like(best).scatter(1, best.topk(k_group, -1)[1], 1.0).bool()
            choice = self.torch.where(kept.unsqueeze(-1), groups, -math.inf).flatten(-2)
        indices = choice.topk(k, -1)[1]
        weights = scores.gather(-1, indices)
        if renorm == 1 or norm_type == 1:
            weights = weights / weights.sum(-1, keepdim=True)
        return (weights * routed_scaling_factor).to(x.dtype), indices.int(), scores

    npu_moe_gating_top_k = moe_gating_top_k

    # --- collectives with one rank
    def all_reduce(self, x, *_, **__):
        return x

    # --- attention's neighbours
    def npu_reshape_and_cache(self, key, value, key_cache, value_cache, slot_indices):
        for new, cache in ((key, key_cache), (value, value_cache)):
            flat = cache.view(-1, *cache.shape[2:])
            for row, slot in enumerate(slot_indices.tolist()):
                flat[slot] = new[row]

    def triton_rope(self, q_ptr, k_ptr, cos_ptr=None, sin_ptr=None, cos_sin_ptr=None, pos_ptr=None, rope_dim=None, IS_NEOX_STYLE=True, **_):
        torch = self.torch
        cos, sin = (cos_ptr, sin_ptr) if cos_sin_ptr is None else cos_sin_ptr[pos_ptr.long()].chunk(2, -1)
        for x in (q_ptr, k_ptr):
            turned = x[..., :rope_dim].float()
            c, s = (t.float().reshape(x.shape[0], 1, -1) for t in (cos, sin))
            if IS_NEOX_STYLE:
                a, b = turned.chunk(2, -1)
                new = torch.cat((a * c - b * s, b * c + a * s), -1)
            else:
                a, b = turned[..., 0::2], turned[..., 1::2]
                new = torch.stack((a * c - b * s, b * c + a * s), -1).flatten(-2)
            x[..., :rope_dim] = new.to(x.dtype)

    def npu_interleave_rope(self, x, cos, sin):
        torch = self.torch
        y = x.float()
        y = torch.cat((y[..., 0::2], y[..., 1::2]), -1)
        first, second = y.chunk(2, -1)
        return (y * cos.float() + torch.cat((-second, first), -1) * sin.float()).to(x.dtype)

    def npu_kv_rmsnorm_rope_cache(self, kv, gamma, cos, sin, index, k_cache, ckv_cache, *, epsilon=1e-5, cache_mode="Norm", is_output_kv=False, **other):
        if any(value is not None for value in other.values()) or not cache_mode.startswith("PA"):
            raise Unknown("npu_kv_rmsnorm_rope_cache with scales, or without pages")
        latent, turning = kv[..., : gamma.shape[-1]], kv[..., gamma.shape[-1]:]
        latent = self.npu_rms_norm(latent, gamma, epsilon)[0]
        turned = self.npu_interleave_rope(turning, cos.reshape(kv.shape[0], 1, 1, -1), sin.reshape(kv.shape[0], 1, 1, -1))
        for new, cache in ((turned, k_cache), (latent, ckv_cache)):
            rows = cache.view(-1, cache.shape[-1])
            for row, slot in enumerate(index.reshape(-1).tolist()):
                rows[slot] = new.reshape(kv.shape[0], -1)[row]
        return k_cache, ckv_cache, turned, latent

    def npu_rotary_mul(self, x, cos, sin, rotary_mode="half"):
        torch = self.torch
        first, second = x.float().chunk(2, -1)
        return (x.float() * cos.float() + torch.cat((-second, first), -1) * sin.float()).to(x.dtype)

    def npu_rotary_embedding(self, positions, query, key, cos_sin_cache, head_size, rotary_dim, is_neox_style=True):
        torch = self.torch
        cos, sin = cos_sin_cache[positions].float().chunk(2, -1)
        out = []
        for x in (query, key):
            heads = x.float().reshape(x.shape[0], -1, head_size)
            turned, rest = heads[..., :rotary_dim], heads[..., rotary_dim:]
            if not is_neox_style:
                raise Unknown("interleaved rotary embedding")
            a, b = turned.chunk(2, -1)
            c, s = cos.unsqueeze(1), sin.unsqueeze(1)
            out.append(torch.cat((a * c - b * s, b * c + a * s, rest), -1).reshape(x.shape).to(x.dtype))
        return tuple(out)


def load(path, folder):
    """The module of one file; its neighbours are found beside it."""
    names = ("interface", "reference", "original")
    for name in names:
        old = sys.modules.pop(name, None)
        if hasattr(old, "LIBRARY"):
            old.LIBRARY._destroy()    # another contract may define an operator of that name
    sys.path.insert(0, str(folder))
    try:
        import importlib.util
        spec = importlib.util.spec_from_file_location(path.stem, path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module
    finally:
        sys.path.pop(0)


def as_list(result):
    return list(result) if isinstance(result, (tuple, list)) else [] if result is None else [result]


def distance(torch, a, b):
    """Largest difference, relative to the size of the expected values: dtypes round differently on the way."""
    if a.shape != b.shape or a.dtype != b.dtype:
        return f"{tuple(a.shape)} {a.dtype} against {tuple(b.shape)} {b.dtype}"
    if a.numel() == 0:
        return None
    x, y = a.double(), b.double()
    if torch.equal(torch.isfinite(x), torch.isfinite(y)):
        x, y = (torch.where(torch.isfinite(t), t, torch.zeros_like(t)) for t in (x, y))
    if not a.dtype.is_floating_point:
        worst = (x - y).abs().max().item()
        off = ((x - y).abs() > 0).double().mean().item()
        return None if worst == 0 or (a.dtype == torch.int8 and worst <= 1 and off < 0.05) else f"integers differ by {worst}"
    scale = y.square().mean().sqrt().item() or 1.0
    epsilon = {torch.float32: 1e-3, torch.float64: 1e-6, torch.float16: 1e-2}.get(a.dtype, 4e-2)
    worst = (x - y).abs()
    allowed = epsilon * (y.abs() + scale)
    return None if bool((worst <= allowed).all()) else f"differs by {worst.max().item():.3g}, values are about {scale:.3g}"


def check_reference(torch, folder, name):
    """What the test says, and what the comparison with today's calls says: None when equal, else why not."""
    test = load(folder / f"test_{name}.py", folder)
    given = getattr(test, f"{name}_inputs")()
    getattr(test, f"test_{name}")()
    original = folder / "original.py"
    if not original.exists():
        return "skipped", "a tensor of today's calls does not follow from the inputs"
    calls = load(original, folder).original
    reference = getattr(load(folder / "reference.py", folder), f"{name}_reference")

    definition = json.loads((folder / "definition.json").read_text())
    written = {tensor["name"] for tensor in definition["interface"]["inputs"] if tensor["mutated"]}

    def copies():
        return {k: v.clone() if k in written else v for k, v in given.items()}
    ours, theirs = copies(), copies()
    expected_inputs = calls.__code__.co_varnames[1:calls.__code__.co_argcount]
    try:
        expected = calls(Device(torch), *[theirs[k] for k in expected_inputs])
    except Unknown as error:
        return "skipped", f"no CPU implementation of {error}"
    results = as_list(reference(**ours))
    if len(results) != len(expected):
        return "failed", f"{len(results)} results, today {len(expected)}"
    for i, (a, b) in enumerate(zip(results, expected)):
        if why := distance(torch, a, b):
            return "failed", f"result {i}: {why}"
    for key, value in ours.items():
        if key in written and (why := distance(torch, value, theirs[key])):
            return "failed", f"argument {key} after the call: {why}"
    return "equal", ""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--vllm", type=Path)
    parser.add_argument("--ascend", type=Path)
    parser.add_argument("--patches-only", action="store_true", help="run no reference, also where torch is installed")
    parser.add_argument("--verbose", action="store_true", help="also what passes")
    options = parser.parse_args()
    trees = [tree for tree in (options.vllm, options.ascend) if tree]
    try:
        if options.patches_only:
            raise ImportError
        import torch
        torch.set_num_threads(1)
    except ImportError:
        torch = None
        print("only the patches are checked" if options.patches_only else "no torch: only the patches are checked")
    counts, seen = {}, {}
    for folder in options.folders:
        for entry in json.loads((folder / "index.json").read_text()):
            place = folder / entry["folder"]
            label = f"{folder.name}/{entry['id']}"
            if trees:
                why = check_patch(place, trees)
                counts["patches" if why is None else "patches failed"] = counts.get("patches" if why is None else "patches failed", 0) + 1
                if why:
                    print(f"{label}: patch: {why}")
            if torch is None:
                continue
            key = tuple((place / f).read_text() if (place / f).exists() else "" for f in ("reference.py", "original.py"))
            if key in seen:
                status, why = seen[key]
            elif not entry["complete"]:
                status, why = "incomplete", "an operator has no body in plain torch"
            else:
                try:
                    with torch.no_grad():
                        status, why = check_reference(torch, place, entry["name"])
                except Exception as error:  # what generated code does wrong is what this looks for
                    status, why = "failed", f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
                seen[key] = status, why
            counts[f"references {status}"] = counts.get(f"references {status}", 0) + 1
            if status != "equal" or options.verbose:
                print(f"{label}: {status}{': ' + why if why else ''}")
    print(", ".join(f"{n} {what}" for what, n in sorted(counts.items())))
    return 1 if any("failed" in what for what in counts) else 0


if __name__ == "__main__":
    sys.exit(main())
