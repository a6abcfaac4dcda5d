// list[int] and int | None.
#pragma once

#include "python/interpreter.h"

namespace fusescout::python {
bool is_type_form(Interpreter& in, const Value& v);                             // what `|` makes a union of: a class, None, an alias, a union
Value make_union(Interpreter& in, std::vector<Value> members);
Value make_generic_alias(Interpreter& in, Value origin, const Value& index);
std::string type_form_repr(Interpreter& in, const Value& v);
}
