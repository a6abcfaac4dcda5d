// An expression as source text again, for annotations and messages.
#pragma once

#include <string>

#include "syntax/ast.h"

namespace fusescout::python {
std::string expression_text(const syntax::Ast& ast, syntax::NodeId id);
}
