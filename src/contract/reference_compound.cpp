// Bodies of operators that torch has no function for: helpers of the generated module, and tensors out of nothing but numbers.
#include "contract/reference.h"

#include <fmt/format.h>

#include <algorithm>

namespace fusescout::contract {

using graph::Attribute;
using graph::Dim;
using graph::Operator;
using graph::OperatorId;

// Tensors out of nothing but numbers.
std::string ReferenceWriter::creation(const Operator& op) {
  std::string_view k = op.kind.view();
  const graph::Shape& shape = graph_.tensors[op.outputs[0]].shape;
  std::string dtype = torch_dtype(graph_.tensors[op.outputs[0]].dtype), options = fmt::format("dtype={}{}", dtype, device());
  if (k == "fill") return fmt::format("torch.full({}, {}, {})", sizes_.list(shape), scalar(op, "value", "0"), options);
  if (k == "eye" && shape.size() == 2) return fmt::format("torch.eye({}, {}, {})", sizes_.dim(shape[0]), sizes_.dim(shape[1]), options);
  if (shape.size() != 1) return "";
  std::string count = sizes_.dim(shape[0]);
  if (k == "linspace") {
    const Attribute* logarithmic = attribute(op, "logarithmic");
    bool log = logarithmic && *logarithmic == Attribute(true);
    return fmt::format("torch.{}({}, {}, {}, {})", log ? "logspace" : "linspace", scalar(op, "start", "0.0"), scalar(op, "end", "1.0"), count, options);
  }
  // By its length: what `arange` would make of start, end and step in floating point need not have it.
  std::string text = fmt::format("torch.arange({}, {})", count, options), start = scalar(op, "start", "0"), step = scalar(op, "step", "1");
  if (step != "1") text = fmt::format("{} * {}", step, text);
  return start == "0" ? text : fmt::format("{} + {}", start, text);
}

namespace {

// Of a grouped product: its list has the number of rows of each group, not where they end.
bool has_counts(const Operator& product) {
  return std::any_of(product.attributes.begin(), product.attributes.end(), [](const auto& a) {
    return a.first.view() == "group_list_type" && std::holds_alternative<Dim>(a.second) && std::get<Dim>(a.second).value == 1;
  });
}

}  // namespace

std::string ReferenceWriter::compound(const Operator& op, bool& tuple) {
  std::string_view k = op.kind.view();
  std::string a = input(op, 0);
  auto named = [&](std::string_view parameter, const std::string& text) {
    return text.empty() ? "" : fmt::format("{}={}", parameter, text);
  };
  auto keyword = [&](std::string_view name) { return named(name, scalar(op, name)); };
  auto out_dtype = [&] { return "dtype=" + torch_dtype(graph_.tensors[op.outputs[0]].dtype); };
  if (k == "rms_norm" || k == "gemma_rms_norm") {
    std::string text = call("_rms_norm", {a, input(op, 1), keyword("eps"), k == "gemma_rms_norm" ? "plus_one=True" : ""});
    tuple = op.outputs.size() > 1;
    return tuple ? text : text + "[0]";
  }
  if (k == "layer_norm") return call("_layer_norm", {a, named("weight", input(op, 1)), named("bias", input(op, 2)), keyword("eps")});
  if (k == "l2_norm") return call("_l2_norm", {a, keyword("eps")});
  if (k == "rotate_half") return call("_rotate", {a, scalar(op, "interleaved", "False")});
  if (k == "silu_mul") return call("_silu_mul", {a});
  if (k == "gelu_mul") return call("_gelu_mul", {a, keyword("approximate")});
  if (k == "rope") {
    bool table = op.inputs.size() > 2 && !graph::is_floating(graph_.tensors[op.inputs[2]].dtype);
    std::string cos = input(op, 1);
    const Attribute* sections = attribute(op, "sections");
    bool sectioned = sections && std::holds_alternative<std::vector<Dim>>(*sections) && !std::get<std::vector<Dim>>(*sections).empty();
    if (sectioned && !table) return {};
    if (sectioned) cos = call("_section_angles", {cos, input(op, 2), scalar(op, "sections")});
    else if (table) cos += "[" + input(op, 2) + ".long()]";
    return call("_rope", {a, cos, table || op.inputs.size() < 3 ? "None" : input(op, 2), keyword("rotary_dim"), keyword("neox"),
                          keyword("head_size"), keyword("halves_out")});
  }
  if (k == "dynamic_quantize") {
    if (attribute(op, "block") || attribute(op, "bits")) return {};
    tuple = true;
    return call("_dynamic_quantize", {a, named("smooth", input(op, 1)), out_dtype()});
  }
  if (k == "quantize") {
    if (attribute(op, "bits")) return {};
    return call("_quantize", {a, named("scale", input(op, 1)), named("zero_point", input(op, 2)), out_dtype(), keyword("divide")});
  }
  if (k == "dequantize") {
    std::string scale = input(op, 1), bias = input(op, 3);
    if (OperatorId maker = graph_.producer(op.inputs[0]); maker.valid() && graph_.operators[maker].kind.view() == "grouped_matmul") {
      // Weights of several groups have scales of their own.
      const Operator& product = graph_.operators[maker];
      bool inside = std::find(operators_.begin(), operators_.end(), maker) != operators_.end();
      for (auto [text, i] : {std::pair(&scale, size_t{1}), std::pair(&bias, size_t{3})}) {
        if (text->empty() || graph_.tensors[op.inputs[i]].shape.size() < 2) continue;
        if (!inside || product.inputs.size() != 3) return {};
        *text = call("_of_groups", {*text, value(product.inputs[2]), a, has_counts(product) ? "counts=True" : ""});
      }
    }
    return call("_dequantize", {a, scale, named("token_scale", input(op, 2)), named("bias", bias), out_dtype()});
  }
  if (k == "matmul" && attribute(op, "equation")) {
    std::string operands;
    for (size_t i = 0; i < op.inputs.size(); ++i) operands += ", " + input(op, i);
    return fmt::format("torch.einsum({}{})", scalar(op, "equation"), operands);
  }
  if (k == "matmul")
    return call("_matmul", {a, input(op, 1), named("bias", input(op, 2)), keyword("transpose_a"), keyword("transpose_b")});
  if (k == "quantized_matmul") {
    return call("_quantized_matmul", {a, input(op, 1), named("weight_scale", input(op, 2)), named("token_scale", input(op, 3)),
                                      named("bias", input(op, 4)), keyword("transpose_b"), out_dtype()});
  }
  if (k == "grouped_matmul" && op.inputs.size() == 3) {
    attribute(op, "group_list_type");
    return call("_grouped_matmul", {a, input(op, 1), input(op, 2), torch_dtype(graph_.tensors[op.outputs[0]].dtype),
                                    has_counts(op) ? "counts=True" : "", keyword("transpose_b")});
  }
  if (k == "moe_gating") {
    if (op.outputs.size() > 3) return {};
    bool bias = op.inputs.size() > 1 && graph::is_floating(graph_.tensors[op.inputs[1]].dtype);
    if (op.inputs.size() > (bias ? 2U : 1U)) return {};
    tuple = true;
    return call("_moe_gating", {a, bias ? "bias=" + input(op, 1) : "", keyword("k"), keyword("norm_type"), keyword("renormalize"),
                                keyword("routed_scaling_factor"), keyword("groups"), keyword("topk_groups"), keyword("eps")});
  }
  if (k == "expert_dispatch") {
    // Behind a range of experts only some rows count; the kernels over several ranks give other outputs.
    const Attribute* experts = attribute(op, "experts");
    bool counts = op.outputs.size() > 2 && experts && std::holds_alternative<Dim>(*experts) &&
                  graph_.tensors[op.outputs[2]].shape[0].value != std::get<Dim>(*experts).value;
    if (op.outputs.size() > 4 || op.inputs.size() > 3 || counts) return {};
    tuple = true;
    return call("_expert_dispatch",
                {a, input(op, 1), sizes_.dim(graph_.tensors[op.outputs[0]].shape[0]), scalar(op, "experts", "1"), input(op, 2)}) +
           (op.outputs.size() < 4 ? fmt::format("[:{}]", op.outputs.size()) : "");
  }
  if (k == "expert_combine" && op.inputs.size() <= 3) {
    return call("_expert_combine", {a, input(op, 1), sizes_.dim(graph_.tensors[op.outputs[0]].shape[0]), input(op, 2)});
  }
  if (k == "all_reduce") return call("_all_reduce", {a});
  return {};
}

}  // namespace fusescout::contract
