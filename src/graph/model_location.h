// How a name led to a model's code: what `locate` finds and the report prints. Data only.
#pragma once

#include <string>
#include <vector>

#include "graph/model_run.h"

namespace fusescout::graph {

struct Evidence {
  Location location;
  std::string text;        // the line, trimmed
  std::string why;
};

struct RejectedFile {      // a near miss: a file whose name or content resembles the query
  std::string file;
  std::string why;
};

struct ModelLocation {
  std::string query;
  std::string architecture;            // registry key
  std::string file;                    // of the main class, relative to the tree
  ModelClasses classes;
  std::vector<Evidence> evidence;      // in the order of the argument
  std::vector<RejectedFile> rejected;
  std::string kind;                    // by the registry's table: "text_generation", "multimodal"
  std::string config;                  // the preset or file that it would run with; empty: none known
  std::string config_origin;           // what a preset says of where its figures are from
};

}  // namespace fusescout::graph
