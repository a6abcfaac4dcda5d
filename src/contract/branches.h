// A call and the statements that it replaces may stand in different branches: what then becomes of the statements.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "contract/source_text.h"

namespace fusescout::contract {

// Statement `i` and all others of its block go.
bool alone_in_block(const SourceText& text, size_t i, const std::set<size_t>& removed);

// Of the statements that go those which are needed where the call does not run, as lines under the opposite condition. `call`: the statement that it
// takes the place of, or behind which it stands. Where the condition cannot be told that way, and where the call runs though a statement did not, notes say so.
std::map<size_t, std::vector<std::string>> kept_for_other_branches(const SourceText& text, size_t call, const std::set<size_t>& removed,
                                                                   std::vector<std::string>& notes);

}  // namespace fusescout::contract
