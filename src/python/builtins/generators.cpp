// The methods of generators and of native iterators.
#include "python/builtins/define.h"
#include "python/builtins/set_up.h"
#include "python/generator.h"

namespace fusescout::python {
namespace {

[[noreturn]] void stop(Interpreter& in, const Value& value) {
  std::vector<Value> arguments;
  if (value.defined() && !value.is_none()) arguments.push_back(value);
  throw PythonException{in.make_exception(in.builtin_class("StopIteration"), std::move(arguments))};
}

Value or_stop(Interpreter& in, const Value& item) {
  if (!item.defined()) stop(in, in.last_return);
  return item;
}

Generator* generator_of(const Value& self) { return static_cast<Generator*>(self.object); }

constexpr NativeMethod iterator_methods[] = {
    {"__iter__", 0, 0, [](Interpreter&, const Value& self, const Arguments&) { return self; }},
    {"__next__", 0, 0, [](Interpreter& in, const Value& self, const Arguments&) { return or_stop(in, in.send(generator_of(self), Value::none())); }},
};

// Of coroutines as well.
constexpr NativeMethod generator_methods[] = {
    {"send", 1, 1, [](Interpreter& in, const Value& self, const Arguments& a) { return or_stop(in, in.send(generator_of(self), a[0])); }, Take::Plain},
    {"throw", 1, 3,
     [](Interpreter& in, const Value& self, const Arguments& a) {
       Value exception = a[0];
       if (exception.as<Class>() != nullptr) exception = a.size() > 1 && !a[1].is_none() ? in.call(exception, {a[1]}) : in.call(exception);
       if (!in.exception_matches(exception, "BaseException")) in.raise_type_error("exceptions must be classes or instances deriving from BaseException, not " + in.type_name(exception));
       return or_stop(in, in.throw_into(generator_of(self), exception));
     },
     Take::Plain},
    {"close", 0, 0,
     [](Interpreter& in, const Value& self, const Arguments&) {
       in.close(generator_of(self));
       return Value::none();
     }},
};

}  // namespace

void set_up_generators(Interpreter& in) {
  add_methods(in, in.builtin_class("generator"), iterator_methods);
  add_methods(in, in.builtin_class("generator"), generator_methods);
  add_methods(in, in.builtin_class("coroutine"), generator_methods);
  in.add_method(in.builtin_class("coroutine"), "__await__", [](Interpreter& i, const Arguments& a) -> Value {
    return i.make<Iterator>(Symbol("coroutine_wrapper"), [coroutine = generator_of(a[0])](Interpreter& interpreter) { return interpreter.send(coroutine, Value::none()); });
  });
  Class* iterator = in.builtin_class("iterator");
  in.add_method(iterator, "__iter__", [](Interpreter&, const Arguments& a) { return a[0]; });
  in.add_method(iterator, "__next__", [](Interpreter& i, const Arguments& a) {
    Value item = i.next(a[0]);
    if (!item.defined()) stop(i, Value());
    return item;
  });
}

}  // namespace fusescout::python
