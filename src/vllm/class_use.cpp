#include "vllm/class_use.h"

#include <algorithm>

#include "syntax/ast.h"

namespace fusescout::vllm {

namespace {

bool of_ascend(Symbol file) { return file.view().starts_with("vllm_ascend/"); }

graph::Location place_of(const python::Function& function) {
  return {function.file->path, (*function.file->ast)[function.node].line};
}

// A method of an upstream class that is a function of vllm-ascend: a patch assigned it.
void find_patched_method(graph::ClassUse& use, const python::Class* cls) {
  for (const char* name : {"forward", "__init__"}) {
    for (const python::Class* base : cls->mro) {
      python::Value* found = base->dict == nullptr ? nullptr : base->dict->find(Symbol(name));
      if (found == nullptr) continue;
      auto* function = found->as<python::Function>();
      if (function == nullptr || of_ascend(base->file) || !of_ascend(function->file->path)) break;
      use.replaced_by = function->qualname.str();
      use.replacement = place_of(*function);
      use.replaced_how = "patch";
      return;
    }
  }
}

// The first base that is vLLM's own, of a class of vllm-ascend.
const python::Class* upstream_of(const python::Class* cls) {
  for (const python::Class* base : cls->mro) {
    if (base->file.view().starts_with("vllm/")) return base;
  }
  return cls;
}

graph::ClassUse describe(const python::Class* cls) {
  graph::ClassUse use;
  const python::Class* upstream = of_ascend(cls->file) ? upstream_of(cls) : cls;
  use.name = upstream->name.str();
  use.upstream = {upstream->file, upstream->line};
  if (upstream != cls) {
    use.replaced_by = cls->name.str();
    use.replacement = {cls->file, cls->line};
    use.replaced_how = "override";
  } else {
    find_patched_method(use, cls);
  }
  return use;
}

}  // namespace

void add_class_use(python::Interpreter&, graph::ModelRun& run, std::string_view role, python::Class* cls, uint32_t count) {
  auto& list = role == "main" ? run.classes.main
             : role == "decoder_layer" ? run.classes.decoder_layer
             : role == "attention" ? run.classes.attention
             : role == "moe" ? run.classes.moe
                             : run.classes.mlp;
  graph::ClassUse use = describe(cls);
  for (graph::ClassUse& known : list) {
    if (known.name != use.name || known.replaced_by != use.replaced_by) continue;
    known.count += count;
    return;
  }
  use.count = count;
  list.push_back(std::move(use));
}

namespace {

bool in_folders(const std::vector<std::string>& folders, Symbol file) {
  return std::any_of(folders.begin(), folders.end(), [&](const std::string& folder) { return file.view().starts_with(folder); });
}

// Functions of vllm-ascend among the names of an upstream class or module.
void note_functions(graph::ModelRun& run, const python::Dict& names) {
  for (const python::Dict::Entry& entry : names.entries) {
    python::Value value = entry.value;
    if (auto* method = value.as<python::StaticMethod>()) value = method->function;
    else if (auto* class_method = value.as<python::ClassMethod>()) value = class_method->function;
    auto* function = value.as<python::Function>();
    if (!entry.key.defined() || function == nullptr) continue;
    Symbol file = function->file->path;
    if (!of_ascend(file) || in_folders(run.model_folders, file)) continue;
    std::pair<Symbol, Symbol> place(file, function->qualname);
    if (std::find(run.model_functions.begin(), run.model_functions.end(), place) == run.model_functions.end()) run.model_functions.push_back(place);
  }
}

// A class of a model that is derived from a layer of the framework, with neither a registration nor a forward of its own, runs as that layer.
const python::Class* layer_of(const python::Class* cls, const std::vector<std::string>& model_folders) {
  for (const python::Class* base : cls->mro) {
    if (base->dict == nullptr || !in_folders(model_folders, base->file)) return base;
    bool own = std::any_of(base->dict->entries.begin(), base->dict->entries.end(), [](const python::Dict::Entry& entry) {
      auto* name = entry.key.defined() ? entry.key.as<python::Str>() : nullptr;
      return name != nullptr && (name->text.starts_with("forward") || name->text == "name");
    });
    if (own) break;
  }
  return cls;
}

}  // namespace

void note_patched_functions(python::Interpreter& interpreter, graph::ModelRun& run) {
  for (const python::Module* module : interpreter.modules()) {
    if (module->file == nullptr || !module->file->path.view().starts_with("vllm/")) continue;
    if (in_folders(run.model_folders, module->file->path)) note_functions(run, *module->dict);
    // Methods of any class: a module of the framework's that a patch changed is no longer the framework's.
    for (const python::Dict::Entry& entry : module->dict->entries) {
      auto* cls = entry.value.as<python::Class>();
      if (entry.key.defined() && cls != nullptr && cls->file == module->file->path) note_functions(run, *cls->dict);
    }
  }
}

void set_class_hooks(torch::Context& context, graph::ModelRun& run) {
  run.model_folders = {"vllm/model_executor/models/", "vllm/models/", "vllm_ascend/models/"};
  context.is_library_class = [](python::Class* cls) {
    // Registration leaves its name in the class; an interface that nobody registered is opened.
    static const Symbol registered_as("name");
    bool registered = false;
    for (const python::Class* base : cls->mro) {
      std::string_view name = base->name.view();
      if (base->module_name == "vllm.model_executor.custom_op" && (name == "CustomOp" || name == "PluggableLayer")) return registered;
      python::Value* own = base->dict != nullptr ? base->dict->find(registered_as) : nullptr;
      registered = registered || (own != nullptr && own->as<python::Str>() != nullptr);
      if (name == "AttentionLayerBase" && base->module_name.starts_with("vllm.")) return true;
    }
    return false;
  };
  context.describe_class = [&context, &run](python::Class* cls, graph::ModuleInfo& info) {
    graph::ClassUse use = describe(cls);
    if (use.replaced_by.empty()) {
      if (!context.is_library_class(cls)) return;
      const python::Class* layer = layer_of(cls, run.model_folders);
      info.upstream_class = layer->name;
      info.upstream_file = layer->file;
      info.upstream_line = layer->line;
      return;
    }
    info.upstream_class = Symbol(use.name);
    info.upstream_file = use.upstream.file;
    info.upstream_line = use.upstream.line;
    info.replaced_how = use.replaced_how;
    info.replaced_file = use.replacement.file;
    info.replaced_line = use.replacement.line;
  };
}

}  // namespace fusescout::vllm
