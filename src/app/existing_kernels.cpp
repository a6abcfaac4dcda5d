#include "app/existing_kernels.h"

#include <algorithm>
#include <map>

#include "catalogue/load_kernels.h"

namespace fusescout::app {
namespace {

struct Uses {
  diagnostics::Location first;
  std::vector<std::string> places;   // "vllm_ascend/ops/layernorm.py:64", one for each of some files
};

// Text is enough: the name of a kernel with a dot before and a bracket behind is a call of it.
void add_uses(const source::Tree& tree, std::map<std::string, Uses>& uses) {
  constexpr size_t shown = 3;
  for (const std::string& path : tree.files(source::import_name(tree.package()), ".py")) {
    std::string text = tree.read(path).value_or("");
    for (auto& [name, use] : uses) {
      size_t at = text.find(name);
      if (at == std::string::npos || use.places.size() >= shown) continue;
      auto line = static_cast<uint32_t>(1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
      if (use.places.empty()) use.first = {Symbol(path), line};
      use.places.push_back(path + ":" + std::to_string(line));
    }
  }
}

std::string call_of(const std::string& kernel) { return kernel.substr(kernel.rfind('.')) + "("; }

}  // namespace

ErrorOr<std::vector<fusion::FusedKernelMeaning>> existing_kernels(const Workspace& workspace, const std::string& device) {
  std::vector<fusion::FusedKernelMeaning> result;
  const source::Tree* tree = workspace.sources.ascend;
  if (tree == nullptr) return result;
  std::vector<catalogue::FusedKernel> kernels = TRY(catalogue::load_kernels(workspace.data));
  std::map<std::string, Uses> uses;
  for (const catalogue::FusedKernel& kernel : kernels) uses[call_of(kernel.name)];
  add_uses(*tree, uses);
  std::optional<std::string> binding = tree->read("csrc/torch_binding.cpp");
  for (catalogue::FusedKernel& kernel : kernels) {
    if (std::any_of(kernel.not_on.begin(), kernel.not_on.end(), [&](const std::string& prefix) { return device.starts_with(prefix); })) continue;
    std::string call = call_of(kernel.name);
    // The tree's own operators are there when its C++ declares them; an installed package has no C++ to look at.
    if (kernel.name.starts_with("_C_ascend.") && binding && binding->find("\"" + call.substr(1)) == std::string::npos) continue;
    const Uses& use = uses[call];
    std::string guard = std::move(kernel.guard);
    for (const std::string& place : use.places) guard += (&place == &use.places[0] ? (guard.empty() ? "called in " : "; called in ") : ", ") + place;
    result.push_back({kernel.name, use.first, guard, std::move(kernel.graph)});
  }
  return result;
}

}  // namespace fusescout::app
