#pragma once

#include "python/interpreter.h"

namespace fusescout::python {
Value make_super(Interpreter& in, Class* cls, const Value& self);   // super(cls, self)
}
