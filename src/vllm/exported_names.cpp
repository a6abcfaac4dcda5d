#include "vllm/exported_names.h"

#include <algorithm>

namespace fusescout::vllm {

namespace {

// The strings in `__all__ = [...]` at the start of a line.
std::vector<std::string> listed(const std::string& text) {
  std::vector<std::string> names;
  size_t begin = text.rfind("\n__all__ = [");
  if (begin == std::string::npos) return names;
  size_t end = text.find(']', begin);
  for (size_t at = text.find('"', begin); at < end; at = text.find('"', at + 1)) {
    size_t close = text.find('"', at + 1);
    if (close == std::string::npos) break;
    names.push_back(text.substr(at + 1, close - at - 1));
    at = close;
  }
  return names;
}

}  // namespace

ExportedNames exported_names(const source::Tree& tree, const std::string& folder) {
  ExportedNames result;
  std::vector<std::string> files = tree.files(folder, ".py");
  bool many = files.size() > 40;
  for (const std::string& path : files) {
    std::string module = path.substr(folder.size() + 1, path.size() - folder.size() - 4);
    std::string file = module.substr(module.rfind('/') + 1);
    // A `modular_` file is what its neighbours are generated from; it is never imported.
    if (file == "__init__" || file.starts_with("modular_") || (many && !file.starts_with("configuration_") && !module.starts_with("auto/"))) continue;
    std::optional<std::string> text = tree.read(path);
    std::vector<std::string> names = text ? listed(*text) : std::vector<std::string>();
    if (names.empty()) continue;
    std::replace(module.begin(), module.end(), '/', '.');
    result[module] = std::move(names);
  }
  return result;
}

std::shared_future<ExportedNames>& ExportedNamesReader::open(std::launch policy, const source::Tree& tree, const std::string& folder) {
  auto [names, added] = folders_.try_emplace(folder);
  if (added) names->second = std::async(policy, [&tree, folder] { return exported_names(tree, folder); });
  return names->second;
}

const ExportedNames& ExportedNamesReader::of(const source::Tree& tree, const std::string& folder) { return open(std::launch::deferred, tree, folder).get(); }

void ExportedNamesReader::read_ahead(const source::Tree& tree, const std::string& folder) { open(std::launch::async, tree, folder); }

void ExportedNamesReader::finish() const {
  for (const auto& [folder, names] : folders_) names.wait();
}

}  // namespace fusescout::vllm
