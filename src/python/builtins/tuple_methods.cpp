// tuple, range, slice.
#include "python/builtins/arithmetic.h"
#include "python/builtins/define.h"
#include "python/builtins/number_methods.h"
#include "python/builtins/set_up.h"

namespace fusescout::python {
namespace {

Range& range_of(const Value& self) { return *static_cast<Range*>(self.object); }

Value index_in(Interpreter& in, const Value& sequence, const Value& wanted, const std::string& message) {
  int64_t at = 0;
  for (const Value& item : in.to_vector(sequence)) {
    if (item.identical(wanted) || in.equal(item, wanted)) return Value::of(at);
    ++at;
  }
  in.raise("ValueError", message);
}

Value count_in(Interpreter& in, const Value& sequence, const Value& wanted) {
  int64_t n = 0;
  for (const Value& item : in.to_vector(sequence)) n += item.identical(wanted) || in.equal(item, wanted);
  return Value::of(n);
}

constexpr NativeMethod shared[] = {
    {"__len__", 0, 0, [](Interpreter& in, const Value& self, const Arguments&) { return Value::of(in.length(self)); }},
    {"__iter__", 0, 0, [](Interpreter& in, const Value& self, const Arguments&) { return in.iterate(self); }},
    {"__contains__", 1, 1, [](Interpreter& in, const Value& self, const Arguments& a) { return Value::of(in.contains(self, a[0])); }, Take::Plain},
    {"__getitem__", 1, 1, [](Interpreter& in, const Value& self, const Arguments& a) { return in.get_item(self, a[0]); }},
    {"count", 1, 1, [](Interpreter& in, const Value& self, const Arguments& a) { return count_in(in, self, a[0]); }},
};

constexpr NativeMethod tuple_methods[] = {
    {"index", 1, 3, [](Interpreter& in, const Value& self, const Arguments& a) { return index_in(in, self, a[0], "tuple.index(x): x not in tuple"); }},
};

constexpr NativeMethod range_methods[] = {
    {"index", 1, 1,
     [](Interpreter& in, const Value& self, const Arguments& a) {
       if (!in.contains(self, a[0])) in.raise("ValueError", in.repr(a[0]) + " is not in range");
       return Value::of((in.int_of(a[0]) - range_of(self).start) / range_of(self).step);
     }},
    {"__reversed__", 0, 0,
     [](Interpreter& in, const Value& self, const Arguments&) {
       Range& r = range_of(self);
       int64_t n = r.length();
       return in.iterate(in.make<Range>(r.start + (n - 1) * r.step, r.start - r.step, -r.step));
     }},
};

constexpr NativeMethod slice_methods[] = {
    {"indices", 1, 1,
     [](Interpreter& in, const Value& self, const Arguments& a) {
       auto& slice = *static_cast<Slice*>(self.object);
       int64_t length = index_of(in, a[0]), step = slice.step.is_none() ? 1 : index_of(in, slice.step);
       if (step == 0) in.raise("ValueError", "slice step cannot be zero");
       int64_t low = step > 0 ? 0 : -1, high = step > 0 ? length : length - 1;
       auto bound = [&](const Value& v, int64_t absent) {
         if (v.is_none()) return absent;
         int64_t at = index_of(in, v);
         if (at < 0) at += length;
         return std::min(std::max(at, low), high);
       };
       return in.tuple({Value::of(bound(slice.start, step > 0 ? low : high)), Value::of(bound(slice.stop, step > 0 ? high : low)), Value::of(step)});
     }},
};

}  // namespace

void set_up_tuple(Interpreter& in) {
  Class *tuple = in.builtin_class("tuple"), *range = in.builtin_class("range"), *slice = in.builtin_class("slice");
  for (Class* cls : {tuple, range}) add_methods(in, cls, shared);
  add_methods(in, tuple, tuple_methods);
  add_methods(in, range, range_methods);
  add_methods(in, slice, slice_methods);
  add_common_methods(in, tuple, true);
  add_common_methods(in, range, false);
  add_operator_methods(in, tuple, {syntax::BinaryOperator::Add, syntax::BinaryOperator::Mul});
  add_new(in, tuple, [](Interpreter& i, Class* made, const Arguments& arguments) {
    if (arguments.size() > 1) i.raise_type_error("tuple expected at most 1 argument, got " + std::to_string(arguments.size()));
    Class* cls = i.builtin_class("tuple");
    if (arguments.size() == 1 && (is_unknown(arguments[0]) || (made == cls && arguments[0].as<Tuple>() != nullptr))) return arguments[0];
    return wrap(i, made, cls, i.tuple(arguments.size() == 1 ? i.to_vector(arguments[0]) : std::vector<Value>()));
  });
  add_new(in, range, [](Interpreter& i, Class*, const Arguments& arguments) -> Value {
    if (arguments.size() == 0) i.raise_type_error("range expected at least 1 argument, got 0");
    if (arguments.size() > 3) i.raise_type_error("range expected at most 3 arguments, got " + std::to_string(arguments.size()));
    for (const Value& v : arguments.positional) {
      if (is_unknown(v)) return v;
    }
    int64_t first = index_of(i, arguments[0]);
    if (arguments.size() == 1) return i.make<Range>(0, first, 1);
    int64_t stop = index_of(i, arguments[1]), step = arguments.size() == 3 ? index_of(i, arguments[2]) : 1;
    if (step == 0) i.raise("ValueError", "range() arg 3 must not be zero");
    return i.make<Range>(first, stop, step);
  });
  add_new(in, slice, [](Interpreter& i, Class*, const Arguments& arguments) -> Value {
    if (arguments.size() == 0) i.raise_type_error("slice expected at least 1 argument, got 0");
    if (arguments.size() > 3) i.raise_type_error("slice expected at most 3 arguments, got " + std::to_string(arguments.size()));
    Value none = Value::none();
    if (arguments.size() == 1) return i.make<Slice>(none, arguments[0], none);
    return i.make<Slice>(arguments[0], arguments[1], arguments.size() == 3 ? arguments[2] : none);
  });
}

}  // namespace fusescout::python
