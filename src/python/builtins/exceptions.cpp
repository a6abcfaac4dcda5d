// BaseException and the attributes of some of its subclasses.
#include <cerrno>

#include "python/builtins/define.h"
#include "python/builtins/set_up.h"
#include "python/names.h"

namespace fusescout::python {

std::string exception_text(Interpreter& in, const Instance& exception);   // text.cpp

namespace {

const Symbol notes_name("__notes__"), suppress("__suppress_context__"), name_name("name"), path_name("path"), obj_name("obj");

Instance* self_of(Interpreter& in, const Arguments& arguments) {
  auto* self = arguments.size() > 0 ? arguments[0].as<Instance>() : nullptr;
  if (self == nullptr || self->cls->layout != Layout::Exception) in.raise_type_error("descriptor requires a 'BaseException' object");
  return self;
}

void set_arguments(Interpreter& in, Instance* self, std::span<const Value> arguments) { self->payload = in.make<Tuple>(std::vector<Value>(arguments.begin(), arguments.end())); }

Value argument(const Instance& self, size_t i) {
  auto* arguments = self.payload.as<Tuple>();
  return arguments != nullptr && i < arguments->items.size() ? arguments->items[i] : Value::none();
}

// A name that reads like one of the arguments until something assigns it.
void add_argument_property(Interpreter& in, std::string_view cls, std::string_view name, size_t index, size_t least) {
  Symbol symbol(name);
  in.add_property(
      in.builtin_class(cls), name,
      [symbol, index, least](Interpreter& i, const Arguments& arguments) {
        Instance* self = self_of(i, arguments);
        if (self->attributes != nullptr) {
          if (Value* v = self->attributes->find(symbol)) return *v;
        }
        auto* list = self->payload.as<Tuple>();
        return list != nullptr && list->items.size() >= least ? argument(*self, index) : Value::none();
      },
      [symbol](Interpreter& i, const Arguments& arguments) {
        Instance* self = self_of(i, arguments);
        if (self->attributes == nullptr) self->attributes = i.dict();
        self->attributes->set(i, symbol, arguments[1]);
        return Value::none();
      });
}

void add_default(Interpreter& in, Class* cls, Symbol name, Value value) { cls->dict->set(in, name, value); }

// ImportError(message, name=..., path=...), AttributeError and NameError alike.
void add_keyword_init(Interpreter& in, std::string_view cls, std::vector<Symbol> keywords) {
  for (Symbol keyword : keywords) add_default(in, in.builtin_class(cls), keyword, Value::none());
  in.add_method(in.builtin_class(cls), "__init__", [keywords, cls](Interpreter& i, const Arguments& arguments) {
    Instance* self = self_of(i, arguments);
    set_arguments(i, self, arguments.positional.subspan(1));
    for (const KeywordArgument& k : arguments.keywords) {
      if (std::find(keywords.begin(), keywords.end(), k.name) == keywords.end())
        i.raise_type_error("'" + k.name.str() + "' is an invalid keyword argument for " + std::string(cls) + "()");
      if (self->attributes == nullptr) self->attributes = i.dict();
      self->attributes->set(i, k.name, k.value);
    }
    return Value::none();
  });
}

}  // namespace

void set_up_exceptions(Interpreter& in) {
  Class* base = in.builtin_class("BaseException");
  add_new(in, base, [](Interpreter& i, Class* made, const Arguments& arguments) -> Value {
    i.check_instantiable(made);
    auto* self = i.make<Instance>(made);
    set_arguments(i, self, arguments.positional);
    return self;
  });
  // OSError(errno, text) becomes the class of that errno.
  add_new(in, in.builtin_class("OSError"), [](Interpreter& i, Class* made, const Arguments& arguments) -> Value {
    constexpr std::pair<int64_t, std::string_view> classes[] = {
        {EPERM, "PermissionError"}, {ENOENT, "FileNotFoundError"}, {ESRCH, "ProcessLookupError"}, {EINTR, "InterruptedError"}, {EAGAIN, "BlockingIOError"},
        {ECHILD, "ChildProcessError"}, {EACCES, "PermissionError"}, {EEXIST, "FileExistsError"}, {ENOTDIR, "NotADirectoryError"}, {EISDIR, "IsADirectoryError"},
        {EPIPE, "BrokenPipeError"}, {ECONNREFUSED, "ConnectionRefusedError"}, {ECONNRESET, "ConnectionResetError"}, {ECONNABORTED, "ConnectionAbortedError"}, {ETIMEDOUT, "TimeoutError"}};
    if (made == i.builtin_class("OSError") && arguments.size() >= 2 && arguments[0].is_int()) {
      for (auto [code, name] : classes) {
        if (code == arguments[0].integer) made = i.builtin_class(name);
      }
    }
    auto* self = i.make<Instance>(made);
    set_arguments(i, self, arguments.positional);
    return self;
  });
  in.add_method(base, "__init__", [](Interpreter& i, const Arguments& arguments) {
    Instance* self = self_of(i, arguments);
    if (!arguments.keywords.empty()) i.raise_type_error(self->cls->name.str() + "() takes no keyword arguments");
    set_arguments(i, self, arguments.positional.subspan(1));
    return Value::none();
  });
  in.add_method(base, "__str__", [](Interpreter& i, const Arguments& arguments) { return i.str(exception_text(i, *self_of(i, arguments))); });
  in.add_method(base, "__repr__", [](Interpreter& i, const Arguments& arguments) {
    Instance* self = self_of(i, arguments);
    auto* list = self->payload.as<Tuple>();
    std::string text = list != nullptr && list->items.size() == 1 ? "(" + i.repr(list->items[0]) + ")" : i.repr(self->payload);
    return i.str(self->cls->name.str() + text);
  });
  in.add_method(base, "with_traceback", [](Interpreter& i, const Arguments& arguments) { return Value(self_of(i, arguments)); });
  in.add_method(base, "add_note", [](Interpreter& i, const Arguments& arguments) {
    Instance* self = self_of(i, arguments);
    if (arguments.size() != 2 || !i.is_string(arguments[1])) i.raise_type_error("note must be a str, not '" + (arguments.size() > 1 ? i.type_name(arguments[1]) : "") + "'");
    if (self->attributes == nullptr) self->attributes = i.dict();
    Value* notes = self->attributes->find(notes_name);
    if (notes == nullptr) self->attributes->set(i, notes_name, i.list({arguments[1]}));
    else if (auto* list = notes->as<List>()) list->items.push_back(arguments[1]);
    return Value::none();
  });
  in.add_property(
      base, "args", [](Interpreter& i, const Arguments& arguments) { return self_of(i, arguments)->payload; },
      [](Interpreter& i, const Arguments& arguments) {
        self_of(i, arguments)->payload = i.make<Tuple>(i.to_vector(arguments[1]));
        return Value::none();
      });
  add_default(in, base, names::__cause__, Value::none());
  add_default(in, base, names::__context__, Value::none());
  add_default(in, base, names::__traceback__, Value::none());
  add_default(in, base, suppress, Value::of(false));
  add_argument_property(in, "StopIteration", "value", 0, 1);
  add_argument_property(in, "SystemExit", "code", 0, 1);
  add_argument_property(in, "OSError", "errno", 0, 2);
  add_argument_property(in, "OSError", "strerror", 1, 2);
  add_argument_property(in, "OSError", "filename", 2, 3);
  add_argument_property(in, "ImportError", "msg", 0, 1);
  add_argument_property(in, "SyntaxError", "msg", 0, 1);
  add_keyword_init(in, "ImportError", {name_name, path_name});
  add_keyword_init(in, "AttributeError", {name_name, obj_name});
  add_keyword_init(in, "NameError", {name_name});
}

}  // namespace fusescout::python
