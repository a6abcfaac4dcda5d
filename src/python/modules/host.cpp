// _host: what the Python files of library/ need to know of the evaluator.
#include "python/builtins/define.h"
#include "python/expression_text.h"
#include "python/modules/native_modules.h"
#include "python/names.h"
#include "python/scope.h"
#include "syntax/parse.h"

namespace fusescout::python {
namespace {

using In = Interpreter;
using syntax::Node;
using syntax::NodeId;
using syntax::NodeKind;

const Function* function_of(const Value& v) {
  if (auto* method = v.as<BoundMethod>()) return function_of(method->function);
  if (auto* method = v.as<ClassMethod>()) return function_of(method->function);
  if (auto* method = v.as<StaticMethod>()) return function_of(method->function);
  return v.as<Function>();
}

// An annotation as text; one that is written as a string is that string.
Value annotation_text(In& in, const syntax::Ast& ast, NodeId id) {
  if (id == syntax::no_node) return Value::none();
  if (ast[id].kind == NodeKind::StringLiteral) return in.str(ast.symbol(ast[id]));
  return in.str(expression_text(ast, id));
}

// parameters(function) -> [(name, kind, () or (default,), annotation or None)], None when it is no Python function.
Value parameters(In& in, const Arguments& a) {
  const Function* function = function_of(a[0]);
  if (function == nullptr) return Value::none();
  const syntax::Ast& ast = *function->file->ast;
  const Node& node = ast[function->node];
  std::vector<Value> made;
  size_t i = 0;
  for (NodeId id : ast.children_of(ast[ast.child(node, 0)])) {
    const Node& parameter = ast[id];
    Value fallback = i < function->defaults.size() ? function->defaults[i] : Value();
    ++i;
    made.push_back(in.tuple({in.str(ast.symbol(parameter)), Value::of(int64_t{parameter.flag}),
                             in.tuple(fallback.defined() ? std::vector<Value>{fallback} : std::vector<Value>{}), annotation_text(in, ast, ast.child(parameter, 1))}));
  }
  return in.list(std::move(made));
}

Value return_annotation(In& in, const Arguments& a) {
  const Function* function = function_of(a[0]);
  if (function == nullptr) return Value::none();
  const syntax::Ast& ast = *function->file->ast;
  const Node& node = ast[function->node];
  return node.kind == NodeKind::FunctionDef ? annotation_text(in, ast, ast.child(node, 2)) : Value::none();
}

Value function_kind(In& in, const Arguments& a) {
  const Function* function = function_of(a[0]);
  if (function == nullptr) return Value::none();
  complete(*const_cast<Function*>(function));   // whether it yields is in its body
  const Node& node = (*function->file->ast)[function->node];
  bool is_async = node.kind == NodeKind::FunctionDef && (node.flag & 1) != 0, yields = node.kind == NodeKind::FunctionDef && (node.flag & 2) != 0;
  return in.str(Symbol(is_async ? (yields ? "async generator" : "coroutine") : yields ? "generator" : "function"));
}

Value file_of(In& in, const Arguments& a) {
  Symbol file;
  if (auto* cls = a[0].as<Class>()) file = cls->file;
  else if (const Function* function = function_of(a[0])) file = function->file->path;
  return file.empty() ? Value::none() : in.str("/" + file.str());
}

// evaluate(text, owner, names=None): an expression among the globals of the module that owns a class or function.
Value evaluate(In& in, const Arguments& a) {
  Module* module = a[1].as<Module>();
  if (const Function* function = function_of(a[1])) module = function->module;
  if (auto* cls = a[1].as<Class>()) module = in.find_module(Symbol(cls->module_name));
  Dict* names = in.dict();
  if (a.size() > 2) {
    if (auto* given = in.unwrap(a[2]).as<Dict>()) {
      for (const Dict::Entry& e : given->entries) {
        if (e.key.defined()) in.dict_set(names, e.key, e.value);
      }
    }
  }
  return in.evaluate_text(module, names, in.text_of(a[0]));
}

bool is_literal(const syntax::Ast& ast, NodeId id) {
  if (id == syntax::no_node) return false;
  const Node& node = ast[id];
  switch (node.kind) {
    case NodeKind::Module:
    case NodeKind::ExpressionStatement:
    case NodeKind::UnaryOp:
    case NodeKind::List:
    case NodeKind::Tuple:
    case NodeKind::Set:
    case NodeKind::Dict:
      for (NodeId c : ast.children_of(node)) {
        if (!is_literal(ast, c)) return false;
      }
      return true;
    case NodeKind::NoneLiteral:
    case NodeKind::TrueLiteral:
    case NodeKind::FalseLiteral:
    case NodeKind::EllipsisLiteral:
    case NodeKind::IntLiteral:
    case NodeKind::FloatLiteral:
    case NodeKind::ComplexLiteral:
    case NodeKind::StringLiteral:
    case NodeKind::BytesLiteral: return true;
    default: return false;
  }
}

Value literal(In& in, const Arguments& a) {
  syntax::Ast ast = syntax::parse(in.text_of(a[0]));
  if (ast.first_error_line != 0) in.raise("SyntaxError", "invalid syntax");
  if (!is_literal(ast, ast.root)) in.raise("ValueError", "malformed node or string");
  return in.evaluate_text(nullptr, in.dict(), in.text_of(a[0]));
}

// --- modules

bool can_import(In& in, Symbol name) { return in.module_exists(name) || in.loader().installed(name); }

// What sys.modules has: modules that an eager interpreter would have imported by now.
Value module(In& in, const Arguments& a) {
  if (!in.is_string(a[0])) return Value::none();
  Symbol name(in.text_of(a[0]));
  Module* found = in.find_module(name);
  // A part of a package that is installed but not evaluated, and was imported: the package may well have loaded it.
  std::string_view top = name.view().substr(0, name.view().find('.'));
  if (found == nullptr && top != name.view() && in.find_module(Symbol(top)) != nullptr && !in.module_exists(Symbol(top)) && in.loader().installed(name)) {
    return in.import_module(name);
  }
  if (found == nullptr || found->state == Module::State::Failed || found->elsewhere) return Value::none();
  if (found->state == Module::State::Unloaded && (found->import_epoch > in.epoch() || !can_import(in, name))) return Value::none();
  return found;
}

// For loops over all modules: those of the sources. What is not evaluated, or ours, holds nothing that a program looks for in all of them.
// Of our own library: what stands there for a package is not what a sweep over all modules looks for.
bool of_library(In& in, Symbol name) {
  std::string_view top = name.view().substr(0, name.view().find('.'));
  std::optional<ModuleSource> source = in.loader().load(Symbol(top));
  return source && source->path.view().starts_with("library/");
}

Value module_names(In& in, const Arguments&) {
  std::vector<Value> made;
  for (Module* m : in.modules()) {
    if (m->state == Module::State::Unloaded ? (!in.module_exists(m->name) || of_library(in, m->name)) : (m->file == nullptr || m->file->path.view().starts_with("library/"))) continue;
    Value name = in.str(m->name);
    if (!module(in, Arguments{std::span<const Value>(&name, 1), {}}).is_none()) made.push_back(name);
  }
  return in.list(std::move(made));
}

Value set_module(In& in, const Arguments& a) {
  Symbol name(in.text_of(a[0]));
  auto* given = a[1].as<Module>();
  if (given == nullptr) {   // any object may stand for a module
    given = in.make<Module>(name);
    given->dict = in.dict();
    given->state = Module::State::Loaded;
    given->get_attribute = [object = a[1]](In& in, Symbol attribute) { return in.find_attribute(object, attribute); };
  }
  given->import_epoch = std::min(given->import_epoch, in.epoch());
  in.set_module(name, given);
  return Value::none();
}

Value remove_module(In& in, const Arguments& a) {
  in.set_module(Symbol(in.text_of(a[0])), nullptr);
  return Value::none();
}

Value import_module(In& in, const Arguments& a) { return in.import_module(Symbol(in.text_of(a[0]))); }
Value in_another_process(In& in, const Arguments& a) { return in.in_another_process(a[0]); }
Value can_import_named(In& in, const Arguments& a) { return Value::of(can_import(in, Symbol(in.text_of(a[0])))); }

// --- where we are

Value caller_module(In& in, const Arguments& a) {
  int64_t depth = index_of(in, a[0]);
  Frame* frame = in.frame();
  for (; frame != nullptr && depth > 0; --depth) frame = frame->back;
  return in.str(frame != nullptr && frame->module != nullptr ? frame->module->name : Symbol("__main__"));
}

Value handled_exception(In& in, const Arguments&) {
  for (Frame* f = in.frame(); f != nullptr; f = f->back) {
    if (f->handled.defined()) return f->handled;
  }
  return Value::none();
}

Value make_unknown(In& in, const Arguments& a) { return in.unknown(std::string(in.text_of(a[0])), std::string(in.text_of(a[1]))); }

Value write(In& in, const Arguments& a) {
  if (in.print_hook) in.print_hook(in.text_of(a[0]));
  return Value::none();
}

// --- data classes

// fill_fields(object, plan, arguments, keywords, frozen, MISSING) -> the values of InitVars; None, with nothing done, when the arguments do
// not fit. The plan has (name, init, default, default factory, is an InitVar, keyword only) for each field.
Value fill_fields(In& in, const Arguments& a) {
  const auto* plan = a[1].as<List>();
  const auto* given = a[2].as<Tuple>();
  auto* keywords = a[3].as<Dict>();
  const Value& missing = a[5];
  if (plan == nullptr || given == nullptr || keywords == nullptr) return Value::none();
  auto parts = [&](size_t i) -> const std::vector<Value>& { return static_cast<Tuple*>(plan->items[i].object)->items; };
  std::vector<Value> values(plan->items.size()), init_vars;
  size_t positional = 0, named = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    const std::vector<Value>& field = parts(i);
    if (!field[1].boolean) continue;
    if (!field[5].boolean && positional < given->items.size()) values[i] = given->items[positional++];
    if (Value* keyword = keywords->find(static_cast<Str*>(field[0].object)->symbol())) {
      if (values[i].defined()) return Value::none();
      values[i] = *keyword;
      ++named;
    }
    if (!values[i].defined() && field[2].identical(missing) && field[3].identical(missing)) return Value::none();
  }
  if (positional < given->items.size() || named < keywords->live) return Value::none();
  for (size_t i = 0; i < values.size(); ++i) {
    const std::vector<Value>& field = parts(i);
    Value value = values[i];
    if (!value.defined() && !field[3].identical(missing)) value = in.call(field[3]);
    if (!value.defined() && !field[2].identical(missing) && (field[1].boolean || field[4].boolean)) value = field[2];
    if (!value.defined()) continue;
    Symbol name = static_cast<Str*>(field[0].object)->symbol();
    if (field[4].boolean) init_vars.push_back(value);
    else if (in.truth(a[4])) in.set_attribute_plain(a[0], name, value);
    else in.set_attribute(a[0], name, value);
  }
  return in.list(std::move(init_vars));
}

// recall(store, key, counts, ordered, otherwise): what a cached function has given before, counted; the store's last entry if it is ordered.
Value recall(In& in, const Arguments& a) {
  auto* store = a[0].as<Dict>();
  uint64_t hash = in.hash(a[1]);
  Value* found = store->find(in, a[1], hash);
  if (found == nullptr) return a[4];
  Value value = *found;
  ++a[2].as<List>()->items[0].integer;
  if (in.truth(a[3])) {
    store->erase(in, a[1], hash);
    store->set(in, a[1], hash, value);
  }
  return value;
}

// --- copies

// What copying leaves as it is.
bool atomic(const Value& v) {
  if (!v.is_object()) return true;
  switch (v.object->kind) {
    case Kind::List:
    case Kind::Tuple:
    case Kind::Dict:
    case Kind::Set: return false;
    case Kind::Instance: {
      auto* instance = static_cast<Instance*>(v.object);
      return instance->cls->builtin && instance->cls->layout == Layout::Native && !instance->cls->allocate;
    }
    default: return true;
  }
}

Value shallow_copy_value(In& in, const Value& v) {
  if (auto* list = v.as<List>()) return in.list(list->items);
  if (auto* dict = v.as<Dict>()) {
    Dict* made = in.dict();
    for (const Dict::Entry& e : dict->entries) {
      if (e.key.defined()) made->set(in, e.key, e.hash, e.value);
    }
    return made;
  }
  if (auto* set = v.as<Set>()) return set->frozen ? v : in.make<Set>(shallow_copy_value(in, set->table).as<Dict>(), false);
  auto* instance = v.as<Instance>();
  if (instance == nullptr || atomic(v)) return v;
  Instance* made = instance->cls->allocate ? instance->cls->allocate(in, instance->cls) : in.make<Instance>(instance->cls);
  if (instance->attributes != nullptr) made->attributes = shallow_copy_value(in, instance->attributes).as<Dict>();
  made->payload = instance->payload.as<Instance>() == nullptr ? shallow_copy_value(in, instance->payload) : instance->payload;
  return made;
}

// plain_fields(template, class, MISSING) -> {name: a copy of the template with name, type and default}, or None for what is not as plain as an
// annotation without "Var" and "KW_ONLY" and at most a default that nothing can change.
Value plain_fields(In& in, const Arguments& a) {
  auto* pattern = a[0].as<Instance>();
  auto* cls = a[1].as<Class>();
  Dict* made = in.dict();
  Value* found = cls->dict->find(Symbol("__annotations__"));
  auto* annotations = found != nullptr ? found->as<Dict>() : nullptr;
  if (annotations == nullptr) return made;
  for (const Dict::Entry& e : annotations->entries) {
    if (!e.key.defined()) continue;
    Symbol name = static_cast<Str*>(e.key.object)->symbol();
    auto* type = e.value.as<Str>();
    Value* own = cls->dict->find(name);
    bool plain = type != nullptr && type->text.find("Var") == std::string::npos && type->text.find("KW_ONLY") == std::string::npos;
    plain = plain && (own == nullptr || !own->is_object() || own->as<Str>() != nullptr || own->as<Function>() != nullptr);
    if (!plain) {
      made->set(in, name, Value::none());
      continue;
    }
    auto* field = in.make<Instance>(pattern->cls);
    field->attributes = shallow_copy_value(in, pattern->attributes).as<Dict>();
    field->attributes->set(in, Symbol("name"), e.key);
    field->attributes->set(in, Symbol("type"), e.value);
    field->attributes->set(in, Symbol("default"), own != nullptr ? *own : a[2]);
    made->set(in, name, field);
  }
  return made;
}


Value shallow_copy(In& in, const Arguments& a) { return shallow_copy_value(in, a[0]); }
Value is_atomic(In&, const Arguments& a) { return Value::of(atomic(a[0])); }

Value is_unknown(In&, const Arguments& a) { return Value::of(a[0].as<Unknown>() != nullptr); }

// digest(state, data) -> a new state; hexadecimal(state, length): FNV-1a, then a mixer for as many digits as wanted.
Value digest(In& in, const Arguments& a) {
  auto* data = in.unwrap(a[1]).as<Bytes>();
  if (data == nullptr) in.raise_type_error("object supporting the buffer API required");
  auto state = static_cast<uint64_t>(index_of(in, a[0]));
  for (char c : data->data) state = (state ^ static_cast<unsigned char>(c)) * 1099511628211ull;
  return Value::of(static_cast<int64_t>(state));
}

Value hexadecimal(In& in, const Arguments& a) {
  auto state = static_cast<uint64_t>(index_of(in, a[0]));
  auto length = static_cast<size_t>(index_of(in, a[1]));
  std::string text;
  while (text.size() < length) {
    for (int shift = 60; shift >= 0 && text.size() < length; shift -= 4) text += "0123456789abcdef"[state >> shift & 15];
    state = (state ^ state >> 29) * 0x9E3779B97F4A7C15ull;
  }
  return in.str(std::move(text));
}

constexpr NativeFunctionEntry functions[] = {
    {"parameters", 1, 1, parameters, Take::Plain}, {"return_annotation", 1, 1, return_annotation, Take::Plain},
    {"function_kind", 1, 1, function_kind, Take::Plain}, {"file_of", 1, 1, file_of, Take::Plain}, {"evaluate", 2, 3, evaluate},
    {"literal", 1, 1, literal}, {"module", 1, 1, module, Take::Plain}, {"module_names", 0, 0, module_names}, {"set_module", 2, 2, set_module, Take::Plain},
    {"remove_module", 1, 1, remove_module}, {"import_module", 1, 1, import_module}, {"can_import", 1, 1, can_import_named},
    {"in_another_process", 1, 1, in_another_process},
    {"caller_module", 1, 1, caller_module}, {"handled_exception", 0, 0, handled_exception}, {"fill_fields", 6, 6, fill_fields, Take::Plain}, {"plain_fields", 3, 3, plain_fields, Take::Plain}, {"recall", 5, 5, recall, Take::Plain},
    {"unknown", 2, 2, make_unknown}, {"write", 1, 1, write},
    {"shallow_copy", 1, 1, shallow_copy}, {"is_atomic", 1, 1, is_atomic, Take::Plain}, {"is_unknown", 1, 1, is_unknown, Take::Plain}, {"digest", 2, 2, digest}, {"hexadecimal", 2, 2, hexadecimal},
};

}  // namespace

void fill_host_module(Interpreter& in, Module* module) { add_functions(in, module->dict, functions); }

}  // namespace fusescout::python
