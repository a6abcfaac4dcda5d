// From candidates to findings: equal ones of several layers are folded, then priced and judged once.
#pragma once

#include <string>
#include <tuple>
#include <vector>

#include "fusion/candidate.h"

namespace fusescout::fusion {

// The price says that it does not pay.
void set_no_gain(Finding& finding);
// The condition that tells the price of one place, as `finding.price` is now.
void set_gain_condition(Finding& finding);
// Only these of a finding's places: layers, lines, interface and gain follow. The verdict and the price of one are there already.
void keep_occurrences(const Context& context, Finding& finding, std::vector<Occurrence> occurrences);

// What is one to the eye of who would change it: the lines of the function where a finding's operators meet.
using Site = std::tuple<std::string, std::string, Symbol, uint32_t, uint32_t, Verdict, bool>;
bool generic(const Finding& finding);
Site site_of(const Finding& finding);
// A loop of the code, a function called at several places, layers of several kinds leave a finding for each: those of one site become one, its
// gain is theirs together, the costliest is the example.
void join_places(std::vector<Finding>& findings);

std::vector<Finding> judge(const Context& context, std::vector<Candidate> candidates);

}  // namespace fusescout::fusion
