// What somebody who writes the fused operator needs: its interface in Python, registration, eager reference, test, and the call sites.
#pragma once

#include <string>
#include <vector>

#include "contract/source_text.h"
#include "fusion/finding.h"
#include "graph/model_run.h"

namespace fusescout::contract {

struct TensorContract {
  std::string name;
  std::string role;            // "input", "weight", "cache", "output"
  std::string shape_symbols;   // "[T, 4096]"
  std::string shape;           // "[16, 4096]", in the scenario
  std::string dtype;           // "torch.bfloat16"
  std::string layout;          // "contiguous", or "strides (6144, 1), offset 4096"
  std::string alignment;       // "last axis 8192 bytes, a multiple of 32"
  bool mutated = false;
};

struct CallSite {
  std::string file;
  uint32_t first_line = 0, last_line = 0;
  std::string before;          // the source lines
  std::string after;           // what takes their place
  std::string diff;            // unified, of this place alone
  bool calls =
      false;  // the new operator is called here; at the others its part of the work is taken out, or a comment says what is left to do
};

struct Contract {
  std::string name;                        // "fused_add_rms_norm"
  fusion::Interface named;                 // the finding's, with the names that the source has at the call
  std::vector<TensorContract> inputs, outputs;
  std::string signature;                   // "def fused_add_rms_norm(x: torch.Tensor, eps: float = 1e-06) -> torch.Tensor"
  std::string interface;                   // signature, docstring, the call of the registered operator
  std::string registration;                // torch.library definition with a meta function
  std::string reference;                   // the same in plain torch
  std::string test;                        // inputs, tolerances, comparison
  std::string python;                      // all of it as one Python module
  std::string original;                    // what runs today, call by call: original.h; may be empty
  bool complete = true;                    // the reference has a body for every operator
  std::vector<CallSite> call_sites;        // that of the call first
  std::string patch;                       // all of them as one unified diff, which `git apply` takes
  std::vector<std::string> notes;          // what could not be said exactly
};

Contract make_contract(const fusion::Finding& finding, const graph::ModelRun& run, const SourceTexts& sources);

}  // namespace fusescout::contract
