// What every builtin value has: __repr__, __eq__, __hash__, ... in the dict of its class, for `super()` and explicit calls.
#include "python/builtins/define.h"
#include "python/builtins/number_methods.h"
#include "python/builtins/text.h"

namespace fusescout::python {

using syntax::CompareOperator;

std::string plain_repr(Interpreter& in, const Value& v, const Value& shown);   // text.cpp

namespace {

template <CompareOperator op>
Value compared(Interpreter& in, const Value& self, const Arguments& arguments) {
  Value other = in.unwrap(arguments[0]);
  bool comparable = (in.is_number(self) && in.is_number(other)) || (self.is_object() && other.is_object() && self.object->kind == other.object->kind) || is_unknown(other);
  if (!comparable) return in.not_implemented();
  return in.compare(op, self, other);
}

constexpr NativeMethod equality[] = {
    {"__eq__", 1, 1, compared<CompareOperator::Eq>, Take::Plain},
    {"__ne__", 1, 1, compared<CompareOperator::NotEq>, Take::Plain},
    {"__hash__", 0, 0, [](Interpreter& in, const Value& self, const Arguments&) { return Value::of(static_cast<int64_t>(in.hash(self))); }},
    {"__format__", 1, 1, [](Interpreter& in, const Value& self, const Arguments& a) { return in.str(in.format(self, in.text_of(a[0]))); }},
};
constexpr NativeMethod order[] = {
    {"__lt__", 1, 1, compared<CompareOperator::Lt>, Take::Plain},
    {"__le__", 1, 1, compared<CompareOperator::LtE>, Take::Plain},
    {"__gt__", 1, 1, compared<CompareOperator::Gt>, Take::Plain},
    {"__ge__", 1, 1, compared<CompareOperator::GtE>, Take::Plain},
};

}  // namespace

void add_common_methods(Interpreter& in, Class* cls, bool ordered) {
  add_methods(in, cls, equality);
  if (ordered) add_methods(in, cls, order);
  in.add_method(cls, "__repr__", [](Interpreter& i, const Arguments& arguments) {
    if (arguments.size() != 1) i.raise_type_error("expected 0 arguments, got " + std::to_string(arguments.size()));
    return i.str(plain_repr(i, i.unwrap(arguments[0]), arguments[0]));
  });
}

}  // namespace fusescout::python
