#include "vllm/tree_loader.h"

#include <gtest/gtest.h>

#include "vllm/entry_points.h"

namespace fusescout::vllm {
namespace {

struct TreeLoaderTest : testing::Test {
  source::MemoryFileSystem data, files;
  AstStore asts;
  TreeLoader loader{asts};
  std::optional<source::Tree> tree;

  void SetUp() override {
    files.files["v/vllm/__init__.py"] = "";
    files.files["v/vllm/model_executor/__init__.py"] = "x = 1\n";
    files.files["v/vllm/model_executor/utils.py"] = "x = 1\n";
    files.files["v/vllm/logger.py"] = "x = 1\n";
    data.files["library/enum.py"] = "x = 1\n";
    data.files["stand_ins/vllm/logger.py"] = "y = 2\n";
    tree = source::Tree::open(source::Package::Vllm, "v", files).value();
    loader.add_library(data, "library");
    loader.add_stand_ins(data, "stand_ins");
    loader.add_tree(*tree);
  }
};

TEST_F(TreeLoaderTest, LibraryComesBeforeTheTrees) {
  EXPECT_EQ(loader.load(Symbol("enum"))->path.view(), "library/enum.py");
  data.files["library/vllm/model_executor/utils.py"] = "";
  EXPECT_EQ(loader.load(Symbol("vllm.model_executor.utils"))->path.view(), "library/vllm/model_executor/utils.py");
}

TEST_F(TreeLoaderTest, PathsAreRelativeToTheTree) {
  auto source = loader.load(Symbol("vllm.model_executor"));
  EXPECT_EQ(source->path.view(), "vllm/model_executor/__init__.py");
  EXPECT_TRUE(source->package);
  EXPECT_FALSE(loader.load(Symbol("vllm.model_executor.utils"))->package);
  EXPECT_EQ(asts.parsed(), 2u);
}

TEST_F(TreeLoaderTest, StandInRunsAfterTheBody) {
  EXPECT_EQ(loader.overlay(Symbol("vllm.logger"))->path.view(), "stand_ins/vllm/logger.py");
  EXPECT_FALSE(loader.overlay(Symbol("vllm.model_executor")));
}

TEST_F(TreeLoaderTest, AnAbsentPackageIsNoUnknown) {
  EXPECT_TRUE(loader.installed(Symbol("zmq.asyncio")));
  EXPECT_FALSE(loader.installed(Symbol("flash_attn")));
  EXPECT_FALSE(loader.installed(Symbol("vllm._C")));        // of a package that is here as source
  loader.set_installed("zmq", false);
  EXPECT_FALSE(loader.installed(Symbol("zmq")));
}

TEST_F(TreeLoaderTest, GeneratedModules) {
  loader.add_generated("vllm_ascend._build_info", "__device_type__ = 'A2'\n");
  loader.add_generated("vllm.logger", std::nullopt);
  EXPECT_TRUE(loader.exists(Symbol("vllm_ascend._build_info")));
  EXPECT_TRUE(loader.load(Symbol("vllm_ascend._build_info")));
  EXPECT_FALSE(loader.exists(Symbol("vllm.logger")));
  EXPECT_FALSE(loader.installed(Symbol("vllm.logger")));
}

TEST(EntryPoints, FromMetadataOrSetup) {
  source::MemoryFileSystem files;
  files.files["a/vllm_ascend/__init__.py"] = "";
  files.files["a/vllm_ascend/platform.py"] = "";
  files.files["a/setup.py"] = "setup(name='x', entry_points={'vllm.platform_plugins': ['ascend = vllm_ascend:register']})\n";
  auto tree = source::Tree::open(source::Package::VllmAscend, "a", files).value();
  auto points = entry_points(tree);
  ASSERT_EQ(points.size(), 1u);
  EXPECT_EQ(points[0].group + "|" + points[0].name + "|" + points[0].value, "vllm.platform_plugins|ascend|vllm_ascend:register");
  files.files["a/vllm_ascend.egg-info/entry_points.txt"] = "[g]\na = m:f\n\n[h]\nb = n:g\n";
  points = entry_points(tree);
  ASSERT_EQ(points.size(), 2u);
  EXPECT_EQ(points[1].group + "|" + points[1].name + "|" + points[1].value, "h|b|n:g");
}

}  // namespace
}  // namespace fusescout::vllm
