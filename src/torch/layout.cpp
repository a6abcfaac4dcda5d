#include "torch/layout.h"

#include <algorithm>
#include <numeric>

namespace fusescout::torch {

using graph::Tensor;

Shape contiguous_strides(Expressions& e, const Shape& shape) {
  Shape strides(shape.size());
  Dim next(1);
  for (size_t i = shape.size(); i-- > 0;) {
    strides[i] = next;
    if (shape[i].value > 1 || (shape[i].value == 1 && shape[i].symbolic())) next = e.mul(next, shape[i]);
  }
  return strides;
}

bool is_contiguous(const Shape& shape, const Shape& strides) {
  if (element_count(shape) == 0) return true;
  int64_t expected = 1;
  for (size_t i = shape.size(); i-- > 0;) {
    if (shape[i].value == 1) continue;
    if (strides[i].value != expected) return false;
    expected *= shape[i].value;
  }
  return true;
}

Dim product(Expressions& e, const Shape& shape, size_t from, size_t to) {
  Dim out(1);
  for (size_t i = from; i < std::min(to, shape.size()); ++i) out = e.mul(out, shape[i]);
  return out;
}

int64_t element_count(const Shape& shape) {
  int64_t count = 1;
  for (Dim d : shape) count *= d.value;
  return count;
}

bool same_shape(const Shape& a, const Shape& b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](Dim x, Dim y) { return x.value == y.value; });
}

std::optional<Shape> broadcast(const Shape& a, const Shape& b) {
  const Shape& longer = a.size() >= b.size() ? a : b;
  const Shape& shorter = a.size() >= b.size() ? b : a;
  Shape out = longer;
  size_t skip = longer.size() - shorter.size();
  for (size_t i = 0; i < shorter.size(); ++i) {
    Dim x = longer[skip + i], y = shorter[i];
    if (x.value == y.value) out[skip + i] = x.symbolic() || !y.symbolic() ? x : y;
    else if (x.value == 1) out[skip + i] = y;
    else if (y.value != 1) return std::nullopt;
  }
  return out;
}

std::optional<Shape> infer_size(Expressions& e, const Shape& wanted, const Shape& from) {
  Dim count = product(e, from), known(1);
  size_t hole = SIZE_MAX;
  for (size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i].value != -1) {
      if (wanted[i].value < 0) return std::nullopt;
      known = e.mul(known, wanted[i]);
    } else if (hole != SIZE_MAX) {
      return std::nullopt;
    } else {
      hole = i;
    }
  }
  Shape out = wanted;
  if (hole == SIZE_MAX) return known.value == count.value ? std::optional(out) : std::nullopt;
  if (known.value == 0 || count.value % known.value != 0) return std::nullopt;
  out[hole] = e.floor_div(count, known);
  return out;
}

std::optional<Shape> view_strides(Expressions& e, const Shape& shape, const Shape& strides, const Shape& to) {
  if (element_count(shape) == 0) {
    if (same_shape(shape, to)) return strides;
    Shape out(to.size());
    for (size_t i = to.size(); i-- > 0;) out[i] = i + 1 == to.size() ? Dim(1) : e.mul(out[i + 1], to[i + 1].value > 1 ? to[i + 1] : Dim(1));
    return out;
  }
  Shape out(to.size(), Dim(1));
  if (shape.empty()) return out;
  auto view = static_cast<int64_t>(to.size()) - 1;
  Dim base = strides.back(), count(1), filled(1);
  for (size_t d = shape.size(); d-- > 0;) {
    count = e.mul(count, shape[d]);
    if (d != 0 && (shape[d - 1].value == 1 || strides[d - 1].value == count.value * base.value)) continue;
    while (view >= 0 && (filled.value < count.value || to[static_cast<size_t>(view)].value == 1)) {
      out[static_cast<size_t>(view)] = e.mul(filled, base);
      filled = e.mul(filled, to[static_cast<size_t>(view)]);
      --view;
    }
    if (filled.value != count.value) return std::nullopt;
    if (d > 0) {
      base = strides[d - 1];
      count = filled = Dim(1);
    }
  }
  return view == -1 ? std::optional(out) : std::nullopt;
}

Shape elementwise_strides(Expressions& e, const Shape& shape, const std::vector<const Tensor*>& inputs) {
  size_t rank = shape.size();
  std::vector<const Tensor*> full;
  for (const Tensor* t : inputs) {
    if (!t->shape.empty()) full.push_back(t);
  }
  // All operands alike and contiguous, the usual case.
  bool plain = true;
  for (const Tensor* t : full) plain = plain && same_shape(t->shape, shape) && is_contiguous(t->shape, t->strides);
  if (plain || rank < 2) return contiguous_strides(e, shape);
  bool same = std::all_of(full.begin(), full.end(), [&](const Tensor* t) { return same_shape(t->shape, shape); });
  if (same) {
    bool equal = std::all_of(full.begin(), full.end(), [&](const Tensor* t) { return same_shape(t->strides, full[0]->strides); });
    // Non-overlapping and dense with equal strides: they are kept.
    Shape kept = preserved_strides(e, *full[0]);
    if (equal && same_shape(kept, full[0]->strides)) return full[0]->strides;
  }
  auto stride_of = [&](const Tensor& t, size_t dim) -> int64_t {
    size_t skip = rank - t.shape.size();
    if (dim < skip || (t.shape[dim - skip].value == 1 && shape[dim].value != 1)) return 0;
    return t.strides[dim - skip].value;
  };
  // TensorIteratorBase::reorder_dimensions: innermost first, insertion sort with ambiguous comparisons.
  std::vector<size_t> order(rank);
  std::iota(order.rbegin(), order.rend(), size_t{0});
  auto should_swap = [&](size_t a, size_t b) {
    for (const Tensor* t : full) {
      int64_t x = stride_of(*t, a), y = stride_of(*t, b);
      if (x == 0 || y == 0) continue;
      if (x < y) return -1;
      if (x > y) return 1;
      if (shape[a].value > shape[b].value) return 1;
    }
    return 0;
  };
  for (size_t i = 1; i < rank; ++i) {
    size_t d1 = i;
    for (size_t d0 = i; d0-- > 0;) {
      int comparison = should_swap(order[d0], order[d1]);
      if (comparison > 0) {
        std::swap(order[d0], order[d1]);
        d1 = d0;
      } else if (comparison < 0) {
        break;
      }
    }
  }
  Shape out(rank);
  Dim next(1);
  for (size_t dim : order) {
    out[dim] = next;
    next = e.mul(next, shape[dim]);
  }
  return out;
}

Shape preserved_strides(Expressions& e, const Tensor& t) {
  if (is_contiguous(t.shape, t.strides)) return contiguous_strides(e, t.shape);
  size_t rank = t.shape.size();
  std::vector<size_t> order(rank);
  std::iota(order.rbegin(), order.rend(), size_t{0});
  auto should_swap = [&](size_t a, size_t b) {
    int64_t x = t.strides[a].value, y = t.strides[b].value;
    if (x == 0 || y == 0) return 0;
    if (x < y) return -1;
    if (x > y) return 1;
    return t.shape[a].value > t.shape[b].value ? 1 : 0;
  };
  for (size_t i = 1; i < rank; ++i) {
    size_t d1 = i;
    for (size_t d0 = i; d0-- > 0;) {
      int comparison = should_swap(order[d0], order[d1]);
      if (comparison > 0) {
        std::swap(order[d0], order[d1]);
        d1 = d0;
      } else if (comparison < 0) {
        break;
      }
    }
  }
  // Dense as it is: kept exactly.
  int64_t expected = 1;
  bool dense = true;
  for (size_t dim : order) {
    if (t.shape[dim].value == 1) continue;
    if (t.strides[dim].value != expected) dense = false;
    expected *= t.shape[dim].value;
  }
  if (dense) return t.strides;
  Shape out(rank);
  Dim next(1);
  for (size_t dim : order) {
    out[dim] = next;
    if (t.shape[dim].value > 1) next = e.mul(next, t.shape[dim]);
  }
  return out;
}

namespace {
int category(DType t) {
  switch (t) {
    case DType::Bool: return 0;
    case DType::I8: case DType::U8: case DType::I16: case DType::I32: case DType::I64: case DType::I4: return 1;
    case DType::C64: return 3;
    default: return 2;
  }
}
int width(DType t) {
  switch (t) {
    case DType::Bool: return 0;
    case DType::I4: return 1;
    case DType::U8: case DType::I8: return 2;
    case DType::I16: return 3;
    case DType::I32: return 4;
    case DType::I64: return 5;
    case DType::F8E4M3: case DType::F8E5M2: return 1;
    case DType::F16: case DType::BF16: return 2;
    case DType::F32: return 3;
    case DType::F64: return 4;
    case DType::C64: return 5;
  }
  return 0;
}
}  // namespace

DType promote(DType a, DType b) {
  if (a == b) return a;
  if (category(a) != category(b)) return category(a) > category(b) ? a : b;
  if ((a == DType::U8 && b == DType::I8) || (a == DType::I8 && b == DType::U8)) return DType::I16;
  if ((a == DType::F16 && b == DType::BF16) || (a == DType::BF16 && b == DType::F16)) return DType::F32;
  return width(a) >= width(b) ? a : b;
}

DType result_type(const std::vector<Operand>& operands, DType default_dtype) {
  std::optional<DType> of[3];
  for (const Operand& o : operands) {
    DType t = o.dtype;
    if (o.rank == Rank::Scalar && category(t) == 2) t = default_dtype;
    auto& slot = of[static_cast<size_t>(o.rank)];
    slot = slot ? promote(*slot, t) : t;
  }
  std::optional<DType> out = of[0];
  for (size_t i = 1; i < 3; ++i) {
    if (!of[i]) continue;
    if (!out) out = of[i];
    else if (category(*of[i]) > category(*out)) out = promote(*of[i], *out);
  }
  return out.value_or(default_dtype);
}

}  // namespace fusescout::torch
