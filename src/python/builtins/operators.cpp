// Binary and unary operators: builtin operands first, then the methods of classes.
#include <cmath>

#include "python/builtins/arithmetic.h"
#include "python/builtins/define.h"
#include "python/builtins/generic_alias.h"
#include "python/builtins/set_operations.h"
#include "python/builtins/text.h"
#include "python/names.h"

namespace fusescout::python {

using syntax::BinaryOperator;
using syntax::UnaryOperator;

namespace {

struct OperatorNames { std::string_view sign; Symbol method, reflected, in_place; };
const OperatorNames operators[] = {
    {"+", Symbol("__add__"), Symbol("__radd__"), Symbol("__iadd__")},
    {"-", Symbol("__sub__"), Symbol("__rsub__"), Symbol("__isub__")},
    {"*", Symbol("__mul__"), Symbol("__rmul__"), Symbol("__imul__")},
    {"@", Symbol("__matmul__"), Symbol("__rmatmul__"), Symbol("__imatmul__")},
    {"/", Symbol("__truediv__"), Symbol("__rtruediv__"), Symbol("__itruediv__")},
    {"//", Symbol("__floordiv__"), Symbol("__rfloordiv__"), Symbol("__ifloordiv__")},
    {"%", Symbol("__mod__"), Symbol("__rmod__"), Symbol("__imod__")},
    {"**", Symbol("__pow__"), Symbol("__rpow__"), Symbol("__ipow__")},
    {"<<", Symbol("__lshift__"), Symbol("__rlshift__"), Symbol("__ilshift__")},
    {">>", Symbol("__rshift__"), Symbol("__rrshift__"), Symbol("__irshift__")},
    {"&", Symbol("__and__"), Symbol("__rand__"), Symbol("__iand__")},
    {"|", Symbol("__or__"), Symbol("__ror__"), Symbol("__ior__")},
    {"^", Symbol("__xor__"), Symbol("__rxor__"), Symbol("__ixor__")},
};

constexpr int64_t longest_repetition = 1 << 26;

// How often a sequence is repeated; -1: not a count.
int64_t repetition(Interpreter& in, const Value& v, size_t size) {
  static const Symbol index("__index__");
  bool counts = in.is_integer(v) || (v.as<Instance>() != nullptr && in.find_in_class(in.type_of(v), index).defined());
  if (!counts) return -1;
  int64_t count = std::max<int64_t>(0, index_of(in, v));
  if (count > 0 && size > 0 && count > longest_repetition / static_cast<int64_t>(size)) in.raise("MemoryError", "");
  return count;
}

Value repeat(Interpreter& in, const Value& sequence, const Value& times) {
  auto items = [&](const std::vector<Value>& source, int64_t count) {
    std::vector<Value> made;
    made.reserve(source.size() * static_cast<size_t>(count));
    for (int64_t i = 0; i < count; ++i) made.insert(made.end(), source.begin(), source.end());
    return made;
  };
  auto text = [&](const std::string& source, int64_t count) {
    std::string made;
    for (int64_t i = 0; i < count; ++i) made += source;
    return made;
  };
  size_t size = 0;
  if (auto* v = sequence.as<List>()) size = v->items.size();
  else if (auto* t = sequence.as<Tuple>()) size = t->items.size();
  else if (auto* s = sequence.as<Str>()) size = s->text.size();
  else if (auto* b = sequence.as<Bytes>()) size = b->data.size();
  else return Value();
  int64_t count = repetition(in, times, size);
  if (count < 0) in.raise_type_error("can't multiply sequence by non-int of type '" + in.type_name(times) + "'");
  if (auto* v = sequence.as<List>()) return in.list(items(v->items, count));
  if (auto* t = sequence.as<Tuple>()) return in.tuple(items(t->items, count));
  if (auto* s = sequence.as<Str>()) return in.str(text(s->text, count));
  return in.make<Bytes>(text(sequence.as<Bytes>()->data, count));
}

bool is_sequence(const Value& v) { return v.as<List>() != nullptr || v.as<Tuple>() != nullptr || v.as<Str>() != nullptr || v.as<Bytes>() != nullptr; }

template <typename T>
std::vector<Value> joined(const T& a, const T& b) {
  std::vector<Value> items;
  items.reserve(a.items.size() + b.items.size());
  items.insert(items.end(), a.items.begin(), a.items.end());
  items.insert(items.end(), b.items.begin(), b.items.end());
  return items;
}

Value add_sequences(Interpreter& in, const Value& a, const Value& b) {
  auto wrong = [&](const char* what) { in.raise_type_error(std::string("can only concatenate ") + what + " (not \"" + in.type_name(b) + "\") to " + what); };
  if (auto* x = a.as<Str>()) {
    auto* y = b.as<Str>();
    if (y == nullptr) wrong("str");
    return in.str(x->text + y->text);
  }
  if (auto* x = a.as<List>()) {
    auto* y = b.as<List>();
    if (y == nullptr) wrong("list");
    return in.list(joined(*x, *y));
  }
  if (auto* x = a.as<Tuple>()) {
    auto* y = b.as<Tuple>();
    if (y == nullptr) wrong("tuple");
    return in.tuple(joined(*x, *y));
  }
  if (auto* x = a.as<Bytes>()) {
    auto* y = b.as<Bytes>();
    if (y == nullptr) in.raise_type_error("can't concat " + in.type_name(b) + " to bytes");
    return in.make<Bytes>(x->data + y->data);
  }
  return Value();
}

// Two values of builtin types (no instances of classes of the source). Undefined: not supported.
Value plain_binary(Interpreter& in, BinaryOperator op, const Value& a, const Value& b) {
  Value number = number_binary(in, op, a, b);
  if (number.defined()) return number;
  switch (op) {
    case BinaryOperator::Add:
      if (is_sequence(a)) return add_sequences(in, a, b);
      return Value();
    case BinaryOperator::Mul:
      if (is_sequence(a)) return repeat(in, a, b);
      if (is_sequence(b)) return repeat(in, b, a);
      return Value();
    case BinaryOperator::Mod:
      if (auto* format = a.as<Str>()) return in.str(percent_format(in, format->text, b));
      return Value();
    case BinaryOperator::BitOr:
      if (auto *x = a.as<Dict>(), *y = b.as<Dict>(); x != nullptr && y != nullptr) {
        Dict* made = in.dict();
        for (Dict* source : {x, y}) {
          for (const Dict::Entry& e : source->entries) {
            if (e.key.defined()) made->set(in, e.key, e.hash, e.value);
          }
        }
        return made;
      }
      if (is_type_form(in, a) && is_type_form(in, b)) return make_union(in, {a, b});
      [[fallthrough]];
    case BinaryOperator::BitAnd:
    case BinaryOperator::BitXor:
    case BinaryOperator::Sub: return set_binary(in, op, a, b);
    default: return Value();
  }
}

// An operand whose class may define the operator.
bool has_methods(const Value& v) {
  if (!v.is_object()) return false;
  if (v.object->kind == Kind::Instance) return true;
  return v.object->kind == Kind::Class && static_cast<Class*>(v.object)->metaclass != nullptr;
}

Value call_operator(Interpreter& in, const Value& self, Class* cls, Symbol name, const Value& other) {
  Value method = in.find_in_class(cls, name);
  if (!method.defined() || method.is_none()) return Value();
  Value made;
  if (method.as<Function>() != nullptr || method.as<NativeFunction>() != nullptr) made = in.call(method, {self, other});
  else made = in.call(in.bind(method, self, cls), {other});
  return made.as<NotImplementedObject>() != nullptr ? Value() : made;
}

}  // namespace

// int.__add__(a, b) and so on: what a subclass reaches by super().
void add_operator_methods(Interpreter& in, Class* cls, std::initializer_list<BinaryOperator> which) {
  for (BinaryOperator op : which) {
    const OperatorNames& names = operators[static_cast<size_t>(op)];
    for (bool reflected : {false, true}) {
      auto* native = in.make<NativeFunction>(reflected ? names.reflected : names.method, [op, reflected](Interpreter& i, const Arguments& arguments) {
        if (arguments.size() != 2) i.raise_type_error("expected 1 argument, got " + std::to_string(arguments.size() - 1));
        Value a = i.unwrap(arguments[0]), b = i.unwrap(arguments[1]);
        if (reflected) std::swap(a, b);
        if (is_sequence(a) && op == BinaryOperator::Add && i.type_of(a) != i.type_of(b)) return i.not_implemented();
        if (is_sequence(reflected ? b : a) && op == BinaryOperator::Mul && !i.is_integer(reflected ? a : b)) return i.not_implemented();
        Value made = plain_binary(i, op, a, b);
        return made.defined() ? made : i.not_implemented();
      });
      native->owner = cls->name;
      cls->dict->set(in, native->name, native);
    }
  }
}

Value Interpreter::binary(BinaryOperator op, const Value& a, const Value& b) {
  if (a.is_int() && b.is_int()) {
    int64_t r;
    switch (op) {
      case BinaryOperator::Add:
        if (!__builtin_add_overflow(a.integer, b.integer, &r)) return Value::of(r);
        break;
      case BinaryOperator::Sub:
        if (!__builtin_sub_overflow(a.integer, b.integer, &r)) return Value::of(r);
        break;
      case BinaryOperator::Mul:
        if (!__builtin_mul_overflow(a.integer, b.integer, &r)) return Value::of(r);
        break;
      default: break;
    }
  }
  return binary_slow(op, a, b, false);
}

Value Interpreter::binary_slow(BinaryOperator op, const Value& a, const Value& b, bool in_place) {
  if (is_unknown(a)) return derived_unknown(*this, a, "");
  if (is_unknown(b)) return derived_unknown(*this, b, "");
  if (auto* lazy = a.as<LazyImport>()) return binary_slow(op, force(lazy), b, in_place);
  if (auto* lazy = b.as<LazyImport>()) return binary_slow(op, a, force(lazy), in_place);
  const OperatorNames& names = operators[static_cast<size_t>(op)];
  bool custom_a = has_methods(a), custom_b = has_methods(b);
  Value made;
  if (!custom_a && !custom_b) {
    made = plain_binary(*this, op, a, b);
  } else {
    Class *cls_a = type_of(a), *cls_b = type_of(b);
    bool reflected_first = custom_b && cls_a != cls_b && cls_b->derives_from(cls_a) &&
                           !find_in_class(cls_b, names.reflected).identical(find_in_class(cls_a, names.reflected));
    if (reflected_first) made = call_operator(*this, b, cls_b, names.reflected, a);
    if (!made.defined()) {
      if (custom_a) {
        made = call_operator(*this, a, cls_a, names.method, b);
      } else if (!is_sequence(a) || op != BinaryOperator::Add) {
        Value plain = unwrap(b);
        bool formats = op == BinaryOperator::Mod && a.as<Str>() != nullptr && plain.as<Tuple>() == nullptr && plain.as<Dict>() == nullptr;
        if (!plain.identical(b) && !formats && !(is_sequence(a) && op == BinaryOperator::Mul && !is_integer(plain))) made = plain_binary(*this, op, a, plain);
        else if (formats) made = plain_binary(*this, op, a, b);
      } else if (type_of(unwrap(b)) == cls_a) {
        made = plain_binary(*this, op, a, unwrap(b));
      }
    }
    if (!made.defined() && custom_b && !reflected_first && (cls_a != cls_b || !custom_a)) made = call_operator(*this, b, cls_b, names.reflected, a);
    if (!made.defined() && op == BinaryOperator::BitOr && is_type_form(*this, a) && is_type_form(*this, b)) made = make_union(*this, {a, b});
    if (!made.defined() && op == BinaryOperator::Mul && (is_sequence(a) || is_sequence(b))) made = is_sequence(a) ? repeat(*this, a, b) : repeat(*this, b, a);
    if (!made.defined() && is_sequence(a) && op == BinaryOperator::Add) made = add_sequences(*this, a, b);   // its message
  }
  if (made.defined()) return made;
  std::string sign(names.sign);
  if (op == BinaryOperator::Pow) sign = in_place ? "**=" : "** or pow()";
  else if (in_place) sign += "=";
  raise_type_error("unsupported operand type(s) for " + sign + ": '" + type_name(a) + "' and '" + type_name(b) + "'");
}

Value Interpreter::in_place(BinaryOperator op, const Value& a, const Value& b) {
  if (!a.is_object()) return a.is_int() && b.is_int() ? binary(op, a, b) : binary_slow(op, a, b, true);
  if (a.object->kind == Kind::Instance) {
    Value made = is_unknown(b) ? Value() : call_operator(*this, a, static_cast<Instance*>(a.object)->cls, operators[static_cast<size_t>(op)].in_place, b);
    if (made.defined()) return made.identical(unwrap(a)) ? a : made;
  } else if (op == BinaryOperator::Add && a.object->kind == Kind::List) {
    if (is_unknown(b)) {
      note(NoteKind::Assumption, "an unknown list is taken to be empty: `" + b.as<Unknown>()->path + "`");
      return a;
    }
    std::vector<Value> more = to_vector(b);
    auto& items = static_cast<List*>(a.object)->items;
    items.insert(items.end(), more.begin(), more.end());
    return a;
  } else if (op == BinaryOperator::Mul && a.object->kind == Kind::List && is_integer(b)) {
    static_cast<List*>(a.object)->items = repeat(*this, a, b).as<List>()->items;
    return a;
  } else if (op == BinaryOperator::BitOr && a.object->kind == Kind::Dict && !is_unknown(b)) {
    call(get_attribute(a, Symbol("update")), {b});
    return a;
  } else if (a.object->kind == Kind::Set && !static_cast<Set*>(a.object)->frozen && unwrap(b).as<Set>() != nullptr) {
    Value made = set_binary(*this, op, a, unwrap(b));
    if (made.defined()) {
      static_cast<Set*>(a.object)->table->swap(*made.as<Set>()->table);
      return a;
    }
  }
  return binary_slow(op, a, b, true);
}

Value Interpreter::unary(UnaryOperator op, const Value& a) {
  if (op == UnaryOperator::Not) return Value::of(!truth(a));
  if (is_unknown(a)) return derived_unknown(*this, a, "");
  if (auto* lazy = a.as<LazyImport>()) return unary(op, force(lazy));
  if (has_methods(a)) {
    static const Symbol methods[] = {Symbol(), Symbol("__neg__"), Symbol("__pos__"), Symbol("__invert__")};
    Value method = find_in_class(type_of(a), methods[static_cast<size_t>(op)]);
    if (method.defined()) return call(bind(method, a, type_of(a)));
  } else if (a.is_float() && op != UnaryOperator::Invert) {
    return Value::of(op == UnaryOperator::Neg ? -a.number : a.number);
  } else if (is_integer(a)) {
    graph::Dim dim = dim_of(a);
    if (op == UnaryOperator::Pos) return integer(dim);
    if (dim.value == INT64_MIN) return too_large(*this);
    graph::Dim negative = expressions_.neg(dim);
    return integer(op == UnaryOperator::Neg ? negative : expressions_.sub(negative, 1));
  }
  static constexpr std::string_view signs[] = {"not", "-", "+", "~"};
  raise_type_error("bad operand type for unary " + std::string(signs[static_cast<size_t>(op)]) + ": '" + type_name(a) + "'");
}

}  // namespace fusescout::python
