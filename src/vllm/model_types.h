// Which model_type goes with an architecture, by what the sources say: for models without a config of ours a preset of that type, or the defaults of
// its config class, stand in.
#pragma once

#include <map>
#include <string>

#include "vllm/evaluate_model.h"
#include "vllm/registry.h"

namespace fusescout::vllm {

class ModelTypes {
 public:
  explicit ModelTypes(const Sources& sources);
  // By transformers' mapping of architectures, else by the config class that the model's own code is annotated with. "": nothing says.
  std::string of(const RegisteredModel& model) const;

 private:
  std::string by_annotation(const std::string& module, const std::string& class_name, int depth) const;
  std::string first_annotation(const syntax::Ast& ast, const syntax::Node& node, std::string_view class_name) const;
  std::shared_ptr<const syntax::Ast> ast_of(const std::string& module) const;

  const Sources& sources_;
  std::map<std::string, std::string, std::less<>> of_architecture_;   // the first of the source where several types have one architecture
  std::map<std::string, std::string, std::less<>> of_config_class_;   // transformers' and vLLM's own
};

}  // namespace fusescout::vllm
