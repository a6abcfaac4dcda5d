// Arithmetic of builtin numbers. Undefined: not numbers.
#pragma once

#include "python/interpreter.h"

namespace fusescout::python {
Value number_binary(Interpreter& in, syntax::BinaryOperator op, const Value& a, const Value& b);
Value too_large(Interpreter& in);   // an integer that does not fit 64 bits: an Unknown, with a note
// `int.__add__` and so on in the dict of a builtin class.
void add_operator_methods(Interpreter& in, Class* cls, std::initializer_list<syntax::BinaryOperator> which);
double python_fmod(double a, double b);
}
