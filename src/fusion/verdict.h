// From candidates to findings: equal ones of several layers are folded, then priced and judged once.
#pragma once

#include <vector>

#include "fusion/candidate.h"

namespace fusescout::fusion {

std::vector<Finding> judge(const Context& context, std::vector<Candidate> candidates);

}  // namespace fusescout::fusion
