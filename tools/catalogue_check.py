#!/usr/bin/env python3
"""Checks catalogue/*.py without the program, under CPython with a stub of torch.

    catalogue_check.py                         runs every row of tests/catalogue/recorded.json and compares output shapes and dtypes
    catalogue_check.py --traces DIR [--write]  the same for every operator of the recorded traces; --write makes the table anew
    catalogue_check.py --calls TREE            binds every call of a vllm-ascend source tree to the catalogue's signatures
    catalogue_check.py --schemas TREE          compares with the schemas in csrc/torch_binding.cpp of the tree

Exit 1 when something does not fit.
"""
import argparse
import ast
import glob
import gzip
import inspect
import json
import os
import re
import sys

import catalogue_stub

TABLE = os.path.join(catalogue_stub.ROOT, "tests", "catalogue", "recorded.json")
# The traces keep tensors in the order of the call and scalars apart: these are the tensors' parameters, by operator and count.
TENSORS = {
    "npu_fused_infer_attention_score": {4: "query key value atten_mask", 5: "query key value atten_mask block_table",
                                        6: "query key value query_rope key_rope block_table"},
    "npu_fused_infer_attention_score/BSH": {5: "query key value block_table actual_seq_lengths_kv"},
    "npu_fusion_attention": {3: "query key value", 4: "query key value atten_mask"},
    "npu_grouped_matmul": {3: "x weight group_list", 5: "x weight scale per_token_scale group_list", 6: "x weight scale bias per_token_scale group_list"},
    "npu_grouped_matmul_swiglu_quant": {5: "x weight group_list weight_scale x_scale"},
    "npu_moe_distribute_dispatch_v2": {2: "x expert_ids"},
    "npu_moe_distribute_combine_v2": {7: "expand_x expert_ids expert_scales ep_send_counts expand_scales assist_info_for_combine tp_send_counts"},
    "npu_quant_matmul": {4: "x1 x2 scale pertoken_scale"},
    "npu_quant_matmul/w8a8_static.py": {4: "x1 x2 scale bias"},
    "npu_ring_mla": {9: "q_nope q_rope k_nope k_rope value mask seqlen output softmax_lse"},
    "causal_conv1d_fn": {6: "mixed_qkv_non_spec_T conv_weights conv_state has_initial_state non_spec_state_indices_tensor non_spec_query_start_loc"},
    "npu_recurrent_gated_delta_rule": {8: "query key value g beta state actual_seq_lengths ssm_state_indices"},
    "npu_lightning_indexer": {6: "query key weights actual_seq_lengths_query actual_seq_lengths_key block_table"},
    "npu_sparse_flash_attention": {9: "query key value sparse_indices block_table actual_seq_lengths_query actual_seq_lengths_kv query_rope key_rope"},
    "moe_gating_top_k": {1: "x", 2: "x bias_opt"},
    "npu_mrope": {4: "positions query key cos_sin_cache"},
}
SCALARS = {   # positional scalars, by operator
    "npu_rms_norm": "epsilon", "npu_gemma_rms_norm": "epsilon", "npu_add_rms_norm": "epsilon", "npu_add_rms_norm_bias": "epsilon",
    "moe_gating_top_k": "k k_group group_count group_select_mode renorm norm_type out_flag routed_scaling_factor eps",
    "npu_mrope": "head_size", "npu_quantize": "axis div_mode", "npu_sparse_flash_attention": "scale_value sparse_block_size",
    "causal_conv1d_fn": "activation pad_slot_id",
}
LISTS = {"npu_grouped_matmul": {"x", "weight", "scale", "bias", "per_token_scale"}}
FIXED = {"npu_quantize": {"dtype": "dtype:qint8"}}
DEFAULTS = {"npu_mrope": {"mrope_section": [16, 24, 24]}}
# Triton kernels: pointer arguments that the trace shows, and the scalars that its launch had.
KERNELS = {
    "_triton_rope": ("q_ptr k_ptr cos_sin_ptr pos_ptr", {"cos_ptr": None, "sin_ptr": None, "rope_dim": 64, "IS_NEOX_STYLE": True}),
    "_triton_rope_siso": ("qk_ptr cos_ptr sin_ptr", {"cos_sin_ptr": None, "pos_ptr": None, "rope_dim": 64, "IS_NEOX_STYLE": True}),
    "_layer_norm_fwd_1pass_kernel_npu": ("X Y W Z Rstd", {"B": None, "Mean": None, "M": 512, "N": 128, "eps": 1e-6, "NORM_BEFORE_GATE": True, "IS_RMS_NORM": True}),
    "_swiglu_quant_kernel": ("x_ptr group_list_ptr out_ptr scale_ptr", {"SCALE": True}),
    "fused_gdn_gating_kernel": ("g beta_output A_log a b dt_bias", {"beta": 1.0, "threshold": 20.0}),
    "fused_qkvzba_split_reshape_cat_kernel": ("mixed_qkv z b a mixed_qkvz mixed_ba", {"NUM_HEADS_QK": 16, "NUM_HEADS_V": 32, "HEAD_QK": 128, "HEAD_V": 128}),
    "l2norm_fwd_kernel2": ("X Y", {"eps": 1e-6}),
}


def literal(text):
    for parse in (json.loads, ast.literal_eval):
        try:
            return parse(text)
        except (ValueError, SyntaxError):
            pass
    return text


def arguments_of(op):
    """One recorded operator as a call: {"name": value}, tensors as [shape, dtype]."""
    full = re.sub(r"^torch\.ops\.npu\.", "torch_npu.", op["op"])
    name = full.split(".")[-1]
    tensors = op["in"]
    if full.startswith("triton."):
        if name not in KERNELS or len(KERNELS[name][0].split()) != len(tensors):
            return None
        return full, {**dict(zip(KERNELS[name][0].split(), tensors)), **KERNELS[name][1]}
    scalars = op.get("scalars") or []
    keywords, positional = {}, []
    for scalar in scalars:
        match = re.match(r"(\w+)=(.*)$", scalar) if isinstance(scalar, str) else None
        if match:
            value = match.group(2)
            keywords[match.group(1)] = "dtype:" + value if match.group(1).endswith("dtype") else literal(value)
        else:
            positional.append(scalar)
    key = name
    for variant in (f"{name}/{keywords.get('input_layout')}", f"{name}/{os.path.basename(op.get('src_file') or '')}"):
        if variant in TENSORS:
            key = variant
    names = TENSORS.get(key, {}).get(len(tensors))
    if names is None:
        function = CHECKER.functions.get(full)
        if function is None:
            return full, None
        parameters = [p for p in inspect.signature(function).parameters if p not in FIXED.get(name, {})]
        names = " ".join(parameters[:len(tensors)])
    result = dict(zip(names.split(), tensors))
    result.update(zip(SCALARS.get(name, "").split(), positional))
    result.update(keywords)
    result.update(FIXED.get(name, {}))
    result.update(DEFAULTS.get(name, {}))
    if name == "npu_moe_init_routing_custom" and op["out"][2][0] != [result["expert_num"]]:
        result["active_expert_range"] = [0, op["out"][2][0][0]]   # the traces leave lists out
    return full, result


def value_of(name, parameter, value):
    if isinstance(value, list) and len(value) == 2 and isinstance(value[0], list) and isinstance(value[1], str):
        tensor = catalogue_stub.Tensor(value[0], CHECKER.dtypes[value[1]])
        return [tensor] if parameter in LISTS.get(name, ()) else tensor
    if isinstance(value, str) and value.startswith("dtype:"):
        return CHECKER.dtypes[value[6:]]
    return value


def flatten(value):
    if isinstance(value, catalogue_stub.Tensor):
        return [[list(value.shape), catalogue_stub.SHORT[value.dtype.name]]]
    if isinstance(value, (list, tuple)):
        return [row for item in value for row in flatten(item)]
    return []


def run(full, arguments, wanted):
    """None when the catalogue agrees, else what is wrong."""
    name = full.split(".")[-1]
    kernel = full.startswith("triton.")
    function = (CHECKER.kernels if kernel else CHECKER.functions).get(name if kernel else full)
    if function is None:
        return "no entry"
    values = {k: value_of(name, k, v) for k, v in arguments.items()}
    CHECKER.operators = []
    try:
        got = flatten(function(**values))
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    if not CHECKER.operators and name not in ("npu_prefetch",):
        return "makes no operator"
    if wanted and got[:len(wanted)] != wanted:
        return f"recorded {wanted}, catalogue {got}"
    return None


def check_rows(rows):
    wrong = 0
    for row in rows:
        why = run(row["op"], row["arguments"], row["out"])
        if why:
            wrong += 1
            print(f"{row['op']} {json.dumps(row['arguments'])[:200]}: {why}")
    print(f"{len(rows)} recorded calls of {len({r['op'] for r in rows})} operators, {wrong} differ")
    return wrong


def rows_of_traces(folder):
    rows, seen, missing = [], set(), {}
    for path in sorted(glob.glob(os.path.join(folder, "ascend*", "*.json.gz"))):
        for op in json.load(gzip.open(path, "rt"))["ops"]:
            if not (op["kind"] in ("npu", "triton") or op["op"].startswith("_C_ascend.")):
                continue
            made = arguments_of(op)
            if made is None or made[1] is None:
                missing[op["op"]] = missing.get(op["op"], 0) + 1
                continue
            row = {"op": made[0], "arguments": made[1], "out": op["out"]}
            key = json.dumps(row, sort_keys=True)
            if key not in seen:
                seen.add(key)
                rows.append(row)
    for name, count in missing.items():
        print(f"no way to call {name} ({count} times)")
    return rows, len(missing)


def check_calls(tree):
    """Every call whose callee is written torch_npu.x, torch.ops.npu.x or torch.ops._C_ascend.x must bind."""
    wrong, names, count = 0, {}, 0
    for path in sorted(glob.glob(os.path.join(tree, "vllm_ascend", "**", "*.py"), recursive=True)):
        with open(path, encoding="utf-8-sig") as file:
            module = ast.parse(file.read())
        for node in ast.walk(module):
            if not isinstance(node, ast.Call):
                continue
            match = re.match(r"(torch_npu|torch\.ops\.(npu|atb|_C_ascend))\.([A-Za-z_0-9.]+)$", ast.unparse(node.func))
            if not match:
                continue
            space, name = match.group(1), re.sub(r"\.(default|out)$", "", match.group(3))
            where = f"{os.path.relpath(path, tree)}:{node.lineno}"
            count += 1
            target = MODULES["_C_ascend"] if space.endswith("_C_ascend") else MODULES["torch_npu"]
            for part in name.split("."):
                target = getattr(target, part, None) if target is not None else None
            if target is None:
                names.setdefault(f"{space}.{name}", []).append(where)
                continue
            if not inspect.isfunction(target) or any(isinstance(a, ast.Starred) for a in node.args) or any(k.arg is None for k in node.keywords):
                continue
            try:
                inspect.signature(target).bind(*[0] * len(node.args), **{k.arg: 0 for k in node.keywords})
            except TypeError as error:
                wrong += 1
                print(f"{where}: {space}.{name}: {error}")
    for name, places in sorted(names.items()):
        print(f"no entry: {name} ({len(places)} calls, first {places[0]})")
    print(f"{count} calls, {wrong} do not bind, {len(names)} names without an entry")
    return wrong + len(names)


def check_schemas(tree):
    """Names, order and optionality of the arguments of each ops.def(...)."""
    with open(os.path.join(tree, "csrc", "torch_binding.cpp")) as file:
        text = file.read()
    wrong = 0
    for body in re.findall(r"ops\.def\(((?:[^()\"]|\"(?:[^\"\\]|\\.)*\"|\([^()]*\))*)\)", text):
        schema = "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', body)).replace('\\"', '"').replace("\\", "")
        match = re.match(r"\s*(\w+)\s*\((.*?)\)\s*->", schema, re.S)
        if not match:
            continue
        name, arguments = match.group(1), match.group(2)
        function = CHECKER.functions.get("_C_ascend." + name)
        if function is None:
            print(f"no entry: _C_ascend.{name}")
            wrong += 1
            continue
        depth, parts, part = 0, [], ""
        for c in arguments:
            depth += (c in "([") - (c in ")]")
            if c == "," and depth == 0:
                parts.append(part)
                part = ""
            else:
                part += c
        wanted = [p.strip() for p in parts + [part] if p.strip() and p.strip() != "*"]
        wanted = [re.sub(r"=.*", "", p).split()[-1] for p in wanted]
        mine = [p for p in inspect.signature(function).parameters]
        if mine != wanted:
            wrong += 1
            print(f"_C_ascend.{name}: schema {wanted}, catalogue {mine}")
    return wrong


def main():
    global CHECKER, MODULES
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--traces")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--calls", metavar="TREE")
    parser.add_argument("--schemas", metavar="TREE")
    arguments = parser.parse_args()
    CHECKER, MODULES = catalogue_stub.load()
    if arguments.calls:
        return 1 if check_calls(arguments.calls) else 0
    if arguments.schemas:
        return 1 if check_schemas(arguments.schemas) else 0
    if arguments.traces:
        rows, missing = rows_of_traces(arguments.traces)
        if arguments.write:
            with open(TABLE, "w") as file:
                file.write("[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]\n")
        return 1 if check_rows(rows) or missing else 0
    with open(TABLE) as file:
        return 1 if check_rows(json.load(file)) else 0


if __name__ == "__main__":
    sys.exit(main())
