#pragma once

#include "python/interpreter.h"

namespace fusescout::python {
// Stable; `key` and `reverse` may be undefined.
void sort_values(Interpreter& in, std::vector<Value>& values, const Value& key, const Value& reverse);
}
