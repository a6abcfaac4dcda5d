#include "app/existing_kernels.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "catalogue/load_kernels.h"
#include "syntax/logical_lines.h"
#include "vllm/inventory.h"

namespace fusescout::app {
namespace {

struct Uses {
  std::vector<diagnostics::Location> places;                             // the first one of each file
  std::vector<std::pair<std::string, diagnostics::Location>> passes;     // graph passes that such a file defines
  std::vector<std::string> operators;                                    // custom operators that a file registers which launches it
};

// The names in `op_name="..."`.
std::vector<std::string> registered_in(const std::string& text) {
  constexpr std::string_view word = "op_name=\"";
  std::vector<std::string> names;
  for (size_t at = text.find(word); at != std::string::npos; at = text.find(word, at)) {
    at += word.size();
    names.push_back(text.substr(at, text.find('"', at) - at));
  }
  return names;
}

// Text is enough: the name of a kernel with a dot before and a bracket behind is a call of it; a Triton kernel is launched as `kernel[grid](...)`,
// which a pass does through a custom operator.
void add_uses(const source::Tree& tree, std::map<std::string, Uses>& uses) {
  struct PassFile { std::string path, text; std::vector<vllm::NamedEntry> passes; };
  std::vector<PassFile> pass_files;
  auto used_in = [](Uses& use, const std::string& path, const std::string& text, size_t at, const std::vector<vllm::NamedEntry>& passes) {
    use.places.push_back({Symbol(path), 1 + syntax::lines_in(std::string_view(text).substr(0, at))});
    for (const vllm::NamedEntry& pass : passes) use.passes.emplace_back(pass.name, pass.at);
  };
  for (const std::string& path : tree.files(source::import_name(tree.package()), ".py")) {
    std::string text = tree.read(path).value_or("");
    std::vector<vllm::NamedEntry> passes = vllm::passes_in(path, text);
    for (auto& [name, use] : uses) {
      size_t at = text.find(name);
      if (at == std::string::npos) continue;
      used_in(use, path, text, at, passes);
      if (name.ends_with('[')) use.operators = registered_in(text);
    }
    if (!passes.empty()) pass_files.push_back({path, std::move(text), std::move(passes)});
  }
  for (auto& [name, use] : uses) {
    for (const std::string& op : use.operators) {
      for (const PassFile& file : pass_files) {
        if (size_t at = file.text.find("." + op + "("); at != std::string::npos) used_in(use, file.path, file.text, at, file.passes);
      }
    }
  }
}

bool is_triton(const std::string& kernel) { return kernel.starts_with("triton."); }

std::string call_of(const std::string& kernel) {
  size_t dot = kernel.rfind('.');
  return is_triton(kernel) ? kernel.substr(dot + 1) + "[" : kernel.substr(dot) + "(";
}

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
    bool lacking = std::any_of(kernel.not_on.begin(), kernel.not_on.end(), [&](const std::string& prefix) { return device.starts_with(prefix); });
    std::string call = call_of(kernel.name);
    // The tree's own operators are there when its C++ declares them; an installed package has no C++ to look at.
    if (kernel.name.starts_with("_C_ascend.") && binding && binding->find("\"" + call.substr(1)) == std::string::npos) continue;
    const std::vector<diagnostics::Location>& places = uses[call].places;
    if (is_triton(kernel.name) && places.empty()) continue;    // it is the tree's own
    std::string guard = std::move(kernel.guard);
    std::vector<Symbol> callers;
    for (const diagnostics::Location& place : places) {
      constexpr size_t shown = 3;
      if (callers.size() < shown) guard += (callers.empty() ? (guard.empty() ? "called in " : "; called in ") : ", ") + fmt::format("{}:{}", place.file.str(), place.line);
      callers.push_back(place.file);
    }
    std::string closed = lacking ? fmt::format("a {} does not have it", device) : std::move(kernel.closed);
    result.push_back({kernel.name, places.empty() ? diagnostics::Location{} : places[0], guard, std::move(kernel.graph), std::move(callers), std::move(kernel.sizes),
                      std::move(kernel.signature), uses[call].passes, std::move(closed)});
  }
  return result;
}

}  // namespace fusescout::app
