// Raising: compounds (rms_norm, rope, silu_mul, ...) found in primitive code by the ordinary matcher.
#pragma once

#include <vector>

#include "fusion/flow.h"
#include "graph/pattern.h"

namespace fusescout::fusion {

// Applies the patterns that are compounds until nothing changes. Other patterns are not looked at.
void raise_compounds(Flow& flow, const std::vector<graph::Pattern>& patterns);

}  // namespace fusescout::fusion
