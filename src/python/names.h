// Symbols that the evaluator itself asks for, made once.
#pragma once

#include "base/symbol.h"

namespace fusescout::python::names {

#define FUSESCOUT_NAMES(X)                                                                                                  \
  X(__annotations__) X(__bases__) X(__bool__) X(__call__) X(__cause__) X(__class__) X(__class_getitem__) X(__classcell__)   \
  X(__context__) X(__delattr__) X(__delete__) X(__dict__) X(__doc__) X(__enter__) X(__eq__) X(__exit__) X(__file__)         \
  X(__get__) X(__getattr__) X(__getattribute__) X(__hash__) X(__init__) X(__init_subclass__) X(__iter__) X(__len__)         \
  X(__module__) X(__mro__) X(__name__) X(__new__) X(__next__) X(__package__) X(__path__) X(__prepare__) X(__qualname__)     \
  X(__set__) X(__set_name__) X(__setattr__) X(__slots__) X(__spec__) X(__wrapped__) X(__all__) X(__builtins__)              \
  X(__match_args__) X(__traceback__) X(args) X(metaclass) X(self) X(value) X(__mro_entries__) X(__origin__)

#define X(name) inline const Symbol name{#name};
FUSESCOUT_NAMES(X)
#undef X
#undef FUSESCOUT_NAMES

}  // namespace fusescout::python::names
