// The parts of set_up_builtins, a type each.
#pragma once

#include "python/interpreter.h"

namespace fusescout::python {
void set_up_object(Interpreter& in);
void set_up_type(Interpreter& in);
void set_up_exceptions(Interpreter& in);
void set_up_numbers(Interpreter& in);
void set_up_str(Interpreter& in);
void set_up_str_search(Interpreter& in);
void set_up_bytes(Interpreter& in);
void set_up_list(Interpreter& in);
void set_up_tuple(Interpreter& in);     // also range and slice
void set_up_dict(Interpreter& in);
void set_up_dict_views(Interpreter& in);
void set_up_set(Interpreter& in);
void set_up_descriptors(Interpreter& in);   // property, classmethod, staticmethod, super, functions and methods
void set_up_generators(Interpreter& in);    // generator and iterators
void set_up_generic_alias(Interpreter& in);
void set_up_functions(Interpreter& in);
void set_up_iterator_functions(Interpreter& in);   // zip, map, filter, enumerate, reversed, sorted, ...
}
