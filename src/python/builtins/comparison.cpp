// Truth, equality, order and hashes.
#include <cmath>
#include <cstring>

#include "python/builtins/define.h"
#include "python/names.h"

namespace fusescout::python {

using syntax::CompareOperator;

namespace {

constexpr std::string_view signs[] = {"==", "!=", "<", "<=", ">", ">=", "is", "is not", "in", "not in"};
const Symbol methods[] = {Symbol("__eq__"), Symbol("__ne__"), Symbol("__lt__"), Symbol("__le__"), Symbol("__gt__"), Symbol("__ge__")};

CompareOperator mirrored(CompareOperator op) {
  switch (op) {
    case CompareOperator::Lt: return CompareOperator::Gt;
    case CompareOperator::LtE: return CompareOperator::GtE;
    case CompareOperator::Gt: return CompareOperator::Lt;
    case CompareOperator::GtE: return CompareOperator::LtE;
    default: return op;
  }
}

template <typename T>
bool decide(CompareOperator op, const T& a, const T& b) {
  switch (op) {
    case CompareOperator::Eq: return a == b;
    case CompareOperator::NotEq: return a != b;
    case CompareOperator::Lt: return a < b;
    case CompareOperator::LtE: return a <= b;
    case CompareOperator::Gt: return a > b;
    default: return a >= b;
  }
}

// An int against a float, exactly.
bool decide_mixed(CompareOperator op, int64_t a, double b) {
  if (std::isnan(b)) return op == CompareOperator::NotEq;
  if (b >= 9223372036854775808.0) return decide(op, 0, 1);
  if (b < -9223372036854775808.0) return decide(op, 1, 0);
  int64_t whole = static_cast<int64_t>(b);
  if (a != whole) return decide(op, a, whole);
  double rest = b - static_cast<double>(whole);
  return decide(op, 0.0, rest);
}

Value compare_sequences(Interpreter& in, CompareOperator op, const std::vector<Value>& a, const std::vector<Value>& b) {
  if ((op == CompareOperator::Eq || op == CompareOperator::NotEq) && a.size() != b.size()) return Value::of(op == CompareOperator::NotEq);
  for (size_t i = 0; i < a.size() && i < b.size(); ++i) {
    Value left = a[i], right = b[i];
    if (in.equal(left, right)) continue;
    if (op == CompareOperator::Eq || op == CompareOperator::NotEq) return Value::of(op == CompareOperator::NotEq);
    return in.compare(op, left, right);
  }
  return Value::of(decide(op, a.size(), b.size()));
}

bool is_subset(Interpreter& in, const Dict& small, Dict& large) {
  for (size_t i = 0; i < small.entries.size(); ++i) {
    const Dict::Entry e = small.entries[i];
    if (e.key.defined() && large.find(in, e.key, e.hash) == nullptr) return false;
  }
  return true;
}

Value compare_sets(Interpreter& in, CompareOperator op, const Set& a, const Set& b) {
  size_t n = a.table->live, m = b.table->live;
  switch (op) {
    case CompareOperator::Eq: return Value::of(n == m && is_subset(in, *a.table, *b.table));
    case CompareOperator::NotEq: return Value::of(n != m || !is_subset(in, *a.table, *b.table));
    case CompareOperator::LtE: return Value::of(n <= m && is_subset(in, *a.table, *b.table));
    case CompareOperator::Lt: return Value::of(n < m && is_subset(in, *a.table, *b.table));
    case CompareOperator::GtE: return Value::of(m <= n && is_subset(in, *b.table, *a.table));
    default: return Value::of(m < n && is_subset(in, *b.table, *a.table));
  }
}

bool equal_dicts(Interpreter& in, Dict& a, Dict& b) {
  if (a.live != b.live) return false;
  for (size_t i = 0; i < a.entries.size(); ++i) {
    const Dict::Entry e = a.entries[i];
    if (!e.key.defined()) continue;
    Value* other = b.find(in, e.key, e.hash);
    if (other == nullptr || !in.equal(e.value, *other)) return false;
  }
  return true;
}

// Two builtin values. Undefined: they have no order, and are not equal.
Value compare_plain(Interpreter& in, CompareOperator op, const Value& a, const Value& b) {
  if (in.is_number(a) && in.is_number(b)) {
    if (a.is_float() && b.is_float()) return Value::of(decide(op, a.number, b.number));
    if (a.is_float()) return Value::of(decide_mixed(mirrored(op), in.concrete(in.dim_of(b)), a.number));
    if (b.is_float()) return Value::of(decide_mixed(op, in.concrete(in.dim_of(a)), b.number));
    return Value::of(in.compare_dims(op, in.dim_of(a), in.dim_of(b)));
  }
  bool equality = op == CompareOperator::Eq || op == CompareOperator::NotEq;
  if (!a.is_object() || !b.is_object()) return Value();
  if (a.object->kind != b.object->kind) return Value();
  in.check_stack();
  switch (a.object->kind) {
    case Kind::Str: return Value::of(decide(op, static_cast<Str*>(a.object)->text, static_cast<Str*>(b.object)->text));
    case Kind::Bytes: return Value::of(decide(op, static_cast<Bytes*>(a.object)->data, static_cast<Bytes*>(b.object)->data));
    case Kind::List: return compare_sequences(in, op, static_cast<List*>(a.object)->items, static_cast<List*>(b.object)->items);
    case Kind::Tuple: return compare_sequences(in, op, static_cast<Tuple*>(a.object)->items, static_cast<Tuple*>(b.object)->items);
    case Kind::Set: return compare_sets(in, op, *static_cast<Set*>(a.object), *static_cast<Set*>(b.object));
    case Kind::Dict:
      if (!equality) return Value();
      return Value::of(equal_dicts(in, *static_cast<Dict*>(a.object), *static_cast<Dict*>(b.object)) == (op == CompareOperator::Eq));
    case Kind::Range: {
      if (!equality) return Value();
      auto *x = static_cast<Range*>(a.object), *y = static_cast<Range*>(b.object);
      int64_t n = x->length();
      bool same = n == y->length() && (n == 0 || (x->start == y->start && (n == 1 || x->step == y->step)));
      return Value::of(same == (op == CompareOperator::Eq));
    }
    case Kind::Slice: {
      auto *x = static_cast<Slice*>(a.object), *y = static_cast<Slice*>(b.object);
      return compare_sequences(in, op, {x->start, x->stop, x->step}, {y->start, y->stop, y->step});
    }
    case Kind::BoundMethod: {
      if (!equality) return Value();
      auto *x = static_cast<BoundMethod*>(a.object), *y = static_cast<BoundMethod*>(b.object);
      return Value::of((x->self.identical(y->self) && in.equal(x->function, y->function)) == (op == CompareOperator::Eq));
    }
    default: return Value();
  }
}

}  // namespace

bool Interpreter::compare_dims(CompareOperator op, graph::Dim a, graph::Dim b) {
  if (!a.symbolic() && b.symbolic()) return compare_dims(mirrored(op), b, a);
  bool outcome = decide(op, a.value, b.value);
  if ((a.symbolic() || b.symbolic()) && expressions_.sub(a, b).symbolic()) {
    CompareOperator held = op;
    if (!outcome) {
      constexpr CompareOperator opposite[] = {CompareOperator::NotEq, CompareOperator::Eq, CompareOperator::GtE, CompareOperator::Gt, CompareOperator::LtE, CompareOperator::Lt};
      held = opposite[static_cast<size_t>(op)];
    }
    note(NoteKind::Condition, expressions_.to_string(a) + " " + std::string(signs[static_cast<size_t>(held)]) + " " + expressions_.to_string(b));
  }
  return outcome;
}

int64_t Interpreter::concrete(graph::Dim dim) {
  if (dim.symbolic()) note(NoteKind::Condition, expressions_.to_string(dim) + " == " + std::to_string(dim.value));
  return dim.value;
}

bool Interpreter::truth(const Value& v) {
  switch (v.tag) {
    case Tag::Undefined:
    case Tag::None: return false;
    case Tag::Bool: return v.boolean;
    case Tag::Int: return v.integer != 0;
    case Tag::Float: return v.number != 0;
    case Tag::Object: break;
  }
  switch (v.object->kind) {
    case Kind::Str: return !static_cast<Str*>(v.object)->text.empty();
    case Kind::Bytes: return !static_cast<Bytes*>(v.object)->data.empty();
    case Kind::List: return !static_cast<List*>(v.object)->items.empty();
    case Kind::Tuple: return !static_cast<Tuple*>(v.object)->items.empty();
    case Kind::Dict: return static_cast<Dict*>(v.object)->live != 0;
    case Kind::Set: return static_cast<Set*>(v.object)->table->live != 0;
    case Kind::Range: return static_cast<Range*>(v.object)->length() != 0;
    case Kind::SymbolicInt: return compare_dims(CompareOperator::NotEq, static_cast<SymbolicInt*>(v.object)->dim, 0);
    case Kind::Unknown: {
      const auto& unknown = *static_cast<Unknown*>(v.object);
      bool taken = unknown_branch_rule && unknown_branch_rule(*this, unknown);
      note(NoteKind::Assumption, "`" + unknown.path + "` is taken to be " + (taken ? "true" : "false") + ": " + unknown.reason);
      return taken;
    }
    case Kind::LazyImport: return truth(force(static_cast<LazyImport*>(v.object)));
    case Kind::Class:
    case Kind::Instance: break;
    default: return true;
  }
  Class* cls = type_of(v);
  Value method = find_in_class(cls, names::__bool__);
  if (method.defined() && !method.is_none()) {
    Value made = call(bind(method, v, cls));
    if (made.is_bool()) return made.boolean;
    if (is_unknown(made)) return truth(made);
    raise_type_error("__bool__ should return bool, returned " + type_name(made));
  }
  method = find_in_class(cls, names::__len__);
  if (method.defined() && !method.is_none()) {
    Value made = call(bind(method, v, cls));
    return truth(made);
  }
  Value plain = unwrap(v);
  return plain.identical(v) || truth(plain);
}

bool Interpreter::equal(const Value& a, const Value& b) {
  if (!a.is_object() && a.tag == b.tag) return a.tag == Tag::Float ? a.number == b.number : a.identical(b);
  if (a.is_object() && b.is_object()) {
    if (a.object == b.object) return true;
    if (a.object->kind == Kind::Str && b.object->kind == Kind::Str) return static_cast<Str*>(a.object)->text == static_cast<Str*>(b.object)->text;
  }
  Value made = rich_compare(CompareOperator::Eq, a, b);
  return made.defined() && truth(made);
}

// One side's method; Undefined when it has none or does not know.
Value Interpreter::rich_compare(CompareOperator op, const Value& a, const Value& b) {
  if (is_unknown(a)) return derived_unknown(*this, a, "");
  if (is_unknown(b)) return derived_unknown(*this, b, "");
  Class *cls_a = type_of(a), *cls_b = type_of(b);
  auto has_methods = [](const Value& v, const Class* cls) { return v.is_object() && (v.object->kind == Kind::Instance || (v.object->kind == Kind::Class && !cls->builtin)); };
  bool custom_a = has_methods(a, cls_a), custom_b = has_methods(b, cls_b);
  if (!custom_a && !custom_b) return compare_plain(*this, op, a, b);
  auto attempt = [&](const Value& self, Class* cls, CompareOperator which, const Value& other) {
    Value method = find_in_class(cls, methods[static_cast<size_t>(which)]);
    if (!method.defined() || method.is_none()) return Value();
    Value made;
    if (method.as<Function>() != nullptr || method.as<NativeFunction>() != nullptr) made = call(method, {self, other});
    else made = call(bind(method, self, cls), {other});
    return made.as<NotImplementedObject>() != nullptr ? Value() : made;
  };
  // The right side goes first if its class refines the left one's.
  bool reflected_first = custom_b && cls_a != cls_b && cls_b->derives_from(cls_a);
  if (reflected_first) {
    Value made = attempt(b, cls_b, mirrored(op), a);
    if (made.defined()) return made;
  }
  Value made = custom_a ? attempt(a, cls_a, op, b) : unwrap(b).identical(b) ? Value() : compare_plain(*this, op, a, unwrap(b));
  if (made.defined()) return made;
  if (custom_b && !reflected_first) made = attempt(b, cls_b, mirrored(op), a);
  return made;
}

Value Interpreter::compare(CompareOperator op, const Value& a, const Value& b) {
  if (a.is_int() && b.is_int()) return Value::of(decide(op, a.integer, b.integer));
  if (auto* lazy = a.as<LazyImport>()) return compare(op, force(lazy), b);
  if (auto* lazy = b.as<LazyImport>()) return compare(op, a, force(lazy));
  Value made = rich_compare(op, a, b);
  if (made.defined()) return made;
  if (op == CompareOperator::Eq) return Value::of(a.identical(b));
  if (op == CompareOperator::NotEq) return Value::of(!a.identical(b));
  raise_type_error("'" + std::string(signs[static_cast<size_t>(op)]) + "' not supported between instances of '" + type_name(a) + "' and '" + type_name(b) + "'");
}

uint64_t Interpreter::hash(const Value& v) {
  switch (v.tag) {
    case Tag::Undefined:
    case Tag::None: return 0xfca86420;
    case Tag::Bool: return v.boolean ? 1 : 0;
    case Tag::Int: return static_cast<uint64_t>(v.integer);
    case Tag::Float: {
      if (v.number == std::floor(v.number) && std::fabs(v.number) < 9e18) return static_cast<uint64_t>(static_cast<int64_t>(v.number));
      uint64_t bits;
      std::memcpy(&bits, &v.number, sizeof bits);
      return bits * 0x9E3779B97F4A7C15ull >> 3;
    }
    case Tag::Object: break;
  }
  switch (v.object->kind) {
    case Kind::Str: return Dict::hash_of(static_cast<Str*>(v.object)->symbol());
    case Kind::Bytes: return std::hash<std::string>()(static_cast<Bytes*>(v.object)->data);
    case Kind::SymbolicInt: return static_cast<uint64_t>(static_cast<SymbolicInt*>(v.object)->dim.value);
    case Kind::Tuple: {
      check_stack();
      uint64_t h = 0x345678;
      for (const Value& item : static_cast<Tuple*>(v.object)->items) h = (h ^ hash(item)) * 0x9E3779B97F4A7C15ull + 97531;
      return h;
    }
    case Kind::Set: {
      auto* set = static_cast<Set*>(v.object);
      if (!set->frozen) break;
      uint64_t h = 1927868237;
      for (const Dict::Entry& e : set->table->entries) {
        if (e.key.defined()) h += (e.hash ^ 89869747) * 3644798167ull;   // in any order
      }
      return h;
    }
    case Kind::Range: {
      auto* r = static_cast<Range*>(v.object);
      int64_t n = r->length();
      return static_cast<uint64_t>(n) * 31 + (n > 0 ? static_cast<uint64_t>(r->start) * 7 : 0) + (n > 1 ? static_cast<uint64_t>(r->step) : 0);
    }
    case Kind::BoundMethod: {
      auto* method = static_cast<BoundMethod*>(v.object);
      return hash(method->function) * 31 + (method->self.is_object() ? reinterpret_cast<uintptr_t>(method->self.object) : 0);
    }
    case Kind::List:
    case Kind::Dict:
    case Kind::Slice: break;
    case Kind::LazyImport: return hash(force(static_cast<LazyImport*>(v.object)));
    case Kind::Class:
    case Kind::Instance: {
      Class* cls = type_of(v);
      if (v.object->kind == Kind::Class && cls->builtin) return reinterpret_cast<uintptr_t>(v.object) >> 4;
      Value method = find_in_class(cls, names::__hash__);
      if (method.is_none()) break;
      if (!method.defined() || method.as<NativeFunction>() != nullptr) {
        if (!method.defined() || method.identical(*object_class_->dict->find(names::__hash__))) return reinterpret_cast<uintptr_t>(v.object) >> 4;
        Value plain = unwrap(v);
        if (!plain.identical(v)) return hash(plain);
      }
      Value made = call(bind(method, v, cls));
      if (!is_integer(made)) raise_type_error("__hash__ method should return an integer");
      return static_cast<uint64_t>(int_of(made));
    }
    default: return reinterpret_cast<uintptr_t>(v.object) >> 4;
  }
  raise_type_error("unhashable type: '" + type_name(v) + "'");
}

}  // namespace fusescout::python
