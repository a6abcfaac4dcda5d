// Generators and coroutines, as the evaluator runs them.
#pragma once

#include "python/interpreter.h"

namespace fusescout::python {

bool is_coroutine(const Generator& generator);   // made by a call of an `async def`, which runs nothing yet
// `await value` in a frame. What is unknown is so when it has been waited for.
Value await(Interpreter& interpreter, Frame& frame, const Value& value);

}  // namespace fusescout::python
