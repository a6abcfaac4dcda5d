// Where the operators stand in the sources, and the change that calls the new operator there.
#pragma once

#include <string>
#include <vector>

#include "contract/contract.h"

namespace fusescout::contract {

struct CallSites {
  std::vector<CallSite> sites;                       // that of the call first
  std::string patch;                                 // the change of all of them
  std::vector<std::string> arguments,
      targets;  // what the call says for each input and for each returned output; "" where the source has no name for it
};

// `returned`: outputs that the operator hands out.
CallSites call_sites(const fusion::Finding& finding, const std::vector<graph::OperatorId>& operators,
                     const std::vector<fusion::InterfaceTensor>& returned, const graph::ModelRun& run, const SourceTexts& sources,
                     std::vector<std::string>& notes);

}  // namespace fusescout::contract
