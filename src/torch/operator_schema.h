// Schemas of custom operators: written by torch.library.infer_schema, read by Library.define.
#pragma once

#include <string>

#include "torch/operators.h"

namespace fusescout::torch {

// "(Tensor x, Tensor(a0!) out, SymInt n, bool flag=False) -> Tensor" of a Python function's signature. `mutates`: names, or "unknown".
std::string infer_schema(python::Interpreter& interpreter, const python::Value& function, const python::Value& mutates);

// Fills in the parameters and what is written from the entry's schema.
void read_schema(OperatorEntry& entry);

// Names of a schema's parameters, in order.
std::vector<Symbol> parameter_names(const std::string& schema);

// How many results the schema gives: 1 for "(...) -> Tensor", 2 for "(...) -> (Tensor y, Tensor scale)".
size_t result_count(const std::string& schema);

// The object that an overload's `_schema` is: name, arguments (name, type, alias_info), returns.
python::Value schema_object(python::Interpreter& interpreter, const OperatorEntry& entry);

}  // namespace fusescout::torch
