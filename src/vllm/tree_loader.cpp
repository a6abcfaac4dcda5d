#include "vllm/tree_loader.h"

#include <algorithm>

#include "syntax/parse.h"
#include "vllm/installed_packages.h"

namespace fusescout::vllm {

void TreeLoader::add_library(const source::FileSystem& files, std::string folder) {
  library_.push_back(std::make_unique<Folder>(Folder{&files, std::move(folder)}));
}

void TreeLoader::add_stand_ins(const source::FileSystem& files, std::string folder) {
  stand_ins_.push_back({&files, std::move(folder)});
}

void TreeLoader::add_generated(std::string_view dotted, std::optional<std::string> text) {
  generated_[Symbol(dotted)] = std::move(text);
}

void TreeLoader::set_installed(std::string_view package, bool installed) {
  installed_[std::string(package)] = installed;
}

namespace {

std::string slashed(std::string dotted) {
  std::replace(dotted.begin(), dotted.end(), '.', '/');
  return dotted;
}

std::string first_part(std::string_view dotted) {
  return std::string(dotted.substr(0, dotted.find('.')));
}

}  // namespace

const TreeLoader::Found& TreeLoader::find(Symbol dotted) {
  auto [it, inserted] = found_.try_emplace(dotted);
  Found& found = it->second;
  if (!inserted) return found;
  std::string path = slashed(dotted.str());
  for (const auto& folder : library_) {
    for (const char* ending : {"/__init__.py", ".py"}) {
      if (!folder->files->is_file(folder->path + "/" + path + ending)) continue;
      found.library = folder.get();
      found.file = {path + ending, ending[0] == '/'};
      return found;
    }
  }
  for (const source::Tree* tree : trees_) {
    if (std::optional<source::ModuleFile> file = tree->find_module(dotted.view())) {
      found.tree = tree;
      found.file = *file;
      return found;
    }
  }
  return found;
}

bool TreeLoader::exists(Symbol dotted) {
  auto generated = generated_.find(dotted);
  if (generated != generated_.end()) return generated->second.has_value();
  const Found& found = find(dotted);
  return found.library != nullptr || found.tree != nullptr;
}

std::optional<python::ModuleSource> TreeLoader::load(Symbol dotted) {
  auto source = [](std::string shown, AstStore::Ast ast, bool package) -> std::optional<python::ModuleSource> {
    if (ast == nullptr) return std::nullopt;
    return python::ModuleSource{Symbol(shown), std::move(ast), package};
  };
  auto parsed = [](const std::string& text) { return std::make_shared<const syntax::Ast>(syntax::parse(text)); };
  auto generated = generated_.find(dotted);
  if (generated != generated_.end()) {
    if (!generated->second) return std::nullopt;
    return source(slashed(dotted.str()) + ".py", parsed(*generated->second), false);
  }
  const Found& found = find(dotted);
  if (found.library != nullptr) {
    std::string path = found.library->path + "/" + found.file.path;
    return source(path, asts_.get(*found.library->files, path), found.file.is_package);
  }
  if (found.tree == nullptr) return std::nullopt;
  if (found.file.path.empty()) return source(slashed(dotted.str()), parsed(""), true);
  return source(found.file.path, asts_.get(*found.tree, found.file.path), found.file.is_package);
}

std::optional<python::ModuleSource> TreeLoader::overlay(Symbol dotted) {
  std::string path = slashed(dotted.str());
  for (const Folder& folder : stand_ins_) {
    for (const char* ending : {".py", "/__init__.py"}) {
      std::string shown = folder.path + "/" + path + ending;
      if (!folder.files->is_file(shown)) continue;
      return python::ModuleSource{Symbol(shown), asts_.get(*folder.files, shown), false};
    }
  }
  return std::nullopt;
}

bool TreeLoader::installed(Symbol dotted) {
  auto generated = generated_.find(dotted);
  if (generated != generated_.end()) return generated->second.has_value();
  std::string top = first_part(dotted.view());
  auto it = installed_.find(top);
  if (it != installed_.end()) return it->second;
  // A package that we have as source, but not this module of it: it is not there.
  if (exists(Symbol(top))) return false;
  return normally_installed(top);
}

}  // namespace fusescout::vllm
