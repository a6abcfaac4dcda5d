#pragma once

#include "python/interpreter.h"

namespace fusescout::python {
// a OP b of sets and dict views. Undefined: not both of them are.
Value set_binary(Interpreter& in, syntax::BinaryOperator op, const Value& a, const Value& b);
}
