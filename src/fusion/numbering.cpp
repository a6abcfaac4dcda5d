#include "fusion/numbering.h"

#include <bit>
#include <set>

namespace fusescout::fusion {

using namespace graph;

Numbering::Numbering(const Context& context)
    : context_(context), graph_(context.graph), number_(graph_.tensors.size()), fixed_(graph_.tensors.size()) {
  for (uint32_t i = 0; i < graph_.tensors.size(); ++i) {
    number_[i] = i;
    TensorKind kind = graph_.tensors[TensorId{i}].kind;
    fixed_[i] = (kind == TensorKind::Parameter || kind == TensorKind::Constant || kind == TensorKind::Buffer) && !context.launches.written_in_place(TensorId{i});
  }
  first_.resize(graph_.operators.size());
  static_.resize(graph_.operators.size());
  for (uint32_t i = 0; i < graph_.operators.size(); ++i) visit(OperatorId{i});
}

bool Numbering::pure(const Operator& op) const {
  static const std::set<std::string_view> impure = {"random", "opaque", "kv_cache_write", "index_copy", "scatter", "attention", "linear_attention",
                                                    "causal_conv1d", "fill", "send_recv"};
  if (impure.contains(op.kind.view()) || op.outputs.empty()) return false;
  if (!graph_.entries[op.call].mutates.empty()) return false;
  return std::none_of(op.outputs.begin(), op.outputs.end(), [&](TensorId output) { return context_.launches.written_in_place(output); });
}

void Numbering::visit(OperatorId id) {
  const Operator& op = graph_.operators[id];
  first_[id.index] = id;
  if (!pure(op)) return;
  std::vector<uint64_t> key = {op.kind.id()};
  auto type = [&](const Tensor& tensor) {
    key.push_back(static_cast<uint64_t>(tensor.dtype) << 32 | tensor.shape.size());
    for (Dim d : tensor.shape) key.push_back(static_cast<uint64_t>(d.value) << 20 ^ d.expr.index);
    for (Dim d : tensor.strides) key.push_back(static_cast<uint64_t>(d.value));
  };
  bool fixed = !op.inputs.empty();        // a constant's size may be a number out of data
  for (TensorId input : op.inputs) {
    TensorId root = graph_.root(input);
    key.push_back(number_[root.index]);
    key.push_back(static_cast<uint64_t>(graph_.tensors[input].storage_offset.value));
    type(graph_.tensors[input]);
    fixed &= fixed_[root.index];
  }
  for (TensorId output : op.outputs) type(graph_.tensors[output]);
  for (const auto& [name, value] : op.attributes) {
    key.push_back(name.id());
    key.push_back(value.index());
    if (const auto* d = std::get_if<Dim>(&value)) key.push_back(static_cast<uint64_t>(d->value));
    else if (const auto* f = std::get_if<double>(&value)) key.push_back(std::bit_cast<uint64_t>(*f));
    else if (const auto* s = std::get_if<std::string>(&value)) key.push_back(Symbol(*s).id());
    else if (const auto* b = std::get_if<bool>(&value)) key.push_back(*b ? 1 : 0);
    else if (const auto* t = std::get_if<DType>(&value)) key.push_back(static_cast<uint64_t>(*t));
    else if (const auto* list = std::get_if<std::vector<Dim>>(&value)) {
      for (Dim d : *list) key.push_back(static_cast<uint64_t>(d.value));
    }
  }
  auto [it, added] = known_.try_emplace(std::move(key), id);
  first_[id.index] = it->second;
  const Operator& same = graph_.operators[it->second];
  for (size_t i = 0; i < op.outputs.size(); ++i) {
    if (!added) number_[op.outputs[i].index] = number_[same.outputs[i].index];
    fixed_[op.outputs[i].index] = fixed;
  }
  static_[id.index] = fixed;
}

}  // namespace fusescout::fusion
