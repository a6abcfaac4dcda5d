// What a kernel maker needs to write a proposed operator: made from the finding's operators and their tensors, never from a template per pattern.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "fusion/finding.h"
#include "graph/model_run.h"

namespace fusescout::contract {

// The text of a source file by the path that reports show ("vllm/model_executor/layers/linear.py"); nullopt: not there.
using SourceReader = std::function<std::optional<std::string>(const std::string& path)>;

struct Contract {
  std::string name;               // "fused_add_rms_norm"
  std::string interface_code;     // the signature with its docstring: names, shapes as symbols and numbers, dtypes, contiguity, in-place effects
  std::string registration_code;  // torch.library registration with a meta function
  std::string reference_code;     // plain torch, runs as it is
  std::string test_code;          // inputs over the scenario's shapes, tolerances
  std::string call_before;        // the source lines of today, with their line numbers
  std::string call_after;         // a sketch of the call in their place
  std::string patch;              // unified diff that `git apply` takes; empty when `patch_reason` says why there is none
  std::string patch_reason;
};

Contract make_contract(const fusion::Finding& finding, const graph::ModelRun& run, const SourceReader& read);

}  // namespace fusescout::contract
