#include "python/interpreter.h"

namespace fusescout::python {

void Interpreter::set_up_modules() {}

}  // namespace fusescout::python
