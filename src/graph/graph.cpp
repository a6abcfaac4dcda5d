#include "graph/graph.h"

#include <algorithm>
#include <array>
#include <utility>

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

// How far the rows of a view are apart, in elements, and how many there are: its widest axis.
std::pair<int64_t, int64_t> rows_of(const Tensor& t) {
  int64_t stride = 0, rows = 1;
  for (size_t i = 0; i < t.shape.size() && i < t.strides.size(); ++i) {
    if (t.shape[i].value <= 1 || t.strides[i].value < stride) continue;
    stride = t.strides[i].value;
    rows = t.shape[i].value;
  }
  return {stride, rows};
}

// Elements from the first to behind the last one that a view shows, and how many it shows; without the axes of one stride (-1: with all).
struct Extent {
  int64_t span = 1, elements = 1;
  bool dense() const { return span == elements; }
};
Extent extent(const Tensor& t, int64_t without = -1) {
  Extent result;
  for (size_t i = 0; i < t.shape.size() && i < t.strides.size(); ++i) {
    if (t.shape[i].value <= 1 || t.strides[i].value == without) continue;
    result.span += (t.shape[i].value - 1) * t.strides[i].value;
    result.elements *= t.shape[i].value;
  }
  return result;
}

// Whether all elements of the view `b` are elements of the view `a` of the same storage, as far as whole blocks of columns tell.
bool covers(const Tensor& a, const Tensor& b) {
  int64_t a0 = a.storage_offset.value, b0 = b.storage_offset.value;
  if (Extent whole = extent(a); whole.dense()) return a0 <= b0 && b0 + extent(b).span <= a0 + whole.span;
  auto [stride, rows] = rows_of(a);
  auto [stride_b, rows_b] = rows_of(b);
  if (stride <= 1 || stride != stride_b) return false;
  Extent width = extent(a, stride), width_b = extent(b, stride);
  int64_t column = a0 % stride, column_b = b0 % stride, first = a0 / stride, first_b = b0 / stride;
  return width.dense() && column <= column_b && column_b + width_b.span <= column + width.span && first <= first_b && first_b + rows_b <= first + rows;
}

const DTypeRow& row(DType dtype) { return dtypes[static_cast<size_t>(dtype)]; }

}  // namespace

// Whether two views of one storage may show a common element. A column block of a merged projection meets no other block.
bool may_overlap(const Tensor& a, const Tensor& b) {
  int64_t a0 = a.storage_offset.value, b0 = b.storage_offset.value;
  if (a0 + extent(a).span <= b0 || b0 + extent(b).span <= a0) return false;
  int64_t stride = rows_of(a).first;
  if (stride <= 1 || stride != rows_of(b).first) return true;
  int64_t a1 = a0 % stride, b1 = b0 % stride, a2 = a1 + extent(a, stride).span, b2 = b1 + extent(b, stride).span;
  if (a2 > stride || b2 > stride) return true;
  return !(a2 <= b1 || b2 <= a1);
}

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

TensorId Graph::named(TensorId tensor) const {
  TensorId top = root(tensor);
  if (!tensors[top].name.empty()) return top;
  for (TensorId t = tensor; t.valid() && t != top; t = tensors[t].view_of) {
    if (!tensors[t].name.empty()) return t;
  }
  return top;
}

std::vector<TensorId> Graph::before_partial_writes(TensorId tensor) const {
  std::vector<TensorId> list;
  const Tensor& seen = tensors[tensor];
  for (TensorId t = tensor; t.valid();) {
    EntryId producer = tensors[t].producer;
    if (producer.valid() && entries[producer].kind == EntryKind::Refresh) {
      const Entry& refresh = entries[producer];
      if (covers(tensors[refresh.inputs[1]], seen)) break;
      t = refresh.inputs[0];
      list.push_back(t);
    } else {
      t = tensors[t].view_of;
    }
  }
  return list;
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

void Graph::begin_again() {
  entries = {};
  kernels = {};
  operators = {};
  inputs.clear();
  outputs.clear();
  operator_of_tensor_.clear();
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
      auto add = [&](TensorId made) {
        auto& list = users[made.index];
        if (list.empty() || list.back() != OperatorId{i}) list.push_back(OperatorId{i});
      };
      add(root(input));
      for (TensorId before : before_partial_writes(input)) {
        TensorId made = root(before);
        if (may_overlap(tensors[made], tensors[input])) add(made);
      }
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
