#include "contract/files.h"

#include <cctype>

#include <fmt/format.h>

namespace fusescout::contract {

std::vector<std::pair<std::string, std::string>> contract_files(const Contract& c) {
  const char* head = "import torch\nimport torch.nn.functional as F\n\n\n";
  std::vector<std::pair<std::string, std::string>> files;
  files.emplace_back("interface.py",
                     fmt::format("import torch\n\nfrom reference import {0}_reference\n\n{1}\n\n{2}", c.name, c.registration, c.interface));
  files.emplace_back("reference.py", head + c.reference);
  files.emplace_back(
      fmt::format("test_{}.py", c.name),
      fmt::format("import torch\n\nfrom interface import {0}\nfrom reference import {0}_reference\n\n\n{1}", c.name, c.test));
  files.emplace_back("call_site.patch", c.patch);
  if (!c.original.empty()) files.emplace_back("original.py", "import torch\n\n\n" + c.original);
  return files;
}

std::string folder_name(const std::string& id) {
  std::string out;
  for (char c : id) out += std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.' || c == '-' ? c : '_';
  return out;
}

}  // namespace fusescout::contract
