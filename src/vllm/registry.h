// The tables of registered models, read from the source as data: what `locate` and `models` choose from. (An evaluated run asks the registry itself.)
#pragma once

#include <string>
#include <vector>

#include "diagnostics/diagnostic.h"
#include "source/tree.h"

namespace fusescout::vllm {

struct RegisteredModel {
  std::string architecture;          // the registry's key: "XForCausalLM"
  std::string module, class_name;    // dotted, absolute
  std::string table;                 // the dictionary that holds it: "_TEXT_GENERATION_MODELS"; of a plugin's own model: "register_model"
  diagnostics::Location location;
  std::string file;                  // of the module, relative to the tree; empty: there is no such file
};

// vLLM's tables, in the order of the source, then what vllm-ascend registers (`ascend` may be nullptr). An architecture may occur twice: the later
// one holds.
std::vector<RegisteredModel> read_registry(const source::Tree& vllm, const source::Tree* ascend);
// What to say where there is none.
std::string why_no_registry(const source::Tree& vllm);

// "_TEXT_GENERATION_MODELS" -> "text_generation"
std::string kind_of(const std::string& table);

}  // namespace fusescout::vllm
