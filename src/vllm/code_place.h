// What stands at a line of the sources.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/symbol.h"
#include "graph/model_run.h"

namespace fusescout::syntax {
struct Ast;
}

namespace fusescout::vllm {

// The syntax tree of a file of the trees, nullptr when there is none.
using AstOf = std::function<std::shared_ptr<const syntax::Ast>(const std::string& path)>;

// A program of the trees, as opposed to our own library and stand-ins.
bool in_trees(Symbol file);

// A `raise` or `assert` of the source itself stands there.
bool raises_itself(const AstOf& ast_of, const graph::StackEntry& place);

// "Class.method" or "function" around a line; empty at module level and in files outside of the trees.
std::string function_at(const AstOf& ast_of, Symbol file, uint32_t line);

}  // namespace fusescout::vllm
