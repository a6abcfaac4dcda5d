// Parses Python source into an Ast. Never fails: what is not Python becomes a SyntaxError node, and Ast::first_error says where and what.
#pragma once

#include <string>
#include <string_view>

#include "base/error_or.h"
#include "syntax/ast.h"

namespace fusescout::syntax {

// Bumped whenever Ast or the mapping changes: part of the cache key.
inline constexpr uint32_t ast_format_version = 3;

Ast parse(std::string_view source);

// The cache's form: a self-contained byte string (native endianness), checked on reading.
std::string serialize(const Ast& ast);
ErrorOr<Ast> deserialize(std::string_view bytes);

// One line per node, indented by depth: for tests and `dump ast`.
std::string to_text(const Ast& ast);

}  // namespace fusescout::syntax
