#include "contract/reference.h"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>

#include "fusion/group.h"
#include "graph/operator_kind.h"

namespace fusescout::contract {

using graph::Attribute;
using graph::Dim;
using graph::DType;
using graph::Operator;
using graph::OperatorId;
using graph::Tensor;
using graph::TensorId;

namespace {

bool same_values(const graph::Shape& a, const graph::Shape& b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](const Dim& x, const Dim& y) { return x.value == y.value; });
}

bool same_layout(const Tensor& a, const Tensor& b) {
  if (!same_values(a.shape, b.shape) || a.storage_offset.value != b.storage_offset.value) return false;
  for (size_t i = 0; i < a.shape.size(); ++i) {
    if (a.shape[i].value > 1 && a.strides[i].value != b.strides[i].value) return false;
  }
  return true;
}

// One past the last element, in the storage.
int64_t end_of(const Tensor& t) {
  int64_t last = t.storage_offset.value;
  for (size_t i = 0; i < t.shape.size(); ++i) last += (t.shape[i].value - 1) * t.strides[i].value;
  return last + 1;
}

int64_t count(const Tensor& t) {
  int64_t n = 1;
  for (const Dim& d : t.shape) n *= d.value;
  return n;
}

}  // namespace

ReferenceWriter::ReferenceWriter(const graph::Graph& graph, const fusion::Interface& interface, const std::vector<OperatorId>& operators)
    : graph_(graph), interface_(interface), operators_(operators), sizes_(graph) {
  for (const fusion::InterfaceTensor& tensor : interface.inputs) {
    std::string name = python_name(tensor.name);
    taken_.insert(name);
    names_[tensor.tensor.index] = name;
    inputs_.push_back(tensor.tensor);
    sizes_.add_argument(name, graph.tensors[tensor.tensor]);
  }
  for (const fusion::InterfaceScalar& s : interface.scalars) taken_.insert(python_name(s.name));
  for (const auto& [symbol, number] : graph.expressions.symbols()) taken_.insert(symbol);
}

void ReferenceWriter::note(const std::string& text) {
  if (std::find(out_.notes.begin(), out_.notes.end(), text) == out_.notes.end()) out_.notes.push_back(text);
}

std::string ReferenceWriter::fresh_name(const Operator& op, TensorId output) {
  std::string base;
  for (const fusion::InterfaceTensor& tensor : interface_.outputs) {
    if (tensor.tensor == output) base = python_name(tensor.name);
  }
  if (base.empty()) base = python_name(op.kind.view()) + "_out";
  std::string name = base;
  for (int i = 2; !taken_.insert(name).second; ++i) name = fmt::format("{}_{}", base, i);
  return name;
}

std::string ReferenceWriter::view_step(const std::string& of, const Tensor& from, const Tensor& to) {
  if (same_layout(from, to)) return of;
  bool same_storage_start = from.storage_offset.value == to.storage_offset.value;
  if (same_storage_start && count(from) == count(to) && graph_.contiguous(from) && graph_.contiguous(to))
    return fmt::format("{}.view({})", of, sizes_.list(to.shape));
  if (from.shape.size() == to.shape.size() && same_values(from.strides, to.strides)) {  // a slice along some axes
    std::string indices;
    int64_t offset = to.storage_offset.value - from.storage_offset.value;
    bool slice = offset >= 0;
    for (size_t i = 0; i < from.shape.size() && slice; ++i) {
      int64_t stride = from.strides[i].value, start = stride > 0 && from.shape[i].value != to.shape[i].value ? offset / stride : 0;
      offset -= start * stride;
      bool whole = start == 0 && from.shape[i].value == to.shape[i].value;
      if (start + to.shape[i].value > from.shape[i].value) slice = false;
      indices += (i ? ", " : "") + (whole                                  ? std::string(":")
                                    : to.shape[i].symbolic() && start == 0 ? ":" + sizes_.dim(to.shape[i])
                                                                           : fmt::format("{}:{}", start, start + to.shape[i].value));
    }
    if (slice && offset == 0) return fmt::format("{}[{}]", of, indices);
  }
  if (same_storage_start && from.shape.size() == to.shape.size()) {  // another order of axes
    std::vector<size_t> order;
    std::string text;
    for (size_t i = 0; i < to.shape.size(); ++i) {
      for (size_t j = 0; j < from.shape.size(); ++j) {
        if (from.shape[j].value != to.shape[i].value || from.strides[j].value != to.strides[i].value ||
            std::find(order.begin(), order.end(), j) != order.end())
          continue;
        order.push_back(j);
        text += (order.size() > 1 ? ", " : "") + std::to_string(j);
        break;
      }
    }
    if (order.size() == to.shape.size()) return fmt::format("{}.permute({})", of, text);
    bool expands = true;
    for (size_t i = 0; i < to.shape.size(); ++i) {
      expands = expands && (from.shape[i].value == to.shape[i].value ? true : from.shape[i].value == 1 && to.strides[i].value == 0);
    }
    if (expands) return fmt::format("{}.expand({})", of, sizes_.list(to.shape));
  }
  if (same_storage_start && count(from) == count(to)) {
    // One axis split in several: the pieces of a strided row, say. `view` does that where strides allow.
    if (!to.strides.empty() && !from.strides.empty() && to.strides.back().value == from.strides.back().value)
      return fmt::format("{}.view({})", of, sizes_.list(to.shape));
    if (to.shape.size() != from.shape.size()) return fmt::format("{}.reshape({})", of, sizes_.list(to.shape));
  }
  // By strides: sizes are the scenario's where they depend on symbols that no argument shows.
  std::string strides = sizes_.list(to.strides);
  int64_t offset = to.storage_offset.value - from.storage_offset.value;
  return fmt::format("torch.as_strided({0}, {1}, {2}, {0}.storage_offset() + {3})", of, sizes_.list(to.shape), strides, offset);
}

std::string ReferenceWriter::value(TensorId tensor) {
  if (auto it = names_.find(tensor.index); it != names_.end()) return it->second;
  const Tensor& t = graph_.tensors[tensor];
  auto given_as = [&](TensorId given) { return graph_.root(given) == graph_.root(tensor); };
  for (TensorId given : inputs_) {
    if (given_as(given) && same_layout(graph_.tensors[given], t)) return names_.at(given.index);
  }
  if (t.producer.valid() && graph_.entries[t.producer].kind == graph::EntryKind::Refresh) {
    TensorId written = graph_.entries[t.producer].inputs[1];
    std::vector<TensorId> before = graph_.before_partial_writes(tensor);
    std::string of = value(written);
    if (!of.empty() && !before.empty()) {
      if (std::string whole = value(before[0]); !whole.empty()) {      // the part goes into what lies beside it
        out_.lines.push_back(fmt::format("{}.copy_({})", view_step(whole, graph_.tensors[before[0]], graph_.tensors[written]), of));
        return names_[tensor.index] = whole;
      }
    }
    if (!of.empty()) return view_step(of, graph_.tensors[written], t);
  }
  if (t.view_of.valid()) {
    if (std::string of = value(t.view_of); !of.empty()) return view_step(of, graph_.tensors[t.view_of], t);
  }
  for (TensorId given : inputs_) {  // another look at the storage of an argument, where it lies inside
    const Tensor& g = graph_.tensors[given];
    if (given_as(given) && t.storage_offset.value >= g.storage_offset.value && end_of(t) <= end_of(g))
      return view_step(names_.at(given.index), g, t);
  }
  return {};
}

std::string ReferenceWriter::input(const Operator& op, size_t i) {
  if (i >= op.inputs.size()) return "";
  read_inputs_.insert(i);
  return value(op.inputs[i]);
}

const Attribute* ReferenceWriter::attribute(const Operator& op, std::string_view name) {
  read_attributes_.insert(name);
  return graph::find_attribute(op, name);
}

std::string ReferenceWriter::unread(const Operator& op) const {
  // What the output's own dtype says, and among whom a collective runs.
  static const std::set<std::string_view> elsewhere = {"dtype", "group", "world_size"};
  for (const auto& [name, value] : op.attributes) {
    if (!read_attributes_.contains(name.view()) && !elsewhere.contains(name.view())) return fmt::format("`{}` with `{}`", op.kind.view(), name.view());
  }
  if (read_inputs_.size() < op.inputs.size()) return fmt::format("`{}` of {} inputs", op.kind.view(), op.inputs.size());
  return "";
}

std::string ReferenceWriter::scalar(const Operator& op, std::string_view name, const std::string& otherwise) {
  const Attribute* found = attribute(op, name);
  if (!found) return otherwise;
  std::string text = literal(graph_, *found);
  std::string wanted = fusion::scalar_name(op.kind.view(), name);
  for (const fusion::InterfaceScalar& s : interface_.scalars) {
    bool named = s.name == wanted ||
                 (s.name.starts_with(wanted + "_") && s.name.find_first_not_of("0123456789", wanted.size() + 1) == std::string::npos);
    if (!named) continue;
    std::string given = s.type == "float" ? float_literal(std::strtod(s.value.c_str(), nullptr)) : s.value;
    if (given == text || s.value == text) return python_name(s.name);
  }
  if (const auto* d = std::get_if<Dim>(found); d && d->symbolic()) return sizes_.dim(*d);
  return text;
}

std::string ReferenceWriter::second(const Operator& op) { return op.inputs.size() > 1 ? input(op, 1) : scalar(op, "other", "0"); }

std::string ReferenceWriter::arguments(const Operator& op, std::initializer_list<std::string_view> names) {
  std::string out;
  for (std::string_view name : names) {
    if (std::string text = scalar(op, name); !text.empty()) out += fmt::format(", {}={}", name, text);
  }
  return out;
}

std::string ReferenceWriter::call(const std::string& helper, const Parameters& parameters) {
  out_.helpers.insert(helper);
  std::string out = helper + "(";
  bool first = true;
  for (const std::string& p : parameters) {
    if (p.empty()) continue;
    out += (first ? "" : ", ") + p;
    first = false;
  }
  return out + ")";
}

std::string ReferenceWriter::device() const {
  return interface_.inputs.empty() ? "" : fmt::format(", device={}.device", python_name(interface_.inputs[0].name));
}

std::string ReferenceWriter::expression(const Operator& op, bool& tuple) {
  std::string_view k = op.kind.view();
  std::string a = input(op, 0);
  auto is = [&](std::initializer_list<std::string_view> kinds) { return std::find(kinds.begin(), kinds.end(), k) != kinds.end(); };
  auto shape = [&] { return sizes_.list(graph_.tensors[op.outputs[0]].shape); };
  auto dtype = [&] { return torch_dtype(graph_.tensors[op.outputs[0]].dtype); };
  auto infix = [&](std::string_view symbol) { return fmt::format("{} {} {}", a, symbol, second(op)); };
  if (is({"abs",        "ceil", "cos",   "erf",   "exp",     "floor", "isfinite", "log",  "logical_not", "neg",
          "reciprocal", "relu", "rsqrt", "sigmoid", "sign",  "sin",      "sqrt", "tanh",        "bitwise_not"})) {
    return fmt::format("torch.{}({})", k, a);
  }
  if (k == "round") return fmt::format("torch.round({}{})", a, arguments(op, {"decimals"}));
  if (is({"maximum", "minimum", "logical_and", "logical_or", "bitwise_and", "bitwise_or"})) {
    std::string b =
        op.inputs.size() > 1 ? second(op) : fmt::format("torch.as_tensor({}, dtype={}.dtype, device={}.device)", second(op), a, a);
    return fmt::format("torch.{}({}, {})", k, a, b);
  }
  if (is({"add", "sub", "rsub"}) && !scalar(op, "alpha").empty())
    return fmt::format("torch.{}({}, {}, alpha={})", k, a, second(op), scalar(op, "alpha"));
  if (k == "add") return infix("+");
  if (k == "sub") return infix("-");
  if (k == "mul" && attribute(op, "outer")) return fmt::format("torch.outer({}, {})", a, second(op));
  if (k == "mul") return infix("*");
  if (k == "div") return infix("/");
  if (k == "floor_div" && attribute(op, "mode")) return fmt::format("torch.div({}, {}, rounding_mode={})", a, second(op), scalar(op, "mode"));
  if (k == "floor_div") return infix("//");
  if (k == "pow") return infix("**");
  if (k == "rsub") return fmt::format("{} - {}", second(op), a);
  if (k == "eq") return infix("==");
  if (k == "ne") return infix("!=");
  if (k == "lt") return infix("<");
  if (k == "le") return infix("<=");
  if (k == "gt") return infix(">");
  if (k == "ge") return infix(">=");
  if (k == "cast") return fmt::format("{}.to({})", a, dtype());
  if (k == "silu") return fmt::format("F.silu({})", a);
  if (k == "gelu") return fmt::format("F.gelu({}{})", a, arguments(op, {"approximate"}));
  if (k == "softplus") return fmt::format("F.softplus({}{})", a, arguments(op, {"beta", "threshold"}));
  if (k == "clamp") return fmt::format("torch.clamp({}{})", a, arguments(op, {"min", "max"}));
  if (k == "masked_fill") return fmt::format("{}.masked_fill({}, {})", a, input(op, 1), op.inputs.size() > 2 ? input(op, 2) : scalar(op, "value", "0"));
  if (k == "where") {
    std::string chosen = scalar(op, "value");      // a number in place of the first, else a tensor
    size_t next = chosen.empty() ? 2 : 1;
    return fmt::format("torch.where({}, {}, {})", a, chosen.empty() ? input(op, 1) : chosen, op.inputs.size() > next ? input(op, next) : scalar(op, "other", "0"));
  }
  if (k == "tril" || k == "triu") return fmt::format("torch.{}({}, diagonal={})", k, a, scalar(op, "diagonal", "0"));
  if (is({"sum", "mean", "argmax", "prod"}) || k == "max" || k == "min" || k == "var") {
    std::string_view name = k == "max" ? "amax" : k == "min" ? "amin" : k;
    const Attribute* axes = attribute(op, "dim");
    const auto* several = axes ? std::get_if<std::vector<Dim>>(axes) : nullptr;
    bool one_axis = k == "argmax" || k == "prod";      // torch takes one, or none for all
    bool all = !axes || (one_axis && several && several->size() == graph_.tensors[op.inputs[0]].shape.size());
    std::string rest = arguments(op, {"correction"});
    bool kept = all && scalar(op, "keepdim", "False") == "True";
    return all ? fmt::format("torch.{}({}{}){}", k, a, rest, kept ? ".reshape(" + shape() + ")" : "")
               : fmt::format("torch.{}({}, dim={}{}, keepdim={})", name, a, scalar(op, "dim"), rest, scalar(op, "keepdim", "False"));
  }
  if (k == "cumsum") return fmt::format("torch.cumsum({}, dim={})", a, scalar(op, "dim", "-1"));
  if (k == "softmax") return fmt::format("torch.softmax({}, dim={})", a, scalar(op, "dim", "-1"));
  if (k == "copy")
    return fmt::format(
        "{}.clone(memory_format=torch.contiguous_format){}", a,
        same_values(graph_.tensors[op.inputs[0]].shape, graph_.tensors[op.outputs[0]].shape) ? "" : fmt::format(".view({})", shape()));
  if (k == "broadcast_to") return fmt::format("{}.expand({}).contiguous()", a, shape());
  if (k == "transpose") {
    if (attribute(op, "dims")) return fmt::format("{}.permute({}).contiguous()", a, scalar(op, "dims"));
    return {};
  }
  if (k == "cat" || k == "stack") {
    std::string parts;
    const graph::Shape& result = graph_.tensors[op.outputs[0]].shape;
    for (size_t i = 0; i < op.inputs.size(); ++i) {
      parts += (i ? ", " : "") + input(op, i);
      if (k == "cat" && graph_.tensors[op.inputs[i]].shape.size() > result.size()) {  // heads side by side become columns
        parts += ".reshape(" + sizes_.list({result.begin(), result.end() - 1}) + " + (-1,))";
      }
    }
    return fmt::format("torch.{}([{}], dim={})", k, parts, scalar(op, "dim", "0"));
  }
  if (k == "repeat" && attribute(op, "interleave")) {
    bool flat = graph_.tensors[op.outputs[0]].shape.size() != graph_.tensors[op.inputs[0]].shape.size();
    std::string dim = scalar(op, "dim", "-1");
    return fmt::format("{}.repeat_interleave({}{})", a, scalar(op, "interleave"), flat ? "" : ", dim=" + dim);
  }
  if (k == "repeat") return fmt::format("{}.repeat({})", a, scalar(op, "repeats"));
  if (k == "roll" && attribute(op, "flip")) return fmt::format("torch.flip({}, {})", a, scalar(op, "dims"));
  if (k == "roll") return fmt::format("torch.roll({}, {}, {})", a, scalar(op, "shifts"), scalar(op, "dims"));
  if (k == "pad")
    return fmt::format("F.pad({}, {}, mode={}, value={})", a, scalar(op, "pad"), scalar(op, "mode", "\"constant\""),
                       scalar(op, "value", "0.0"));
  if (k == "one_hot") return fmt::format("F.one_hot({}, {})", a, scalar(op, "classes"));
  if (is({"fill", "arange", "linspace", "eye"})) return creation(op);
  if (k == "gather") return fmt::format("torch.gather({}, {}, {}.long())", a, scalar(op, "dim", "-1"), input(op, 1));
  if (k == "index_select")
    return fmt::format("{0}.index_select({1}, {2}.reshape(-1)).reshape({3})", a, scalar(op, "dim", "0"), input(op, 1), shape());
  if (k == "embedding") return fmt::format("F.embedding({}, {})", input(op, 1), a);
  if (k == "topk" || k == "sort") {
    tuple = true;
    return k == "topk"
               ? fmt::format("torch.topk({}, {}, dim={}{})", a, scalar(op, "k"), scalar(op, "dim", "-1"), arguments(op, {"largest"}))
               : fmt::format("torch.sort({}, dim={}, descending={})", a, scalar(op, "dim", "-1"), scalar(op, "descending", "False"));
  }
  return compound(op, tuple);
}

bool ReferenceWriter::elementwise_shape_differs(const Operator& op) const {
  const graph::OperatorKind* kind = graph::find_operator_kind(op.kind.view());
  if (!kind || kind->operator_class != graph::OperatorClass::Elementwise || op.inputs.empty()) return false;
  std::vector<int64_t> natural;
  for (TensorId id : op.inputs) {
    const graph::Shape& shape = graph_.tensors[id].shape;
    if (shape.size() > natural.size()) natural.insert(natural.begin(), shape.size() - natural.size(), 1);
    for (size_t i = 0; i < shape.size(); ++i) {
      int64_t& size = natural[natural.size() - shape.size() + i];
      size = size == 1 ? shape[i].value : size;
    }
  }
  const graph::Shape& made = graph_.tensors[op.outputs[0]].shape;
  return natural.size() != made.size() ||
         !std::equal(natural.begin(), natural.end(), made.begin(), [](int64_t a, const Dim& b) { return a == b.value; });
}

void ReferenceWriter::write_operator(const Operator& op) {
  std::string_view kind = op.kind.view();
  for (TensorId tensor : op.inputs) {
    if (!value(tensor).empty()) continue;
    out_.complete = false;
    note(fmt::format("the reference lacks an operand of `{}`: it is no argument of the interface", kind));
    return;
  }
  read_inputs_.clear();
  read_attributes_.clear();
  if (kind == "kv_cache_write" && op.inputs.size() == 5) {
    out_.lines.push_back(call("_kv_cache_write", {input(op, 0), input(op, 1), input(op, 2), input(op, 3), input(op, 4)}));
    for (size_t i = 0; i < op.outputs.size() && i < 2; ++i) names_[op.outputs[i].index] = input(op, 2 + i);
    return;
  }
  if (kind == "index_copy" && op.inputs.size() == 3) {
    // A mask chooses the rows that are set; one value goes into all of them.
    bool mask = graph_.tensors[op.inputs[1]].dtype == DType::Bool, one = graph_.tensors[op.inputs[2]].shape.empty();
    const Attribute* dim = attribute(op, "dim");
    auto rank = static_cast<int64_t>(graph_.tensors[op.inputs[0]].shape.size());
    if (dim && !mask && std::holds_alternative<Dim>(*dim) && (std::get<Dim>(*dim).value + rank) % rank != 0) {
      out_.lines.push_back(fmt::format("{}.index_copy_({}, {}.long(), {})", input(op, 0), scalar(op, "dim"), input(op, 1), input(op, 2)));
      if (!op.outputs.empty()) names_[op.outputs[0].index] = input(op, 0);
      return;
    }
    out_.lines.push_back(fmt::format("{}[{}.reshape(-1){}] = {}{}", input(op, 0), input(op, 1), mask ? "" : ".long()", input(op, 2),
                                     one ? "" : fmt::format(".reshape((-1,) + tuple({}.shape[1:]))", input(op, 0))));
    if (!op.outputs.empty()) names_[op.outputs[0].index] = input(op, 0);
    return;
  }
  if (state_step(op)) return;
  bool tuple = false;
  std::string text = op.outputs.empty() ? "" : expression(op, tuple);
  if (text.empty()) {
    out_.complete = false;
    note(fmt::format("the reference has no body for `{}`", kind));
    return;
  }
  if (std::string without = unread(op); !without.empty()) {    // the body would compute something else
    out_.complete = false;
    note("the reference has no body for " + without);
    return;
  }
  // Kernels write into outputs of another shape, where the elements and their order are the same.
  if (!tuple && op.outputs.size() == 1 && elementwise_shape_differs(op))
    text = fmt::format("({}).reshape({})", text, sizes_.list(graph_.tensors[op.outputs[0]].shape));
  // What kernels compute in float32 and store as the output's dtype.
  std::string names;
  for (size_t i = 0; i < op.outputs.size(); ++i) {
    std::string name = fresh_name(op, op.outputs[i]);
    names += (i ? ", " : "") + name;
    names_[op.outputs[i].index] = name;
  }
  static const std::set<std::string_view> with_extra = {"moe_gating"};
  if (tuple && with_extra.contains(kind) && op.outputs.size() < 3) text += fmt::format("[:{}]", op.outputs.size());
  if (tuple && op.outputs.size() == 1) text += "[0]";
  out_.lines.push_back(fmt::format("{} = {}", names, text));
  for (size_t i = 0; i < op.outputs.size(); ++i) {
    const Tensor& t = graph_.tensors[op.outputs[i]];
    const std::string& name = names_[op.outputs[i].index];
    static const std::set<std::string_view> exact = {"cast",
                                                     "dynamic_quantize",
                                                     "quantize",
                                                     "dequantize",
                                                     "quantized_matmul",
                                                     "grouped_matmul",
                                                     "fill",
                                                     "arange",
                                                     "eye",
                                                     "linspace",
                                                     "copy",
                                                     "cat",
                                                     "stack",
                                                     "rms_norm",
                                                     "gemma_rms_norm",
                                                     "layer_norm",
                                                     "l2_norm",
                                                     "rope",
                                                     "silu_mul",
                                                     "gelu_mul",
                                                     "eq",
                                                     "ne",
                                                     "lt",
                                                     "le",
                                                     "gt",
                                                     "ge"};
    bool keeps = exact.contains(kind) || (op.inputs.size() == 1 && tuple == false && graph_.tensors[op.inputs[0]].dtype == t.dtype);
    if (!keeps && op.outputs.size() == 1) {
      out_.lines.back() = fmt::format("{} = ({}).to({})", name, text, torch_dtype(t.dtype));
    } else if (!keeps) {
      out_.lines.push_back(fmt::format("{0} = {0}.to({1})", name, torch_dtype(t.dtype)));
    }
    // In place: the operand's storage gets the new value.
    for (TensorId operand : op.inputs) {
      const Tensor& in = graph_.tensors[operand];
      if (!t.storage.valid() || in.storage != t.storage || !same_values(in.shape, t.shape)) continue;
      out_.lines.push_back(fmt::format("{} = {}.copy_({})", name, value(operand), name));
      break;
    }
  }
}

Reference ReferenceWriter::write(const std::vector<TensorId>& results) {
  for (OperatorId id : operators_) write_operator(graph_.operators[id]);
  std::string returned;
  for (TensorId tensor : results) {
    std::string text = value(tensor);
    if (text.empty()) {
      out_.complete = false;
      note("the reference does not make every output");
      text = "None";
    }
    returned += (returned.empty() ? "" : ", ") + text;
  }
  out_.lines.push_back(returned.empty() ? "return None" : "return " + returned);
  std::vector<std::string> head = sizes_.definitions();
  if (!out_.complete) head.push_back("raise NotImplementedError(\"a part of this group has no reference in plain torch\")");
  out_.lines.insert(out_.lines.begin(), head.begin(), head.end());
  if (sizes_.fixed()) note("sizes that no argument shows are those of the scenario");
  return std::move(out_);
}

}  // namespace fusescout::contract
