// Which value of a config made a run end with an exception.
#pragma once

#include <string>
#include <vector>

#include "vllm/code_place.h"

namespace fusescout::vllm {

// An attribute of a config as code of the trees read it (library/fusescout_worker/config_reads.py).
struct ConfigRead {
  std::string name, value;    // as in the JSON
  std::string judgement;      // "wrong", "odd", "open"
  std::string expected;       // what the config's class has there; may be empty
  Symbol file;
  uint32_t line = 0;
};

// " (the config says ...; file:line reads it)", to follow the exception; empty: none is to blame as far as this tells.
std::string unfit_config_value(const std::vector<ConfigRead>& reads, const std::string& exception, const std::vector<graph::StackEntry>& stack, const AstOf& ast_of);

}  // namespace fusescout::vllm
