// Where Python modules come from: our own library first, then the source trees. Everything else is an installed package that is not
// evaluated, or absent.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "python/interpreter.h"
#include "source/file_system.h"
#include "source/tree.h"
#include "vllm/ast_store.h"

namespace fusescout::vllm {

class TreeLoader final : public python::ModuleLoader {
 public:
  explicit TreeLoader(AstStore& asts) : asts_(asts) {}

  // Modules below a folder of our data; they come before those of the trees.
  void add_library(const source::FileSystem& files, std::string folder);
  void add_tree(const source::Tree& tree) { trees_.push_back(&tree); }
  // Stand-ins: FOLDER/a/b.py runs in the namespace of the module a.b, after its own body.
  void add_stand_ins(const source::FileSystem& files, std::string folder);
  // A module that a build generates and no tree contains. `text` nullopt: it is absent, whatever the table of packages says.
  void add_generated(std::string_view dotted, std::optional<std::string> text);
  // Overrides the table of packages of a normal installation.
  void set_installed(std::string_view package, bool installed);

  bool exists(Symbol dotted) override;
  std::optional<python::ModuleSource> load(Symbol dotted) override;
  std::optional<python::ModuleSource> overlay(Symbol dotted) override;
  bool installed(Symbol dotted) override;

 private:
  struct Folder { const source::FileSystem* files; std::string path; };
  struct Found { const Folder* library = nullptr; const source::Tree* tree = nullptr; source::ModuleFile file; };
  const Found& find(Symbol dotted);
  AstStore& asts_;
  std::vector<std::unique_ptr<Folder>> library_;
  std::vector<const source::Tree*> trees_;
  std::vector<Folder> stand_ins_;
  std::unordered_map<Symbol, Found> found_;
  std::unordered_map<Symbol, std::optional<std::string>> generated_;
  std::unordered_map<std::string, bool> installed_;
};

}  // namespace fusescout::vllm
