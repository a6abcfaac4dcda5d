#include "vllm/locate.h"

#include <gtest/gtest.h>

#include "vllm/mentions.h"

namespace fusescout::vllm {
namespace {

source::MemoryFileSystem small_tree() {
  source::MemoryFileSystem files;
  files.files["v/pyproject.toml"] = "";   // a project: its docs count
  files.files["v/vllm/__init__.py"] = "";
  files.files["v/vllm/_version.py"] = "__version__ = '0.1.0'\n";
  files.files["v/vllm/config/__init__.py"] = "";
  files.files["v/vllm/model_executor/__init__.py"] = "";
  files.files["v/vllm/model_executor/models/__init__.py"] = "";
  files.files["v/vllm/model_executor/models/registry.py"] =
      "_TEXT_GENERATION_MODELS = {\n"
      "    \"BirdForCausalLM\": (\"bird\", \"BirdForCausalLM\"),\n"
      "    \"BirdMoeForCausalLM\": (\"bird_moe\", \"BirdMoeForCausalLM\"),\n"
      "    \"FishForCausalLM\": (\"fish\", \"FishForCausalLM\"),\n"
      "}\n";
  files.files["v/vllm/model_executor/models/bird.py"] = "\"\"\"Bird-4-0414 model.\"\"\"\nclass BirdForCausalLM: pass\n";
  files.files["v/vllm/model_executor/models/bird_moe.py"] = "\"\"\"Bird-4.5 and Bird-4.7 model.\"\"\"\n\nclass BirdMoE: pass\nclass BirdMoeForCausalLM: pass\n";
  files.files["v/vllm/model_executor/models/fish.py"] = "# Adapted from Bird-4.7-Flash, not from Bird-9\nclass FishForCausalLM: pass\n";
  files.files["v/docs/models/supported_models.md"] = "| `FishForCausalLM` | Fish, Trout | `sea/Trout-7B` |\n| `BirdForCausalLM` | Trout |\n";
  return files;
}

ErrorOr<graph::ModelLocation> find(const source::MemoryFileSystem& files, const std::string& name) {
  auto tree = source::Tree::open(source::Package::Vllm, "v", files);
  if (tree.is_error()) return tree.error();
  return locate(*tree, nullptr, nullptr, name, std::nullopt);
}

TEST(Mentions, UntilTheDocstring) {
  EXPECT_EQ(until_docstring("# coding\n\n\'\'\'one\ntwo\'\'\'  # end\nx = 1\n"), "# coding\n\n\'\'\'one\ntwo\'\'\'  # end");
  EXPECT_EQ(until_docstring("r\"say \\\" it\"\nimport os\n"), "r\"say \\\" it\"");
  EXPECT_EQ(until_docstring("import os\n\"no docstring\"\n"), "");
  EXPECT_EQ(until_docstring("\"\"\"never closed"), "");
  EXPECT_EQ(until_docstring("\'\'"), "\'\'");
  EXPECT_EQ(until_docstring(""), "");
}

TEST(Mentions, ALongerNameIsAnotherOne) {
  auto m = find_mentions("GLM-4.7 here\nGLM-4.7-Flash\nglm-4.75 XGLM-4.7\n", "GLM-4.7");
  ASSERT_EQ(m.size(), 2u);
  EXPECT_FALSE(m[0].longer);
  EXPECT_TRUE(m[1].longer);
  EXPECT_EQ(m[1].line, 2u);
}

TEST(Mentions, WordsMayBeJoinedByOtherSigns) {
  EXPECT_EQ(find_mentions("GLM-4.7 here", "glm 4.7").size(), 1u);
  EXPECT_EQ(find_mentions("glm4.7 here", "glm 4.7").size(), 0u);
  EXPECT_EQ(find_mentions("GLM-4.7 \x1b[31mred\x07", "GLM-4.7").at(0).text, "GLM-4.7  [31mred ");
  EXPECT_EQ(find_mentions("the GLM-4.7 here", "glm4.7").size(), 1u);
  EXPECT_EQ(find_mentions("the GLM-4.75 here, GLM--4.7", "glm4.7").size(), 0u);
}

TEST(Locate, AnUnknownNameGetsTheNearestOnes) {
  auto files = small_tree();
  auto location = find(files, "Trout-70B");
  ASSERT_TRUE(location.is_error());
  EXPECT_NE(location.error().message.find("nearest are `sea/Trout-7B`"), std::string::npos) << location.error().message;
}

TEST(Locate, ATargetIsNotTheDraftThatATestRunsBesideIt) {
  auto files = small_tree();
  files.files["v/tests/models/registry.py"] =
      "M = {\n    \"FishForCausalLM\": Info(\n        \"nest/Bird-4.7\",\n        speculative_model=\"sea/Fish-Draft-Bird\",\n        tokenizer=\"nest/Bird-4.7\",\n    ),\n}\n";
  auto target = find(files, "nest/Bird-4.7");
  ASSERT_FALSE(target.is_error()) << target.error().message;
  EXPECT_EQ(target->architecture, "BirdMoeForCausalLM");
  auto draft = find(files, "Fish-Draft-Bird");
  ASSERT_FALSE(draft.is_error()) << draft.error().message;
  EXPECT_EQ(draft->architecture, "FishForCausalLM");
}

TEST(Locate, ANameThatIsOnlyTheTargetOfADraftIsNotNearestToItself) {
  auto files = small_tree();
  files.files["v/tests/models/registry.py"] = "M = {\n    \"FishForCausalLM\": Info(\n        \"sea/Trout-70B\",\n        speculative_model=\"sea/Fish-Draft\",\n    ),\n}\n";
  for (const char* name : {"Trout-70B", "sea/trout-70b"}) {
    auto location = find(files, name);
    ASSERT_TRUE(location.is_error());
    const std::string& message = location.error().message;
    EXPECT_NE(message.find("tests/models/registry.py:3 has it as the model that a draft runs beside, and nothing says its architecture"), std::string::npos) << message;
    EXPECT_NE(message.find("nearest are `sea/Trout-7B`"), std::string::npos) << message;
  }
}

TEST(Locate, ContentDecidesNotTheFilesName) {
  auto files = small_tree();
  auto location = find(files, "nest/Bird-4.7");
  ASSERT_FALSE(location.is_error()) << location.error().message;
  EXPECT_EQ(location->file, "vllm/model_executor/models/bird_moe.py");
  EXPECT_EQ(location->architecture, "BirdMoeForCausalLM");
  EXPECT_EQ(location->evidence.front().location.line, 1u);
  ASSERT_EQ(location->classes.main.size(), 1u);
  EXPECT_EQ(location->classes.main.front().upstream.line, 4u);
  ASSERT_FALSE(location->rejected.empty());
  EXPECT_EQ(location->rejected.front().file, "vllm/model_executor/models/bird.py");
  EXPECT_NE(location->rejected.front().why.find("Bird-4-0414"), std::string::npos);
}

TEST(Locate, AnAmbiguousNameListsTheCandidates) {
  auto files = small_tree();
  auto location = find(files, "Trout");
  ASSERT_TRUE(location.is_error());
  EXPECT_NE(location.error().message.find("is ambiguous"), std::string::npos) << location.error().message;
  EXPECT_NE(location.error().message.find("FishForCausalLM"), std::string::npos);
  EXPECT_NE(location.error().message.find("BirdForCausalLM"), std::string::npos);
}

TEST(Locate, AnUnknownNameSuggestsTheNearest) {
  auto files = small_tree();
  auto location = find(files, "BirdMoForCausalLM");
  ASSERT_TRUE(location.is_error());
  EXPECT_NE(location.error().message.find("`BirdMoeForCausalLM`"), std::string::npos);
}

}  // namespace
}  // namespace fusescout::vllm
