// From candidates to findings: equal ones of several layers are folded, then priced and judged once.
#pragma once

#include <vector>

#include "fusion/candidate.h"

namespace fusescout::fusion {

// Only these of a finding's places: layers, interface and gain follow.
void keep_occurrences(const Context& context, Finding& finding, std::vector<Occurrence> occurrences);

std::vector<Finding> judge(const Context& context, std::vector<Candidate> candidates);

}  // namespace fusescout::fusion
