// What dict.keys(), values() and items() give: they show the dict as it is now.
#pragma once

#include "python/interpreter.h"

namespace fusescout::python {
struct DictView final : Instance {
  enum class Part : uint8_t { Keys, Values, Items } part;
  Dict* source;
  DictView(Class* c, Part p, Dict* d) : Instance(c), part(p), source(d) {}
};
DictView* as_dict_view(Interpreter& in, const Value& v);   // nullptr: it is none
Value make_mapping_proxy(Interpreter& in, Dict* source);   // cls.__dict__: read only
Value make_dict_view(Interpreter& in, DictView::Part part, Dict* source);
}
