// torch.nn.Module: registration of parameters, buffers and submodules, and the call that runs `forward`. Thousands of them are made for one
// model, so it is native; the layers over it (Linear, ModuleList, ...) are Python in library/torch/nn.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "graph/graph.h"
#include "python/interpreter.h"
#include "python/value.h"

namespace fusescout::torch {

struct ModuleObject final : python::Instance {
  // Made by __init__; nullptr before, when assigning a parameter or module is an error.
  python::Dict* parameters = nullptr;
  python::Dict* buffers = nullptr;
  python::Dict* modules = nullptr;
  python::Set* non_persistent = nullptr;
  python::Dict* forward_pre_hooks = nullptr;   // id -> callable
  python::Dict* forward_hooks = nullptr;
  std::vector<Symbol> hooks_with_keywords;     // ids of those that want the keyword arguments as well
  uint32_t hooks_made = 0;
  Symbol path;                                 // by name_modules: its first name below the root
  Symbol layer;                                // the outermost ModuleList element on the path
  ModuleObject* parent = nullptr;              // of the first name
  graph::ModuleId id;                          // in the graph, once it was called
  explicit ModuleObject(python::Class* cls) : Instance(cls) {}
};

ModuleObject* as_module(const python::Value& value);          // nullptr when it is no nn.Module

// Registers `parameter` under `name`, as assigning it to an attribute does.
void register_parameter(python::Interpreter& interpreter, ModuleObject* module, Symbol name, const python::Value& parameter);
void register_submodule(python::Interpreter& interpreter, ModuleObject* module, Symbol name, const python::Value& submodule);

// Gives every module, parameter and buffer below `root` its name: the first one, in the order of registration.
void name_modules(python::Interpreter& interpreter, ModuleObject* root, std::string prefix = "");

// Calls `action` for the module and everything below it, each object once, with its dotted name.
void for_each_module(ModuleObject* root, const std::string& prefix, const std::function<void(const std::string&, ModuleObject*)>& action);

class Context;
class ModuleScope;

// Opens the entry of a call of the module, unless that is open already (a class with a `__call__` of its own that comes to that of nn.Module).
void open_module_scope(Context& context, ModuleObject* module, const python::Arguments& inputs, std::optional<ModuleScope>& scope);

// Makes torch.nn.Module, torch.nn.Parameter and the native module that library/torch/nn takes them from.
void install_nn(Context& context);

// The class torch.nn.Module.
python::Class* make_module_class(python::Interpreter& interpreter);

}  // namespace fusescout::torch
