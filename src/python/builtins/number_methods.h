#pragma once

#include "python/interpreter.h"

namespace fusescout::python {
Value parse_int(Interpreter& in, std::string_view text, int64_t base);
Value parse_float(Interpreter& in, std::string_view text);
Value int_of_float(Interpreter& in, double v);                               // toward zero
Value round_number(Interpreter& in, const Value& number, const Value& digits);   // `digits` may be None
// __repr__, __str__, __hash__, __eq__ and the rest of the comparisons, __format__ of a builtin type.
void add_common_methods(Interpreter& in, Class* cls, bool ordered);
}
