// What names mean in the files of the trees, as far as import statements and definitions say it: read, not run.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "diagnostics/diagnostic.h"
#include "source/tree.h"
#include "syntax/ast.h"
#include "vllm/ast_store.h"

namespace fusescout::vllm {

struct SourceFile {
  std::string path, module;                          // "vllm_ascend/utils.py", "vllm_ascend.utils"
  std::shared_ptr<const syntax::Ast> ast;
  std::unordered_map<Symbol, std::string> imports;   // of the whole file, functions included: the dotted name that a name stands for
  const syntax::Ast& operator*() const { return *ast; }
};

struct Definition {
  const SourceFile* file = nullptr;
  syntax::NodeId node = syntax::no_node;             // a FunctionDef, ClassDef or Assign; no_node: a whole module
  std::string name;                                  // dotted, where it is defined
  diagnostics::Location location() const;
};

class SourceNames {
 public:
  SourceNames(AstStore& asts, std::vector<const source::Tree*> trees) : asts_(asts), trees_(std::move(trees)) {}
  const SourceFile* file(const std::string& path);   // nullptr: no tree has it
  std::vector<const SourceFile*> files(const source::Tree& tree);    // of its package
  // Through re-exports, to where the thing is defined. nullopt: not in these trees.
  std::optional<Definition> resolve(std::string_view dotted, int depth = 0);
  // `a.b.c` in a file: by its imports and its own definitions. Empty: a value that only running tells.
  std::string dotted(const SourceFile& file, syntax::NodeId expression) const;
  bool in_trees(std::string_view dotted) const;

 private:
  std::optional<Definition> member(const SourceFile& file, syntax::NodeId block, std::vector<std::string_view> parts, int depth);
  AstStore& asts_;
  std::vector<const source::Tree*> trees_;
  std::map<std::string, std::unique_ptr<SourceFile>> files_;
};

// The names of `a.b.c`, outermost object first; empty when it is something else.
std::vector<Symbol> name_chain(const syntax::Ast& ast, syntax::NodeId expression);
std::string_view string_literal(const syntax::Ast& ast, syntax::NodeId id);       // empty: it is none
// An argument of a call by position or keyword; no_node when it is not given.
syntax::NodeId call_argument(const syntax::Ast& ast, const syntax::Node& call, size_t position, std::string_view keyword);

}  // namespace fusescout::vllm
