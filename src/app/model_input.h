// From options to what the layers below take: source trees, data, the config of a model.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/options.h"
#include "base/error_or.h"
#include "source/data_files.h"
#include "source/tree.h"
#include "vllm/ast_store.h"
#include "vllm/evaluate_model.h"
#include "vllm/model_types.h"

namespace fusescout::app {

// The trees and the program's own data, opened and checked.
struct Workspace {
  source::DataFiles data;
  std::optional<source::Tree> vllm, ascend, transformers;
  std::unique_ptr<vllm::AstStore> asts;
  vllm::Sources sources;               // points into this object
  struct Preset { std::string file, text, lower; };
  mutable std::vector<Preset> presets; // of the data, once one was asked for
  ~Workspace();                        // keeps the parsed files for the next run
  std::vector<std::pair<std::string, std::string>> versions() const;
  // The text of a tree's file by the path that people are shown.
  std::optional<std::string> read(const std::string& path) const;
};
ErrorOr<std::unique_ptr<Workspace>> open_workspace(const Options& options);

struct FoundConfig {
  std::string text;                        // JSON; empty: none found
  std::string source;                      // the file
  std::string folder;                      // of a file that the user gave
  std::string origin;                      // what a preset says of where its figures are from
  std::vector<std::string> architectures;
  std::string model_type;
  bool by_name = false;                    // a preset of that id or alias, not just one of the architecture
};
// The config for a name: `--config`, else a preset of that id, alias or architecture, else none. `after`: a preset's source; only those behind it count.
ErrorOr<FoundConfig> find_config(const Workspace& workspace, const Options& options, const std::string& name, const std::string& after = "",
                                 bool of_draft = false);   // the target that a draft model drafts for
// The same for a registered architecture, and where that finds none: a preset of its model_type, the defaults of its config class, or a preset of
// another architecture in its file. Behind a preset (`after`) only presets count.
ErrorOr<FoundConfig> config_of_architecture(const Workspace& workspace, const Options& options, const vllm::ModelTypes& types,
                                            const std::vector<vllm::RegisteredModel>& registry, const vllm::RegisteredModel& model,
                                            const std::string& after = "");

}  // namespace fusescout::app
