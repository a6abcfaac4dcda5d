// Which pointer arguments a Triton kernel reads and writes, from its source: kernels are not run.
#pragma once

#include <map>
#include <set>

#include "python/interpreter.h"
#include "python/value.h"

namespace fusescout::torch {

struct KernelAccess {
  std::set<Symbol> loaded, stored;      // parameters
};

// `arguments`: what is known of the launch, by parameter; decides branches on flags and on pointers that are None.
KernelAccess kernel_access(python::Interpreter& interpreter, python::Function* kernel, const std::map<Symbol, python::Value>& arguments);

// The function inside what @triton.jit and its wrappers made; nullptr when it is none.
python::Function* kernel_function(const python::Value& kernel);

}  // namespace fusescout::torch
