// Modules that lie in folders of our data files, without a tree: what the catalogue and patterns import when they run on their own.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "python/interpreter.h"
#include "source/file_system.h"

namespace fusescout::catalogue {

class DataLoader final : public python::ModuleLoader {
 public:
  // `folders`: each with its last slash; an earlier one wins. `files` must outlive the loader.
  DataLoader(const source::FileSystem& files, std::vector<std::string> folders) : files_(files), folders_(std::move(folders)) {}
  bool exists(Symbol dotted) override { return find(dotted).has_value(); }
  std::optional<python::ModuleSource> load(Symbol dotted) override;
  std::optional<python::ModuleSource> overlay(Symbol) override { return std::nullopt; }
  bool installed(Symbol) override { return false; }

 private:
  std::optional<std::string> find(Symbol dotted) const;
  const source::FileSystem& files_;
  std::vector<std::string> folders_;
};

}  // namespace fusescout::catalogue
