// What another process imports. Its modules are run here, once; what it leaves behind is undone as far as imports go: the names that they import
// mean what they mean when this process imports the modules itself.
#include <unordered_set>

#include "base/raised_flag.h"
#include "python/interpreter.h"

namespace fusescout::python {

Value Interpreter::in_another_process(const Value& function) {
  if (workers_forked) return call(function);
  std::unordered_set<Symbol> here;
  for (const auto& [name, module] : modules_) {
    if (!module->elsewhere && module->import_epoch != UINT32_MAX) here.insert(name);
  }
  Value result = [&] {
    RaisedFlag running(other_process_);
    return call(function);
  }();
  for (auto& [name, module] : modules_) {
    bool native = module->file == nullptr && (module->state != Module::State::Unloaded || module->get_attribute != nullptr);
    if (here.contains(name) || native) continue;
    module->elsewhere = true;
    module->import_epoch = UINT32_MAX;
  }
  return result;
}

Value Interpreter::force_in(Module* module, Symbol name) {
  Value import = *module->dict->find(name);
  Value forced = force(import.as<LazyImport>());
  module->dict->set(*this, name, forced);
  if (other_process_ || module->elsewhere) module->forced_elsewhere.push_back({name, import, forced});
  return forced;
}

void Interpreter::import_again(Module* module) {
  module->elsewhere = false;
  std::vector<Module::Forced> forced = std::move(module->forced_elsewhere);
  module->forced_elsewhere.clear();
  auto import = [&](LazyImport* lazy) {
    lazy->epoch = module->import_epoch;
    if (Module* known = find_module(lazy->module); known != nullptr && known->elsewhere) module_for(lazy->module, lazy->epoch);
  };
  for (const Module::Forced& looked : forced) {
    Value* now = module->dict->find(looked.name);
    if (now != nullptr && now->identical(looked.value)) module->dict->set(*this, looked.name, looked.import);    // else the module has bound it anew
    import(looked.import.as<LazyImport>());
  }
  for (size_t i = 0; i < module->dict->entries.size(); ++i) {
    if (auto* lazy = module->dict->entries[i].value.as<LazyImport>()) import(lazy);
  }
}

}  // namespace fusescout::python
