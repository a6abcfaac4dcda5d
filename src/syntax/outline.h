// A file without the bodies of its functions. Most of them never run, and parsing is most of the work of reading a file: a body is parsed when
// its function is first called.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error_or.h"
#include "syntax/ast.h"

namespace fusescout::syntax {

// A function whose body was left out: its text from the line of `def` on.
struct ElidedFunction {
  uint64_t begin = 0, end = 0;   // bytes of the file
  uint32_t line = 0;             // of `def`, 1-based
  uint32_t node_line = 0;        // of the FunctionDef node
  uint32_t end_line = 0;
  uint32_t reserved = 0;
};

// Sorted names, each with a line feed behind it.
struct NameList {
  Items<char> text;
  bool contains(std::string_view name) const;
};

// Its Module has flag 1. The Block of an elided function has its docstring, if any, and value = 1 + index into `functions`. What stands
// inside other functions is elided with them.
struct OutlinedAst : Ast {
  Items<ElidedFunction> functions;
  // Names that left out bodies read, and names that they may only mention (a keyword of a call, a parameter, in an f-string).
  NameList read, mentioned;
  // Set by who has the file: the tree of one function (see function_in), and of the whole file.
  std::function<std::shared_ptr<const Ast>(uint32_t index)> parse_function;
  std::function<std::shared_ptr<const Ast>()> parse_whole;
};
inline bool is_outlined(const Ast& ast) { return ast[ast.root].flag == 1; }
inline const OutlinedAst& as_outlined(const Ast& ast) { return static_cast<const OutlinedAst&>(ast); }

OutlinedAst parse_outline(std::string_view source);
// How much of the source that was.
uint64_t outline_size(const OutlinedAst& outline, uint64_t source_size);

// The function alone, with the lines and columns that it has in the file.
Ast parse_function(std::string_view source, const ElidedFunction& function);
NodeId function_in(const Ast& ast);   // the FunctionDef of such a tree

std::string serialize_outline(const OutlinedAst& outline);
ErrorOr<OutlinedAst> deserialize_outline(std::string_view bytes);   // as deserialize

}  // namespace fusescout::syntax
