// Reads plain Python, nearly all there is, into the tree that tree-sitter would make of it, ten times as fast: as far as the conversion looks at it.
// What it does not know for certain, errors first of all, it leaves to tree-sitter. Internal to src/syntax.
#pragma once

#include "syntax/concrete_tree.h"

namespace fusescout::syntax {

// False: not plain; `tree` is undefined then.
bool read_plain(std::string_view source, ConcreteTree& tree);

}  // namespace fusescout::syntax
