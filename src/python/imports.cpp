// Imports. A Python module runs when something first looks at one of its names; `from m import f` and `import m` only leave a LazyImport.
// So that patches keep their meaning, a LazyImport stands for the binding as of the moment when an eager interpreter would have made it:
// every module knows its import epoch, and an assignment to a module's attribute from outside remembers what was there before.
#include <algorithm>
#include <set>

#include "base/raised_flag.h"
#include "python/interpreter.h"
#include "python/names.h"
#include "python/scope.h"
#include "syntax/parse.h"

namespace fusescout::python {

using syntax::Ast;
using syntax::no_node;
using syntax::Node;
using syntax::NodeId;
using syntax::NodeKind;

namespace {

Symbol parent_of(Symbol dotted) {
  std::string_view text = dotted.view();
  size_t dot = text.rfind('.');
  return dot == std::string_view::npos ? Symbol() : Symbol(text.substr(0, dot));
}

// The names that a top-level statement binds or that reach into it; conservative: any store to that name inside counts.
bool statement_binds(const Ast& ast, NodeId id, Symbol name) {
  if (id == no_node) return false;
  const Node& node = ast[id];
  switch (node.kind) {
    case NodeKind::FunctionDef:
    case NodeKind::ClassDef: return ast.symbol(node) == name;
    case NodeKind::Name: return ast.symbol(node) == name;   // reached as a target only
    case NodeKind::ImportAlias: {
      Symbol as = ast.symbols[node.value2];
      std::string_view text = ast.symbol(node).view();
      return !as.empty() ? as == name : text == "*" || text.substr(0, text.find('.')) == name.view();
    }
    case NodeKind::Assign: {
      auto children = ast.children_of(node);
      return std::any_of(children.begin() + 1, children.end(), [&](NodeId c) { return statement_binds(ast, c, name); });
    }
    case NodeKind::AnnAssign: return ast.child(node, 2) != no_node && statement_binds(ast, ast.child(node, 0), name);
    case NodeKind::AugAssign:
    case NodeKind::ExpressionStatement:
    case NodeKind::Attribute:
    case NodeKind::Subscript:
    case NodeKind::Call:
    case NodeKind::Lambda: return false;
    case NodeKind::For: return statement_binds(ast, ast.child(node, 0), name) || statement_binds(ast, ast.child(node, 2), name);
    case NodeKind::If: return statement_binds(ast, ast.child(node, 1), name) || statement_binds(ast, ast.child(node, 2), name);
    default:
      for (NodeId c : ast.children_of(node)) {
        if (statement_binds(ast, c, name)) return true;
      }
      return false;
  }
}

}  // namespace

Module* Interpreter::find_module(Symbol dotted) {
  auto it = modules_.find(dotted);
  return it == modules_.end() ? nullptr : it->second;
}

Module* Interpreter::add_native_module(std::string_view dotted) {
  Symbol name(dotted);
  Module* module = make<Module>(name);
  module->dict = dict();
  module->state = Module::State::Loaded;
  module->import_epoch = 0;
  module->dict->set(*this, names::__name__, str(name));
  modules_[name] = module;
  return module;
}

void Interpreter::add_native_module(std::string_view dotted, void (*fill)(Interpreter&, Module*)) { native_modules_[Symbol(dotted)] = fill; }

bool Interpreter::module_exists(Symbol dotted) { return native_modules_.contains(dotted) || loader_.exists(dotted); }

void Interpreter::set_module(Symbol dotted, Module* module) {
  if (module == nullptr) {
    modules_.erase(dotted);
    return;
  }
  Module*& known = modules_[dotted];
  // A module that puts another object in its place while it runs: who holds the old one finds the new one's attributes.
  if (known != nullptr && known != module) {
    known->get_attribute = [module](Interpreter& interpreter, Symbol name) { return interpreter.module_attribute(module, name, interpreter.epoch()); };
  }
  known = module;
}

std::vector<Module*> Interpreter::modules() const {
  std::vector<Module*> all;
  for (const auto& [name, module] : modules_) all.push_back(module);
  std::sort(all.begin(), all.end(), [](const Module* a, const Module* b) { return a->name.view() < b->name.view(); });
  return all;
}

Module* Interpreter::module_for(Symbol dotted, uint32_t epoch) {
  Module*& module = modules_[dotted];
  if (module == nullptr) {
    module = make<Module>(dotted);
    module->dict = dict();
  }
  module->import_epoch = std::min(module->import_epoch, epoch);
  if (module->elsewhere) import_again(module);
  return module;
}

Module* Interpreter::module_in_packages(Symbol dotted, uint32_t epoch) {
  for (Symbol parent = parent_of(dotted); !parent.empty(); parent = parent_of(parent)) module_for(parent, epoch);
  return module_for(dotted, epoch);
}

void Interpreter::raise_missing(Symbol dotted) {
  Symbol missing = dotted;   // the outermost package that is not there
  for (Symbol p = parent_of(dotted); !p.empty(); p = parent_of(p)) {
    Module* known = find_module(p);
    bool there = module_exists(p) || loader_.installed(p) || (known != nullptr && known->state == Module::State::Loaded);
    if (!there) missing = p;
  }
  throw PythonException{[&] {
    std::vector<Value> message{str("No module named '" + missing.str() + "'")};
    std::vector<KeywordArgument> keywords{{Symbol("name"), str(missing)}};
    return instantiate(builtin_class("ModuleNotFoundError"), Arguments{message, keywords});
  }()};
}

void Interpreter::load(Module* module) {
  if (module->state != Module::State::Unloaded) return;
  if (auto native = native_modules_.find(module->name); native != native_modules_.end()) {
    module->state = Module::State::Loaded;
    module->dict->set(*this, names::__name__, str(module->name));
    native->second(*this, module);
    return;
  }
  std::optional<ModuleSource> source = loader_.load(module->name);
  if (!source) {
    module->state = Module::State::Failed;
    if (Symbol parent = parent_of(module->name); !parent.empty()) {
      // A submodule of something that is no source: an attribute of its parent.
      Module* package = module_for(parent, module->import_epoch);
      try {
        load(package);
      } catch (PythonException&) {
        module->state = Module::State::Unloaded;   // to be asked for again
        throw;
      }
    }
    std::string name = module->name.str(), package = name.substr(0, name.find('.')), why = "the package `" + package + "` is not evaluated";
    if (!loader_.installed(module->name)) {
      if (!misfit(Symbol(package), "there is no module `" + name + "`; what it has is unknown")) {
        module->state = Module::State::Unloaded;
        raise_missing(module->name);
      }
      why = "a module that this release lacks";
    }
    module->state = Module::State::Loaded;
    module->get_attribute = [name, why](Interpreter& interpreter, Symbol attribute) {
      std::string_view text = attribute.view();
      if (text.starts_with("__") && text.ends_with("__")) return Value();
      return interpreter.unknown(why, name + "." + attribute.str());
    };
    return;
  }
  files_.push_back(std::make_unique<CodeFile>(source->path, source->ast));
  module->file = files_.back().get();
  module->package = source->package;
  run_module_body(module);
  // A program that put its own function in the place of `__import__` wants to see what is imported.
  static const Symbol import_name("__import__");
  Value* hook = builtins_->find(import_name);
  if (hook != nullptr && hook->as<Function>() != nullptr) call(*hook, {str(module->name), Value::none(), Value::none(), tuple({str(std::string("*"))})});
}

void Interpreter::run_top_level(Module* module, CodeFile* file, NodeId statement) {
  in_top_level_frame(module, file, module->dict, [&](Frame& frame) { execute(frame, statement); });
}

void Interpreter::in_top_level_frame(Module* module, CodeFile* file, Dict* names, const std::function<void(Frame&)>& action) {
  CodeScope* scope = resolve_scope(*file, file->ast->root);
  std::vector<Value> slots(scope->slot_count);   // variables of comprehensions
  for (uint32_t s = 0; s < scope->slot_count; ++s) {
    if (scope->is_cell[s]) slots[s] = make<Cell>();
  }
  Frame frame;
  frame.back = frame_;
  frame.file = file;
  frame.scope = scope;
  frame.module = module;
  frame.names = names;
  frame.slots = slots.data();
  frame_ = &frame;
  struct Restore {
    Interpreter& interpreter;
    Frame* back;
    ~Restore() { interpreter.frame_ = back; }
  } restore{*this, frame.back};
  try {
    action(frame);
  } catch (PythonException& exception) {
    add_to_traceback(exception, frame);
    throw;
  }
}

namespace {

// A function that a stand-in replaces is so from the start, since the module's body may call it, if it needs nothing else of the stand-in.
NodeId early_replacement(const Ast& ast, NodeId original, const Ast& overlay) {
  if (ast[original].kind != NodeKind::FunctionDef) return no_node;
  NodeId found = no_node;
  std::set<Symbol> names;    // that the stand-in binds
  for (NodeId id : overlay.children_of(overlay[overlay.root])) {
    if (overlay[id].kind == NodeKind::FunctionDef || overlay[id].kind == NodeKind::ClassDef) names.insert(overlay.symbol(overlay[id]));
    if (overlay[id].kind == NodeKind::FunctionDef && overlay.symbol(overlay[id]) == ast.symbol(ast[original])) found = id;
  }
  constexpr uint32_t without_decorators = 3;
  if (found == no_node || overlay[found].child_count > without_decorators) return no_node;
  auto inside = [&](const Node& node) { return node.line >= overlay[found].line && node.line <= overlay[found].end_line; };
  for (const Node& node : overlay.nodes) {
    if (node.kind == NodeKind::ImportAlias && node.value2 != 0) names.insert(overlay.symbols[node.value2]);
    if ((node.kind == NodeKind::ImportAlias || node.kind == NodeKind::Name) && !inside(node)) names.insert(overlay.symbol(node));
  }
  bool needs_more = std::any_of(overlay.nodes.begin(), overlay.nodes.end(), [&](const Node& node) {
    return node.kind == NodeKind::Name && inside(node) && names.contains(overlay.symbol(node));
  });
  return needs_more ? no_node : found;
}

}  // namespace

void Interpreter::run_module_body(Module* module) {
  module->state = Module::State::Running;
  module->on_time = module->import_epoch >= epoch_;
  const Ast& ast = *module->file->ast;
  const Node& root = ast[ast.root];
  module->dict->set(*this, names::__name__, str(module->name));
  module->dict->set(*this, names::__file__, str("/" + module->file->path.str()));
  module->dict->set(*this, names::__package__, str(module->package ? module->name : parent_of(module->name)));
  module->dict->set(*this, names::__spec__, Value::none());
  if (module->package) module->dict->set(*this, names::__path__, list({}));
  std::string_view doc = ast.docstring(ast.root);
  module->dict->set(*this, names::__spec__, Value::none());
  module->dict->set(*this, names::__doc__, doc.empty() ? Value::none() : str(Symbol(doc)));
  module->executed.assign(root.child_count, false);
  if (ast.first_error_line != 0) {
    note(NoteKind::Unsupported, module->file->path.str() + ":" + std::to_string(ast.first_error_line) + ": syntax error: " + ast.first_error);
  }
  std::optional<ModuleSource> overlay = loader_.overlay(module->name);
  CodeFile* overlay_file = nullptr;
  if (overlay) {
    files_.push_back(std::make_unique<CodeFile>(overlay->path, overlay->ast));
    overlay_file = files_.back().get();
  }
  try {
    for (uint32_t i = 0; i < root.child_count; ++i) {
      if (module->executed[i]) continue;
      module->executed[i] = true;
      run_top_level(module, module->file, ast.child(root, i));
      if (!overlay) continue;
      if (NodeId statement = early_replacement(ast, ast.child(root, i), *overlay->ast); statement != no_node) run_top_level(module, overlay_file, statement);
    }
    if (overlay) {
      for (NodeId statement : overlay->ast->children_of((*overlay->ast)[overlay->ast->root])) run_top_level(module, overlay_file, statement);
    }
  } catch (...) {
    module->state = Module::State::Failed;
    throw;
  }
  module->state = Module::State::Loaded;
}

bool Interpreter::demand(Module* module, Symbol name) {
  if (module->state != Module::State::Running || module->file == nullptr) return false;
  const Ast& ast = *module->file->ast;
  const Node& root = ast[ast.root];
  for (uint32_t i = 0; i < root.child_count; ++i) {
    NodeId statement = ast.child(root, i);
    if (module->executed[i] || !statement_binds(ast, statement, name)) continue;
    module->executed[i] = true;
    run_top_level(module, module->file, statement);
  }
  return module->dict->find(name) != nullptr;
}

Value Interpreter::module_attribute(Module* module, Symbol name, uint32_t epoch) {
  load(module);
  if (name == names::__dict__) {
    for (size_t i = 0; i < module->dict->entries.size(); ++i) {
      if (module->dict->entries[i].value.as<LazyImport>()) force_in(module, module->dict->entries[i].key.as<Str>()->symbol());
    }
    return module->dict;
  }
  if (epoch < epoch_) {
    // The first rebinding at or after that moment knows what was there before it.
    for (const Module::Rebinding& rebinding : module->rebindings) {
      if (rebinding.name == name && rebinding.epoch >= epoch) {
        if (auto* lazy = rebinding.before.as<LazyImport>()) return force(lazy);
        return rebinding.before;
      }
    }
  }
  Value* found = module->dict->find(name);
  if (found == nullptr && demand(module, name)) found = module->dict->find(name);
  if (found != nullptr) {
    return found->as<LazyImport>() ? force_in(module, name) : *found;
  }
  if (module->get_attribute) {
    Value v = module->get_attribute(*this, name);
    if (v.defined()) return v;
  }
  if (Value* hook = module->dict->find(names::__getattr__); hook != nullptr && name != names::__path__) {
    try {
      return call(*hook, {str(name)});
    } catch (PythonException& exception) {
      if (!exception_matches(exception.value, "AttributeError")) throw;
    }
  }
  // A submodule that somebody imported, or that stands beside it.
  Symbol submodule(module->name.str() + "." + name.str());
  if (Module* loaded = find_module(submodule); loaded != nullptr && loaded->state != Module::State::Unloaded) return loaded;
  if ((module->package || module->file == nullptr) && module_exists(submodule)) {
    Module* lazy = module_for(submodule, epoch);
    return lazy;
  }
  if (name == names::__dict__) return module->dict;
  if (name == names::__class__) return builtin_class("module");
  if (name == names::__spec__ || name == names::__path__) return module->package && name == names::__path__ ? list({}) : name == names::__spec__ ? Value::none() : Value();
  return Value();
}

Value Interpreter::force(LazyImport* import) {
  if (import->forcing) {
    raise("ImportError", "cannot import name '" + import->attribute.str() + "' from '" + import->module.str() + "' (most likely due to a circular import)");
  }
  RaisedFlag forcing(import->forcing);
  Module* module = module_for(import->module, import->epoch);
  if (import->attribute.empty()) {
    load(module);
    return module_for(import->module, import->epoch);
  }
  Symbol submodule(import->module.str() + "." + import->attribute.str());
  load(module);
  module = module_for(import->module, import->epoch);   // its body may have put another object in its place
  // `from . import m` in a package's own __init__ binds the name that it looks for.
  Value* bound = module->dict->find(import->attribute);
  auto* itself = bound != nullptr ? bound->as<LazyImport>() : nullptr;
  bool circular = itself != nullptr && itself->module == import->module && itself->attribute == import->attribute;
  Value found = circular ? Value() : module_attribute(module, import->attribute, import->epoch);
  if (found.defined()) {
    if (auto* as_module = found.as<Module>()) load(as_module);
    return found;
  }
  if (module_exists(submodule) || find_module(submodule) != nullptr) {
    Module* as_module = module_for(submodule, import->epoch);
    load(as_module);
    return as_module;
  }
  if (Value unknown_name = lacking(module, import->attribute); unknown_name.defined()) return unknown_name;
  raise("ImportError", "cannot import name '" + import->attribute.str() + "' from '" + import->module.str() + "' (" +
                           (module->file != nullptr ? module->file->path.str() : "unknown location") + ")");
}

Value Interpreter::evaluate_text(Module* module, Dict* names, std::string_view expression) {
  auto ast = std::make_shared<Ast>(syntax::parse(expression));
  const Node& root = (*ast)[ast->root];
  if (ast->first_error_line != 0 || root.child_count != 1 || (*ast)[ast->child(root, 0)].kind != NodeKind::ExpressionStatement)
    raise("SyntaxError", "invalid syntax");
  files_.push_back(std::make_unique<CodeFile>(module != nullptr && module->file != nullptr ? module->file->path : current_file(), ast));
  CodeFile* file = files_.back().get();
  if (module == nullptr) {
    module = make<Module>(Symbol("__main__"));
    module->dict = dict();
    module->state = Module::State::Loaded;
  }
  Value value;
  in_top_level_frame(module, file, names, [&](Frame& frame) { value = evaluate(frame, ast->child((*ast)[ast->child(root, 0)], 0)); });
  return value;
}

Value Interpreter::import_module(Symbol dotted) {
  load(module_in_packages(dotted, epoch_));
  return module_for(dotted, epoch_);   // its body may have put another object in its place
}

Module* Interpreter::run_source(Symbol module_name, Symbol path, std::shared_ptr<const Ast> ast) {
  Module* module = make<Module>(module_name);
  module->dict = dict();
  module->import_epoch = epoch_;
  modules_[module_name] = module;
  files_.push_back(std::make_unique<CodeFile>(path, std::move(ast)));
  module->file = files_.back().get();
  run_module_body(module);
  return module;
}

}  // namespace fusescout::python
