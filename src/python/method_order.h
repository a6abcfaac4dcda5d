// The order in which a class and its bases are searched.
#pragma once

#include <vector>

#include "python/value.h"

namespace fusescout::python {

// The C3 order of a class by its bases. False: there is no consistent one.
bool linearize(Class* cls, std::vector<Class*>& order);

// `cls.__bases__ = ...`: the order of the class and of those derived from it follows. False, and nothing is changed, if there is none.
bool rebase(Class* cls, std::vector<Class*> bases);

}  // namespace fusescout::python
