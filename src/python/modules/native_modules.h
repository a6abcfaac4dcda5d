// The modules of the standard library that are native; the others are Python, in library/. Each is filled when it is first imported.
#pragma once

#include "python/interpreter.h"

namespace fusescout::python {
void fill_abc_module(Interpreter& in, Module* module);
void fill_host_module(Interpreter& in, Module* module);        // _host: what library/ needs to know of the evaluator
void fill_itertools_module(Interpreter& in, Module* module);
void fill_json_module(Interpreter& in, Module* module);        // _json: reading and writing
void fill_math_module(Interpreter& in, Module* module);
void fill_regex_module(Interpreter& in, Module* module);       // _regex: the matcher under re
}  // namespace fusescout::python
