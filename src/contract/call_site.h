// Where the operators stand in the sources, and what takes the place of those lines.
#pragma once

#include <string>
#include <vector>

#include "contract/contract.h"

namespace fusescout::contract {

std::vector<CallSite> call_sites(const fusion::Finding& finding, const graph::ModelRun& run, const SourceReader& read_source, std::vector<std::string>& notes);

}  // namespace fusescout::contract
