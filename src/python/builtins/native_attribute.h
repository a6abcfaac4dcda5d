// Attributes that no dict holds: __name__ of a function, __mro__ of a class, start of a slice, ...
#pragma once

#include "python/interpreter.h"

namespace fusescout::python {
Value native_attribute(Interpreter& in, const Value& object, Symbol name);        // Undefined: none
std::vector<Value> attribute_names(Interpreter& in, const Value& object);         // dir()
}
