// The configuration classes of a transformers release define and instantiate from their source. Runs where FUSESCOUT_TRANSFORMERS names an
// unpacked release.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "source/data_files.h"
#include "syntax/parse.h"
#include "torch/context.h"
#include "vllm/scenario_module.h"
#include "vllm/tree_loader.h"

namespace fusescout::vllm {
namespace {

// (module, class) of everything that derives from PretrainedConfig by name.
std::vector<std::pair<std::string, std::string>> configuration_classes(const source::Tree& tree) {
  std::vector<std::pair<std::string, std::string>> found;
  for (const std::string& path : tree.files("transformers/models", ".py")) {
    size_t name = path.rfind('/') + 1;
    if (!path.substr(name).starts_with("configuration_")) continue;
    std::string module = path.substr(0, path.size() - 3), text = tree.read(path).value_or("");
    std::replace(module.begin(), module.end(), '/', '.');
    for (size_t at = text.find("\nclass "); at != std::string::npos; at = text.find("\nclass ", at + 1)) {
      size_t start = at + 7, end = text.find('(', start);
      std::string base = text.substr(end, 18);   // newer releases spell it with a capital T
      if (base == "(PretrainedConfig)" || base == "(PreTrainedConfig)") found.emplace_back(module, text.substr(start, end - start));
    }
  }
  return found;
}

TEST(ConfigurationClasses, InstantiateWithTheirDefaults) {
  const char* folder = std::getenv("FUSESCOUT_TRANSFORMERS");
  if (folder == nullptr) GTEST_SKIP() << "FUSESCOUT_TRANSFORMERS names no release";
  ErrorOr<source::Tree> tree = source::Tree::open(source::Package::Transformers, folder);
  ASSERT_FALSE(tree.is_error()) << tree.error().message;
  AstStore asts;
  TreeLoader loader(asts);
  ErrorOr<source::DataFiles> data = source::DataFiles::open(FUSESCOUT_SOURCE_DIR);
  ASSERT_FALSE(data.is_error()) << data.error().message;
  loader.add_library(*data, "library");
  loader.add_stand_ins(*data, "stand_ins");
  loader.add_tree(*tree);
  graph::ModelRun run;
  ScenarioFacts facts;
  facts.transformers = &*tree;
  facts.versions = {{"transformers", tree->version()}};
  python::Interpreter interpreter(loader, run.graph.expressions);
  torch::Context context(interpreter, run.graph);
  torch::install(context);
  add_scenario_module(interpreter, context, facts, run);
  auto classes = configuration_classes(*tree);
  ASSERT_GT(classes.size(), 100u);
  size_t failed = 0;
  for (const auto& [module, name] : classes) {
    auto failure = interpreter.guard([&] {
      python::Value loaded = interpreter.import_module(Symbol(module));
      interpreter.call(interpreter.get_attribute(loaded, Symbol(name)));
    });
    if (!failure) continue;
    ++failed;
    std::printf("%s.%s: %s: %s\n", module.c_str(), name.c_str(), failure->type.c_str(), failure->message.substr(0, 200).c_str());
  }
  // Some refuse to exist without parts ("rag needs a question_encoder"), which is right.
  EXPECT_LT(failed * 20, classes.size());
}

}  // namespace
}  // namespace fusescout::vllm
