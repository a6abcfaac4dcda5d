// Parses Python source into an Ast. Never fails: what is not Python becomes a SyntaxError node, and Ast::first_error says where and what.
#pragma once

#include <string>
#include <string_view>

#include "base/error_or.h"
#include "syntax/ast.h"

namespace fusescout::syntax {

// Bumped whenever Ast or the mapping changes: part of the cache key.
inline constexpr uint32_t ast_format_version = 4;

Ast parse(std::string_view source);

// The cache's form: a byte string (native endianness), aligned to 8 bytes. The tree that is read from it goes on reading it. An error: it is
// cut off; who keeps the bytes knows that nothing else has happened to them (source/pack.h).
std::string serialize(const Ast& ast);
ErrorOr<Ast> deserialize(std::string_view bytes);

// One line per node, indented by depth: for tests and `dump ast`.
std::string to_text(const Ast& ast);

}  // namespace fusescout::syntax
