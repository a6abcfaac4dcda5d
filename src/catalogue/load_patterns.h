// patterns/<family>/<name>.py as data: each file is run once, and what it wrote down (patterns/notation.py) becomes a graph::Pattern.
#pragma once

#include <string>
#include <vector>

#include "base/error_or.h"
#include "graph/pattern.h"
#include "source/file_system.h"

namespace fusescout::catalogue {

struct PatternFolder {
  const source::FileSystem* files;
  std::string path;                   // holds family folders
  bool built_in = false;              // the same as long as the program: what it comes to is kept in the cache
};

// All patterns of the folders, in order of the folders and then by path. `notation` is found in the first one. An error names file and line.
// `cache_directory` "": keeps nothing.
ErrorOr<std::vector<graph::Pattern>> load_patterns(const std::vector<PatternFolder>& folders, const std::string& cache_directory = "");

}  // namespace fusescout::catalogue
