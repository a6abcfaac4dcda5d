// Compound operators in plain torch, for the references that need them.
#pragma once

#include <set>
#include <string>

namespace fusescout::contract {

// The sources of these functions ("_rms_norm"), and what they call, in order of definition.
std::string helper_sources(const std::set<std::string>& names);
bool has_helper(const std::string& name);

}  // namespace fusescout::contract
