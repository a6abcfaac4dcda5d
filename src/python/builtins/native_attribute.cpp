#include "python/builtins/native_attribute.h"

#include "python/builtins/define.h"
#include "python/builtins/dict_views.h"
#include "python/expression_text.h"
#include "python/names.h"
#include "python/scope.h"

namespace fusescout::python {
namespace {

const Symbol defaults_name("__defaults__"), keyword_defaults("__kwdefaults__"), globals_name("__globals__"), closure_name("__closure__"), func("__func__"),
    code_name("__code__"), base_name("__base__"), start("start"), stop("stop"), step("step"), fget("fget"), fset("fset"),
    fdel("fdel"), cell_contents("cell_contents"), real("real"), imag("imag"), numerator("numerator"),
    denominator("denominator"), abstract("__isabstractmethod__"), flags_name("__flags__"), self_name("__self__");

std::string documentation(const Function& function) {
  const syntax::Ast& ast = *function.file->ast;
  if (ast[function.node].kind != syntax::NodeKind::FunctionDef) return "";
  return std::string(ast.docstring(function.node));
}

// The annotations are never evaluated: they are their source text, as under `from __future__ import annotations`.
Value annotations_of(Interpreter& in, Function& function) {
  Dict* made = in.dict();
  const syntax::Ast& ast = *function.file->ast;
  const syntax::Node& node = ast[function.node];
  if (node.kind == syntax::NodeKind::FunctionDef) {
    for (syntax::NodeId id : ast.children_of(ast[ast.child(node, 0)])) {
      const syntax::Node& parameter = ast[id];
      if (ast.child(parameter, 1) != syntax::no_node) made->set(in, ast.symbol(parameter), in.str(expression_text(ast, ast.child(parameter, 1))));
    }
    if (ast.child(node, 2) != syntax::no_node) made->set(in, Symbol("return"), in.str(expression_text(ast, ast.child(node, 2))));
  }
  if (function.attributes == nullptr) function.attributes = in.dict();
  function.attributes->set(in, names::__annotations__, made);
  return made;
}

Value function_attribute(Interpreter& in, Function& function, Symbol name) {
  if (name == names::__name__) return in.str(function.name);
  if (name == names::__qualname__) return in.str(function.qualname);
  if (name == names::__module__) return function.module != nullptr ? in.str(function.module->name) : Value::none();
  if (name == names::__doc__) {
    std::string text = documentation(function);
    return text.empty() ? Value::none() : in.str(std::move(text));
  }
  if (name == names::__dict__) {
    if (function.attributes == nullptr) function.attributes = in.dict();
    return function.attributes;
  }
  if (name == names::__annotations__) return annotations_of(in, function);
  if (name == globals_name) return function.module->dict;
  if (name == defaults_name || name == keyword_defaults) {
    std::vector<Value> positional;
    Dict* keywords = in.dict();
    for (size_t i = 0; i < function.defaults.size(); ++i) {
      if (!function.defaults[i].defined()) continue;
      if (function.scope->parameter_kinds[i] == syntax::ParameterKind::KeywordOnly) keywords->set(in, function.scope->parameter_names[i], function.defaults[i]);
      else positional.push_back(function.defaults[i]);
    }
    if (name == defaults_name) return positional.empty() ? Value::none() : in.tuple(std::move(positional));
    return keywords->live == 0 ? Value::none() : Value(keywords);
  }
  if (name == closure_name) {
    if (function.closure.empty()) return Value::none();
    std::vector<Value> cells;
    for (Cell* cell : function.closure) cells.push_back(cell);
    return in.tuple(std::move(cells));
  }
  if (name == code_name) {
    auto* code = in.make<Instance>(in.builtin_class("object"));
    code->attributes = in.dict();
    code->payload = Value(&function);   // what types.FunctionType makes a function of
    std::vector<Value> variables;
    int64_t positional = 0, keyword_only = 0;
    for (size_t i = 0; i < function.scope->parameter_kinds.size(); ++i) {
      variables.push_back(in.str(function.scope->parameter_names[i]));
      positional += function.scope->parameter_kinds[i] <= syntax::ParameterKind::Normal;
      keyword_only += function.scope->parameter_kinds[i] == syntax::ParameterKind::KeywordOnly;
    }
    code->attributes->set(in, Symbol("co_varnames"), in.tuple(std::move(variables)));
    code->attributes->set(in, Symbol("co_argcount"), Value::of(positional));
    code->attributes->set(in, Symbol("co_kwonlyargcount"), Value::of(keyword_only));
    code->attributes->set(in, Symbol("co_name"), in.str(function.name));
    code->attributes->set(in, Symbol("co_filename"), in.str(function.file->path));
    code->attributes->set(in, Symbol("co_firstlineno"), Value::of(int64_t{(*function.file->ast)[function.node].line}));
    return code;
  }
  return Value();
}

Value class_attribute(Interpreter& in, Class& cls, Symbol name) {
  if (name == names::__name__) return in.str(cls.name);
  if (name == names::__qualname__) return in.str(cls.qualname);
  if (name == names::__module__) return in.str(cls.module_name);
  if (name == names::__mro__) {
    std::vector<Value> order;
    for (Class* c : cls.mro) order.push_back(c);
    return in.tuple(std::move(order));
  }
  if (name == names::__bases__) {
    std::vector<Value> bases;
    for (Class* c : cls.bases) bases.push_back(c);
    return in.tuple(std::move(bases));
  }
  if (name == base_name) return cls.bases.empty() ? Value::none() : Value(cls.bases[0]);
  if (name == names::__dict__) return make_mapping_proxy(in, cls.dict);
  if (name == names::__doc__) {
    Value* own = cls.dict->find(names::__doc__);   // not inherited
    return own != nullptr ? *own : Value::none();
  }
  if (name == names::__annotations__) {
    if (Value* own = cls.dict->find(name)) return *own;
    Dict* made = in.dict();
    if (!cls.builtin) cls.dict->set(in, name, made);
    return made;
  }
  if (name == flags_name) return Value::of(int64_t{0});
  return Value();
}

}  // namespace

Value native_attribute(Interpreter& in, const Value& object, Symbol name) {
  if (!object.is_object()) {
    if (name == real || (name == numerator && !object.is_float())) return object;
    if (name == imag && in.is_number(object)) return object.is_float() ? Value::of(0.0) : Value::of(int64_t{0});
    if (name == denominator && in.is_integer(object)) return Value::of(int64_t{1});
    return name == names::__class__ ? Value(in.type_of(object)) : Value();
  }
  switch (object.object->kind) {
    case Kind::Function: return function_attribute(in, *static_cast<Function*>(object.object), name);
    case Kind::Class: return class_attribute(in, *static_cast<Class*>(object.object), name);
    case Kind::NativeFunction: {
      auto* native = static_cast<NativeFunction*>(object.object);
      if (name == names::__name__ || name == names::__qualname__) return in.str(native->owner.empty() || name == names::__name__ ? native->name : Symbol(native->owner.str() + "." + native->name.str()));
      if (name == names::__module__) return in.str("builtins");
      if (name == names::__doc__) return Value::none();
      return Value();
    }
    case Kind::BoundMethod: {
      auto* method = static_cast<BoundMethod*>(object.object);
      if (name == self_name) return method->self;
      if (name == func) return method->function;
      return Value();
    }
    case Kind::Property: {
      auto* property = static_cast<Property*>(object.object);
      auto or_none = [](const Value& v) { return v.defined() ? v : Value::none(); };
      if (name == fget) return or_none(property->getter);
      if (name == fset) return or_none(property->setter);
      if (name == fdel) return or_none(property->deleter);
      if (name == names::__doc__) {
        if (property->doc.defined()) return property->doc;
        return property->getter.as<Function>() != nullptr ? in.find_attribute(property->getter, names::__doc__) : Value::none();
      }
      if (name == abstract) {
        for (const Value& part : {property->getter, property->setter, property->deleter}) {
          Value flag = part.defined() && !part.is_none() ? in.find_attribute(part, abstract) : Value();
          if (flag.defined() && in.truth(flag)) return flag;
        }
        return Value::of(false);
      }
      return Value();
    }
    case Kind::ClassMethod:
    case Kind::StaticMethod: {
      Value function = object.object->kind == Kind::ClassMethod ? static_cast<ClassMethod*>(object.object)->function : static_cast<StaticMethod*>(object.object)->function;
      if (name == func || name == names::__wrapped__) return function;
      if (name == abstract || name == names::__name__ || name == names::__qualname__ || name == names::__doc__ || name == names::__module__) {
        return in.find_attribute(function, name);
      }
      return Value();
    }
    case Kind::Slice: {
      auto* slice = static_cast<Slice*>(object.object);
      return name == start ? slice->start : name == stop ? slice->stop : name == step ? slice->step : Value();
    }
    case Kind::Range: {
      auto* range = static_cast<Range*>(object.object);
      return name == start ? Value::of(range->start) : name == stop ? Value::of(range->stop) : name == step ? Value::of(range->step) : Value();
    }
    case Kind::Cell: {
      if (name != cell_contents) return Value();
      Value held = static_cast<Cell*>(object.object)->value;
      if (!held.defined()) in.raise("ValueError", "Cell is empty");
      return held;
    }
    case Kind::SymbolicInt: {
      if (name == real || name == numerator) return object;
      if (name == imag) return Value::of(int64_t{0});
      return Value();
    }
    case Kind::Generator: {
      if (name == names::__name__) {
        std::string_view path = static_cast<Generator*>(object.object)->name.view();
        return in.str(Symbol(path.substr(path.rfind('.') + 1)));
      }
      if (name == names::__qualname__) return in.str(static_cast<Generator*>(object.object)->name);
      return Value();
    }
    default: return Value();
  }
}

}  // namespace fusescout::python
