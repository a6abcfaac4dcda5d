// property, classmethod, staticmethod, super, functions and methods.
#include "python/builtins/define.h"
#include "python/builtins/set_up.h"
#include "python/builtins/super.h"
#include "python/names.h"
#include "python/scope.h"

namespace fusescout::python {
namespace {

Property* property_of(Interpreter& in, const Value& v) {
  if (auto* property = v.as<Property>()) return property;
  auto* instance = v.as<Instance>();   // of a subclass of property
  auto* inner = instance != nullptr ? instance->payload.as<Property>() : nullptr;
  if (inner == nullptr) in.raise_type_error("descriptor requires a 'property' object but received '" + in.type_name(v) + "'");
  return inner;
}

Value with_part(Interpreter& in, const Arguments& arguments, Value Property::*part) {
  if (arguments.size() != 2) in.raise_type_error("expected 1 argument, got " + std::to_string(arguments.size() - 1));
  auto* old = property_of(in, arguments[0]);
  auto* made = in.make<Property>();
  made->getter = old->getter;
  made->setter = old->setter;
  made->deleter = old->deleter;
  made->doc = old->doc;
  made->*part = arguments[1];
  if (auto* instance = arguments[0].as<Instance>()) {
    auto* copy = in.make<Instance>(instance->cls);
    copy->payload = made;
    return copy;
  }
  return made;
}

// The class and the first argument of the method that runs.
Value zero_argument_super(Interpreter& in) {
  Frame* frame = in.frame();
  if (frame == nullptr || frame->function == nullptr) in.raise("RuntimeError", "super(): no arguments");
  const CodeScope& scope = *frame->scope;
  bool takes_self = !scope.parameter_kinds.empty() && scope.parameter_kinds[0] <= syntax::ParameterKind::Normal;
  if (!takes_self) in.raise("RuntimeError", "super(): no arguments");
  Value self = frame->slots[0];
  if (scope.is_cell[0]) {
    auto* cell = self.as<Cell>();
    self = cell != nullptr ? cell->value : Value();
  }
  if (!self.defined()) in.raise("RuntimeError", "super(): arg[0] deleted");
  if (frame->class_cell == nullptr) in.raise("RuntimeError", "super(): __class__ cell not found");
  auto* cls = frame->class_cell->value.as<Class>();
  if (cls == nullptr) in.raise("RuntimeError", "super(): empty __class__ cell");
  return make_super(in, cls, self);
}

}  // namespace

Value make_super(Interpreter& in, Class* cls, const Value& self) {
  if (auto* as_class = self.as<Class>(); as_class != nullptr && as_class->derives_from(cls)) return in.make<Super>(cls, self, as_class);
  Class* start = in.type_of(self);
  if (!start->derives_from(cls)) in.raise_type_error("super(type, obj): obj must be an instance or subtype of type");
  return in.make<Super>(cls, self, start);
}

void set_up_descriptors(Interpreter& in) {
  Class* property = in.builtin_class("property");
  add_new(in, property, [](Interpreter& i, Class* made, const Arguments& arguments) -> Value {
    auto* p = i.make<Property>();
    p->getter = arguments.get(0, Symbol("fget"));
    p->setter = arguments.get(1, Symbol("fset"));
    p->deleter = arguments.get(2, Symbol("fdel"));
    p->doc = arguments.get(3, names::__doc__);
    if (!p->doc.defined()) p->doc = arguments.keyword(Symbol("doc"));
    if (made == i.builtin_class("property")) return p;
    auto* instance = i.make<Instance>(made);
    instance->payload = p;
    return instance;
  });
  in.add_method(property, "getter", [](Interpreter& i, const Arguments& a) { return with_part(i, a, &Property::getter); });
  in.add_method(property, "setter", [](Interpreter& i, const Arguments& a) { return with_part(i, a, &Property::setter); });
  in.add_method(property, "deleter", [](Interpreter& i, const Arguments& a) { return with_part(i, a, &Property::deleter); });
  in.add_method(property, "__get__", [](Interpreter& i, const Arguments& a) {
    auto* p = property_of(i, a[0]);
    if (a.size() < 2 || a[1].is_none()) return a[0];
    if (!p->getter.defined() || p->getter.is_none()) i.raise("AttributeError", "property of '" + i.type_name(a[1]) + "' object has no getter");
    return i.call(p->getter, {a[1]});
  });
  in.add_method(property, "__set__", [](Interpreter& i, const Arguments& a) {
    auto* p = property_of(i, a[0]);
    if (!p->setter.defined() || p->setter.is_none()) i.raise("AttributeError", "property of '" + i.type_name(a[1]) + "' object has no setter");
    return i.call(p->setter, {a[1], a[2]});
  });
  // A subclass of property has its parts behind its payload.
  for (auto [name, part] : {std::pair{"fget", &Property::getter}, std::pair{"fset", &Property::setter}, std::pair{"fdel", &Property::deleter}}) {
    in.add_property(property, name, [part = part](Interpreter& i, const Arguments& a) {
      Value v = property_of(i, a[0])->*part;
      return v.defined() ? v : Value::none();
    });
  }

  add_new(in, in.builtin_class("classmethod"), [](Interpreter& i, Class*, const Arguments& arguments) -> Value {
    if (arguments.size() != 1) i.raise_type_error("classmethod expected 1 argument, got " + std::to_string(arguments.size()));
    return i.make<ClassMethod>(arguments[0]);
  });
  add_new(in, in.builtin_class("staticmethod"), [](Interpreter& i, Class*, const Arguments& arguments) -> Value {
    if (arguments.size() != 1) i.raise_type_error("staticmethod expected 1 argument, got " + std::to_string(arguments.size()));
    return i.make<StaticMethod>(arguments[0]);
  });
  for (std::string_view name : {"classmethod", "staticmethod", "function", "method", "builtin_function_or_method"}) {
    in.add_method(in.builtin_class(name), "__get__", [](Interpreter& i, const Arguments& a) {
      Value self = a.size() > 1 && !a[1].is_none() ? a[1] : Value();
      Class* owner = a.size() > 2 ? a[2].as<Class>() : self.defined() ? i.type_of(self) : nullptr;
      return i.bind(a[0], self, owner != nullptr ? owner : i.builtin_class("object"));
    });
    in.add_method(in.builtin_class(name), "__call__", [](Interpreter& i, const Arguments& a) { return i.call(a[0], Arguments{a.positional.subspan(1), a.keywords}); });
  }

  add_new(in, in.builtin_class("super"), [](Interpreter& i, Class*, const Arguments& arguments) -> Value {
    if (arguments.size() == 0) return zero_argument_super(i);
    if (arguments.size() == 1) i.raise_type_error("super() with one argument is not evaluated");
    auto* cls = arguments[0].as<Class>();
    if (is_unknown(arguments[0])) return arguments[0];
    if (cls == nullptr) i.raise_type_error("super() argument 1 must be a type, not " + i.type_name(arguments[0]));
    return make_super(i, cls, arguments[1]);
  });
  for (std::string_view name : {"function", "method"}) {
    add_new(in, in.builtin_class(name), [](Interpreter& i, Class* made, const Arguments& arguments) -> Value {
      if (made == i.builtin_class("method") && arguments.size() == 2) return i.make<BoundMethod>(arguments[1], arguments[0]);   // types.MethodType
      // types.FunctionType(code, globals, name, argdefs, closure): another function with the same code.
      static const Symbol name("name");
      auto* code = arguments.size() > 0 ? arguments[0].as<Instance>() : nullptr;
      auto* source = code != nullptr ? code->payload.as<Function>() : nullptr;
      if (source == nullptr) return i.unknown("functions are made of code objects of the program only", "function()");
      auto* copy = i.make<Function>();
      copy->file = source->file;
      copy->node = source->node;
      copy->scope = source->scope;
      copy->module = source->module;
      copy->name = source->name;
      copy->qualname = source->qualname;
      copy->defaults = source->defaults;
      copy->closure = source->closure;
      copy->class_cell = source->class_cell;
      if (Value given = arguments.get(2, name); given.defined() && i.is_string(given)) copy->name = copy->qualname = Symbol(i.text_of(given));
      return copy;
    });
  }
}

}  // namespace fusescout::python
