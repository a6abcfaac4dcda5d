// The type objects, the exception tree, and what a value's type is.
#include <array>

#include "base/check.h"
#include "python/builtins/define.h"
#include "python/generator.h"
#include "python/names.h"

namespace fusescout::python {
namespace {

struct TypeEntry { std::string_view name; Layout layout; };
constexpr TypeEntry types[] = {
    {"NoneType", Layout::Plain}, {"int", Layout::Int}, {"float", Layout::Float}, {"str", Layout::Str}, {"bytes", Layout::Bytes}, {"list", Layout::List},
    {"tuple", Layout::Tuple}, {"dict", Layout::Dict}, {"set", Layout::Set}, {"frozenset", Layout::Set}, {"range", Layout::Plain}, {"slice", Layout::Plain},
    {"ellipsis", Layout::Plain}, {"NotImplementedType", Layout::Plain}, {"function", Layout::Plain}, {"builtin_function_or_method", Layout::Plain},
    {"method", Layout::Plain}, {"module", Layout::Plain}, {"property", Layout::Plain}, {"classmethod", Layout::Plain}, {"staticmethod", Layout::Plain},
    {"super", Layout::Plain}, {"cell", Layout::Plain}, {"generator", Layout::Plain}, {"coroutine", Layout::Plain}, {"unknown", Layout::Plain}, {"iterator", Layout::Plain},
    {"dict_keys", Layout::Native}, {"dict_values", Layout::Native}, {"dict_items", Layout::Native}, {"mappingproxy", Layout::Native},
    {"GenericAlias", Layout::Native}, {"UnionType", Layout::Native},
};

struct ExceptionEntry { std::string_view name, base; };
constexpr ExceptionEntry exceptions[] = {
    {"BaseException", "object"}, {"Exception", "BaseException"}, {"KeyboardInterrupt", "BaseException"}, {"SystemExit", "BaseException"},
    {"GeneratorExit", "BaseException"}, {"BaseExceptionGroup", "BaseException"}, {"ArithmeticError", "Exception"}, {"OverflowError", "ArithmeticError"},
    {"ZeroDivisionError", "ArithmeticError"}, {"FloatingPointError", "ArithmeticError"}, {"AssertionError", "Exception"}, {"AttributeError", "Exception"},
    {"BufferError", "Exception"}, {"EOFError", "Exception"}, {"ImportError", "Exception"}, {"ModuleNotFoundError", "ImportError"},
    {"LookupError", "Exception"}, {"IndexError", "LookupError"}, {"KeyError", "LookupError"}, {"MemoryError", "Exception"}, {"NameError", "Exception"},
    {"UnboundLocalError", "NameError"}, {"OSError", "Exception"}, {"BlockingIOError", "OSError"}, {"ChildProcessError", "OSError"},
    {"ConnectionError", "OSError"}, {"BrokenPipeError", "ConnectionError"}, {"ConnectionAbortedError", "ConnectionError"},
    {"ConnectionRefusedError", "ConnectionError"}, {"ConnectionResetError", "ConnectionError"}, {"FileExistsError", "OSError"},
    {"FileNotFoundError", "OSError"}, {"InterruptedError", "OSError"}, {"IsADirectoryError", "OSError"}, {"NotADirectoryError", "OSError"},
    {"PermissionError", "OSError"}, {"ProcessLookupError", "OSError"}, {"TimeoutError", "OSError"}, {"ReferenceError", "Exception"},
    {"RuntimeError", "Exception"}, {"NotImplementedError", "RuntimeError"}, {"RecursionError", "RuntimeError"}, {"StopIteration", "Exception"},
    {"StopAsyncIteration", "Exception"}, {"SyntaxError", "Exception"}, {"IndentationError", "SyntaxError"}, {"TabError", "IndentationError"},
    {"SystemError", "Exception"}, {"TypeError", "Exception"}, {"ValueError", "Exception"}, {"UnicodeError", "ValueError"},
    {"UnicodeDecodeError", "UnicodeError"}, {"UnicodeEncodeError", "UnicodeError"}, {"Warning", "Exception"}, {"BytesWarning", "Warning"},
    {"DeprecationWarning", "Warning"}, {"EncodingWarning", "Warning"}, {"FutureWarning", "Warning"}, {"ImportWarning", "Warning"},
    {"PendingDeprecationWarning", "Warning"}, {"ResourceWarning", "Warning"}, {"RuntimeWarning", "Warning"}, {"SyntaxWarning", "Warning"},
    {"UnicodeWarning", "Warning"}, {"UserWarning", "Warning"},
};

// Types that only show up as type(x), not as a builtin name.
constexpr std::string_view hidden[] = {"NoneType", "ellipsis", "NotImplementedType", "function", "builtin_function_or_method", "method", "module", "cell",
                                       "generator", "coroutine", "unknown", "iterator", "dict_keys", "dict_values", "dict_items", "mappingproxy", "GenericAlias", "UnionType"};

}  // namespace

void Interpreter::set_up_types() {
  object_class_ = make_class("object", {});
  builtin_classes_["object"] = object_class_;
  type_class_ = make_class("type", {object_class_}, Layout::Class);
  builtin_classes_["type"] = type_class_;
  for (const TypeEntry& entry : types) builtin_classes_[entry.name] = make_class(entry.name, {object_class_}, entry.layout);
  builtin_classes_["bool"] = make_class("bool", {builtin_class("int")}, Layout::Int);
  for (const ExceptionEntry& entry : exceptions) builtin_classes_[entry.name] = make_class(entry.name, {builtin_class(entry.base)}, Layout::Exception);
  builtin_class("GenericAlias")->module_name = builtin_class("UnionType")->module_name = "types";

  auto by_tag = [&](Tag tag, std::string_view name) { tag_classes_[static_cast<size_t>(tag)] = builtin_class(name); };
  by_tag(Tag::Undefined, "NoneType");
  by_tag(Tag::None, "NoneType");
  by_tag(Tag::Bool, "bool");
  by_tag(Tag::Int, "int");
  by_tag(Tag::Float, "float");
  constexpr std::pair<Kind, std::string_view> kinds[] = {
      {Kind::Str, "str"}, {Kind::Bytes, "bytes"}, {Kind::List, "list"}, {Kind::Tuple, "tuple"}, {Kind::Dict, "dict"}, {Kind::Range, "range"},
      {Kind::Slice, "slice"}, {Kind::Ellipsis, "ellipsis"}, {Kind::NotImplemented, "NotImplementedType"}, {Kind::Function, "function"},
      {Kind::NativeFunction, "builtin_function_or_method"}, {Kind::BoundMethod, "method"}, {Kind::Module, "module"}, {Kind::Property, "property"},
      {Kind::ClassMethod, "classmethod"}, {Kind::StaticMethod, "staticmethod"}, {Kind::Super, "super"}, {Kind::Cell, "cell"},
      {Kind::Generator, "generator"}, {Kind::SymbolicInt, "int"}, {Kind::Unknown, "unknown"}, {Kind::LazyImport, "unknown"}};
  for (auto [kind, name] : kinds) kind_classes_[static_cast<size_t>(kind)] = builtin_class(name);

  for (const auto& [name, cls] : builtin_classes_) {
    if (std::find(std::begin(hidden), std::end(hidden), name) == std::end(hidden)) builtins_->set(*this, Symbol(name), cls);
  }
  builtins_->set(*this, Symbol("IOError"), builtin_class("OSError"));
  builtins_->set(*this, Symbol("EnvironmentError"), builtin_class("OSError"));
}

Class* Interpreter::type_of(const Value& v) const {
  if (!v.is_object()) return tag_classes_[static_cast<size_t>(v.tag)];
  switch (v.object->kind) {
    case Kind::Instance: return static_cast<Instance*>(v.object)->cls;
    case Kind::Class: {
      Class* meta = static_cast<Class*>(v.object)->metaclass;
      return meta != nullptr ? meta : type_class_;
    }
    case Kind::Set: return builtin_classes_.find(static_cast<Set*>(v.object)->frozen ? "frozenset" : "set")->second;
    case Kind::Generator: return builtin_classes_.find(is_coroutine(*static_cast<Generator*>(v.object)) ? "coroutine" : "generator")->second;
    case Kind::Iterator: return const_cast<Interpreter*>(this)->iterator_class(static_cast<Iterator*>(v.object)->type_name);   // a cache
    default: return kind_classes_[static_cast<size_t>(v.object->kind)];
  }
}

Class* Interpreter::iterator_class(Symbol type_name) {
  Class*& cls = iterator_classes_[type_name];
  if (cls == nullptr) cls = make_class(type_name.view(), {builtin_class("iterator")});
  return cls;
}

Value Interpreter::unwrap(const Value& v) const {
  if (!v.is_object() || v.object->kind != Kind::Instance) return v;
  auto* instance = static_cast<Instance*>(v.object);
  if (!instance->payload.defined()) return v;
  switch (instance->cls->layout) {
    case Layout::Plain:
    case Layout::Exception:
    case Layout::Class:
    case Layout::Native: return v;
    default: return instance->payload;
  }
}

bool Interpreter::is_string(const Value& v) const { return unwrap(v).as<Str>() != nullptr; }

std::string_view Interpreter::text_of(const Value& v) {
  auto* text = unwrap(v).as<Str>();
  if (text == nullptr) raise_type_error("expected str, got " + type_name(v));
  return text->text;
}

bool Interpreter::is_integer(const Value& v) const {
  Value plain = unwrap(v);
  return plain.is_int() || plain.is_bool() || plain.as<SymbolicInt>() != nullptr;
}

graph::Dim Interpreter::dim_of(const Value& v) {
  Value plain = unwrap(v);
  if (plain.is_int()) return plain.integer;
  if (plain.is_bool()) return plain.boolean ? 1 : 0;
  if (auto* symbolic = plain.as<SymbolicInt>()) return symbolic->dim;
  if (auto* instance = plain.as<Instance>()) {
    static const Symbol index("__index__");
    Value method = find_in_class(instance->cls, index);
    if (method.defined()) {
      Value made = call(bind(method, v, instance->cls));
      if (is_integer(made)) return dim_of(made);
      raise_type_error("__index__ returned non-int (type " + type_name(made) + ")");
    }
  }
  raise_type_error("'" + type_name(v) + "' object cannot be interpreted as an integer");
}

bool Interpreter::is_number(const Value& v) const { return is_integer(v) || unwrap(v).is_float(); }

double Interpreter::float_of(const Value& v) {
  Value plain = unwrap(v);
  if (plain.is_float()) return plain.number;
  if (is_integer(plain)) return static_cast<double>(concrete(dim_of(plain)));
  if (auto* instance = plain.as<Instance>()) {
    static const Symbol float_name("__float__"), index("__index__");
    Value method = find_in_class(instance->cls, float_name);
    if (method.defined()) {
      Value made = unwrap(call(bind(method, v, instance->cls)));
      if (made.is_float()) return made.number;
      raise_type_error(type_name(v) + ".__float__ returned non-float (type " + type_name(made) + ")");
    }
    if (find_in_class(instance->cls, index).defined()) return static_cast<double>(int_of(v));
  }
  raise_type_error("must be real number, not " + type_name(v));
}

bool Interpreter::is_subclass(const Value& cls, const Value& class_or_tuple) {
  if (auto* list = unwrap(class_or_tuple).as<Tuple>()) {
    for (const Value& v : list->items) {
      if (is_subclass(cls, v)) return true;
    }
    return false;
  }
  if (is_unknown(cls) || is_unknown(class_or_tuple)) return truth(is_unknown(cls) ? cls : class_or_tuple);
  static const Symbol check("__subclasscheck__"), arguments("__args__");
  auto* other = class_or_tuple.as<Class>();
  if (other != nullptr && other->metaclass != nullptr) {
    Value hook = find_in_class(other->metaclass, check);
    Value plain = find_in_class(type_class_, check);
    if (hook.defined() && !hook.identical(plain)) return truth(call(hook, {class_or_tuple, cls}));
  }
  auto* derived = cls.as<Class>();
  if (derived == nullptr) raise_type_error("issubclass() arg 1 must be a class");
  if (other != nullptr) return derived->derives_from(other);
  if (auto* instance = class_or_tuple.as<Instance>()) {
    if (instance->cls == builtin_class("UnionType")) return is_subclass(cls, get_attribute(class_or_tuple, arguments));
    Value hook = find_in_class(instance->cls, check);
    if (hook.defined()) return truth(call(bind(hook, class_or_tuple, instance->cls), {cls}));
  }
  if (class_or_tuple.is_none()) return derived == builtin_class("NoneType");
  raise_type_error("issubclass() arg 2 must be a class, a tuple of classes, or a union");
}

bool Interpreter::is_instance(const Value& v, const Value& class_or_tuple) {
  if (auto* list = unwrap(class_or_tuple).as<Tuple>()) {
    for (const Value& c : list->items) {
      if (is_instance(v, c)) return true;
    }
    return false;
  }
  if (is_unknown(v) || is_unknown(class_or_tuple)) return truth(is_unknown(v) ? v : class_or_tuple);
  static const Symbol check("__instancecheck__"), arguments("__args__");
  Class* of_value = type_of(v);
  if (auto* cls = class_or_tuple.as<Class>()) {
    if (of_value == cls) return true;
    if (cls->metaclass != nullptr) {
      Value hook = find_in_class(cls->metaclass, check);
      Value plain = find_in_class(type_class_, check);
      if (hook.defined() && !hook.identical(plain)) return truth(call(hook, {class_or_tuple, v}));
    }
    if (of_value->derives_from(cls)) return true;
    // An object may claim another class.
    auto* instance = v.as<Instance>();
    if (instance == nullptr || find_in_class(of_value, names::__class__).as<Property>() == nullptr) return false;
    auto* claimed = get_attribute(v, names::__class__).as<Class>();
    return claimed != nullptr && claimed->derives_from(cls);
  }
  if (auto* instance = class_or_tuple.as<Instance>()) {
    if (instance->cls == builtin_class("UnionType")) return is_instance(v, get_attribute(class_or_tuple, arguments));
    Value hook = find_in_class(instance->cls, check);
    if (hook.defined()) return truth(call(bind(hook, class_or_tuple, instance->cls), {v}));
  }
  if (class_or_tuple.is_none()) return v.is_none();   // a member of a union
  raise_type_error("isinstance() arg 2 must be a type, a tuple of types, or a union");
}

}  // namespace fusescout::python
