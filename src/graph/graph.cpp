#include "graph/graph.h"

#include <array>

namespace fusescout::graph {
namespace {

struct DTypeRow {
  DType dtype;
  std::string_view name;
  double size;
  bool floating;
};
constexpr auto dtypes = std::to_array<DTypeRow>({
    {DType::Bool, "bool", 1, false}, {DType::I8, "i8", 1, false}, {DType::U8, "u8", 1, false}, {DType::I16, "i16", 2, false},
    {DType::I32, "i32", 4, false}, {DType::I64, "i64", 8, false}, {DType::F16, "f16", 2, true}, {DType::BF16, "bf16", 2, true},
    {DType::F32, "f32", 4, true}, {DType::F64, "f64", 8, true}, {DType::F8E4M3, "f8e4m3", 1, true}, {DType::F8E5M2, "f8e5m2", 1, true},
    {DType::I4, "i4", 0.5, false}, {DType::C64, "c64", 8, false},
});

const DTypeRow& row(DType dtype) { return dtypes[static_cast<size_t>(dtype)]; }

}  // namespace

std::string_view dtype_name(DType dtype) { return row(dtype).name; }
double dtype_size(DType dtype) { return row(dtype).size; }
bool is_floating(DType dtype) { return row(dtype).floating; }
bool parse_dtype(std::string_view name, DType& out) {
  for (const DTypeRow& r : dtypes) {
    if (r.name == name) {
      out = r.dtype;
      return true;
    }
  }
  return false;
}

TensorId Graph::root(TensorId tensor) const {
  while (tensor.valid()) {
    const Tensor& t = tensors[tensor];
    if (t.producer.valid() && entries[t.producer].kind == EntryKind::Refresh) tensor = entries[t.producer].inputs[1];
    else if (t.view_of.valid()) tensor = t.view_of;
    else break;
  }
  return tensor;
}

OperatorId Graph::producer(TensorId tensor) const {
  tensor = root(tensor);
  return tensor.valid() && tensor.index < operator_of_tensor_.size() ? operator_of_tensor_[tensor.index] : OperatorId{};
}

FrameId Graph::frame(FrameId parent, Symbol file, uint32_t line, Symbol function) {
  auto [it, added] = frame_ids_.try_emplace({parent.index, file, line, function});
  if (added) it->second = frames.add(Frame{parent, file, line, function});
  return it->second;
}

OperatorId Graph::add_operator(Operator op) {
  OperatorId id = operators.add(std::move(op));
  for (TensorId output : operators[id].outputs) {
    if (output.index >= operator_of_tensor_.size()) operator_of_tensor_.resize(output.index + 1);
    operator_of_tensor_[output.index] = id;
  }
  return id;
}

bool Graph::contiguous(const Tensor& tensor) const {
  int64_t expected = 1;
  for (size_t i = tensor.shape.size(); i-- > 0;) {
    if (tensor.shape[i].value == 1) continue;
    if (tensor.strides[i].value != expected) return false;
    expected *= tensor.shape[i].value;
  }
  return true;
}

Dim Graph::element_count(const Tensor& tensor) {
  Dim count(1);
  for (Dim d : tensor.shape) count = expressions.mul(count, d);
  return count;
}

double Graph::bytes(const Tensor& tensor) const {
  double count = dtype_size(tensor.dtype);
  for (Dim d : tensor.shape) count *= static_cast<double>(d.value);
  return count;
}

std::vector<std::vector<OperatorId>> Graph::consumers() const {
  std::vector<std::vector<OperatorId>> users(tensors.size());
  for (uint32_t i = 0; i < operators.size(); ++i) {
    for (TensorId input : operators[OperatorId{i}].inputs) {
      auto& list = users[root(input).index];
      if (list.empty() || list.back() != OperatorId{i}) list.push_back(OperatorId{i});
    }
  }
  return users;
}

const Attribute* find_attribute(const Operator& op, std::string_view name) {
  for (const auto& [key, value] : op.attributes) {
    if (key.view() == name) return &value;
  }
  return nullptr;
}

}  // namespace fusescout::graph
