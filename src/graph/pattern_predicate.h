// Reads a requirement's condition. Only pattern_text.cpp needs it.
#pragma once

#include "graph/pattern.h"
#include "graph/text_parser.h"

namespace fusescout::graph {

ErrorOr<Predicate> parse_predicate(Cursor& cursor);

}  // namespace fusescout::graph
