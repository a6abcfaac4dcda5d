// What the files of a package list in `__all__`, read as text: transformers builds its lazy packages from it.
#pragma once

#include <future>
#include <map>
#include <string>
#include <vector>

#include "source/tree.h"

namespace fusescout::vllm {

// By module, dotted and relative to the folder: "x.configuration_x" -> {"XConfig"}. Of a folder with many packages only the
// configuration files and those of the package `auto` are read.
using ExportedNames = std::map<std::string, std::vector<std::string>>;
ExportedNames exported_names(const source::Tree& tree, const std::string& folder);

// The same, each folder read once. Hundreds of files may be read while other things are done.
class ExportedNamesReader {
 public:
  const ExportedNames& of(const source::Tree& tree, const std::string& folder);
  void read_ahead(const source::Tree& tree, const std::string& folder);   // in a thread; the tree outlives it
  void finish() const;                                                    // no thread is left

 private:
  std::shared_future<ExportedNames>& open(std::launch policy, const source::Tree& tree, const std::string& folder);
  std::map<std::string, std::shared_future<ExportedNames>> folders_;
};

}  // namespace fusescout::vllm
