// Finding a model's code by what the trees say, never by a file's name: registry, docstrings, comments, docs and test registries.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/error_or.h"
#include "graph/model_location.h"
#include "source/tree.h"
#include "vllm/registry.h"

namespace fusescout::vllm {

// What a preset or a config says about a name before the trees are asked.
struct ConfigHint {
  std::string architecture;   // its first one; empty: none
  std::string model_type;
  std::string source;         // "models/zai-org--GLM-4.7.json": `aliases`
};

// `name`: a model's name ("GLM-4.7", "zai-org/GLM-4.7"), an architecture or a model_type. An ambiguous or unknown one is an error that lists the nearest.
// The classes are those that the file defines, told apart by how they are named; an evaluated run knows better.
ErrorOr<graph::ModelLocation> locate(const source::Tree& vllm, const source::Tree* ascend, const source::Tree* transformers, const std::string& name,
                                     const std::optional<ConfigHint>& hint);

}  // namespace fusescout::vllm
