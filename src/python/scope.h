// How the names of one function, class body or module resolve. Computed once for each outermost function, on its first use.
#pragma once

#include <cstdint>
#include <vector>

#include "base/symbol.h"
#include "python/value.h"
#include "syntax/ast.h"

namespace fusescout::python {

enum class NameKind : uint32_t {
  Unresolved,  // not analysed yet
  Slot,        // a local variable
  CellSlot,    // a local variable that an inner function captures: the slot holds a Cell
  Free,        // captured from an enclosing function: Frame::closure
  Global,      // module namespace, then builtins
  ClassName,   // class or module body: Frame::names, then global
  ClassFree,   // class body inside a function: Frame::names, then the closure
};

// CodeFile::resolution[node] = kind << 24 | index.
inline constexpr uint32_t resolution(NameKind kind, uint32_t index) { return static_cast<uint32_t>(kind) << 24 | index; }
inline constexpr NameKind resolution_kind(uint32_t r) { return static_cast<NameKind>(r >> 24); }
inline constexpr uint32_t resolution_index(uint32_t r) { return r & 0xFFFFFF; }

struct CodeScope {
  syntax::NodeId node = syntax::no_node;
  uint32_t slot_count = 0;                      // parameters first, in order of the source
  std::vector<Symbol> slot_names;
  std::vector<bool> is_cell;                    // by slot
  std::vector<Symbol> free_names;               // by index into Frame::closure
  // How the enclosing scope finds each free name: Slot of its own (a Cell) or Free of its own.
  std::vector<uint32_t> captured_from;          // resolution() in the enclosing scope
  std::vector<syntax::ParameterKind> parameter_kinds;
  std::vector<Symbol> parameter_names;
  std::vector<uint32_t> own_names;              // slots of comprehension variables are not here
  bool is_function = false;
};

// The scope of a FunctionDef, Lambda, GeneratorExp, ClassDef or Module node of that file; resolves it and everything inside on first use.
// `enclosing` is nullptr for what stands in a module or in a class body of a module.
CodeScope* resolve_scope(CodeFile& file, syntax::NodeId node);

// Whether the function's body was left out of its file's tree (syntax/outline.h).
inline bool is_elided(const Function& function) {
  const syntax::Ast& ast = *function.file->ast;
  const syntax::Node& node = ast[function.node];
  return node.kind == syntax::NodeKind::FunctionDef && ast[ast.child(node, 1)].value != 0;
}
// Parses it where it was, before anything looks into it: the function has a tree of its own then, unless that is no Python.
const syntax::Ast& complete(Function& function);

}  // namespace fusescout::python
