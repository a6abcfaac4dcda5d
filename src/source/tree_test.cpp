#include "source/tree.h"

#include <gtest/gtest.h>

#include "source/version_of.h"

namespace fusescout::source {
namespace {

MemoryFileSystem sources() {
  MemoryFileSystem files;
  files.files = {
      {"vllm-0.17.0/PKG-INFO", "Metadata-Version: 2.4\nName: vllm\nVersion: 0.17.0\n\nVersion: 9\n"},
      {"vllm-0.17.0/docs/models.md", "docs"},
      {"vllm-0.17.0/vllm/__init__.py", ""},
      {"vllm-0.17.0/vllm/model_executor/__init__.py", ""},
      {"vllm-0.17.0/vllm/model_executor/layer.py", "x = 1\n"},
      {"vllm-0.17.0/vllm/plain/kernel.py", ""},
      {"t/pyproject.toml", ""},
      {"t/src/transformers/__init__.py", "x = 0\n__version__ = \"4.57.6\"\n"},
      {"t/src/transformers/models/bert/__init__.py", ""},
      {"site/vllm_ascend/__init__.py", ""},
      {"site/vllm_ascend/platform.py", ""},
      {"site/vllm_ascend-0.17.0rc1.dist-info/METADATA", "Name: vllm-ascend\nVersion: 0.17.0rc1\n"},
  };
  return files;
}

TEST(TreeTest, a_carriage_return_alone_ends_a_line_as_in_python) {
  MemoryFileSystem files = sources();
  files.files["vllm-0.17.0/vllm/plain/kernel.py"] = "a = 1\rb = 2\r\nc = 3\n\r\r\n\r";
  EXPECT_EQ(Tree::open(Package::Vllm, "vllm-0.17.0", files)->read("vllm/plain/kernel.py"), "a = 1\nb = 2\r\nc = 3\n\n\r\n\n");
}

TEST(TreeTest, an_archive_from_its_root_or_its_package) {
  MemoryFileSystem files = sources();
  for (const char* directory : {"vllm-0.17.0", "vllm-0.17.0/", "vllm-0.17.0/vllm"}) {
    auto tree = Tree::open(Package::Vllm, directory, files);
    ASSERT_FALSE(tree.is_error()) << tree.error().message;
    EXPECT_EQ(tree->version(), "0.17.0");
    EXPECT_EQ(tree->read("vllm/model_executor/layer.py"), "x = 1\n");
    EXPECT_EQ(tree->read("docs/models.md"), "docs");
    EXPECT_EQ(tree->real_path("vllm/model_executor/layer.py"), "vllm-0.17.0/vllm/model_executor/layer.py");
    EXPECT_EQ(tree->files("", ".md"), std::vector<std::string>{"docs/models.md"});
    EXPECT_EQ(tree->files("vllm/model_executor", ".py"),
              (std::vector<std::string>{"vllm/model_executor/__init__.py", "vllm/model_executor/layer.py"}));
  }
}

TEST(TreeTest, modules) {
  MemoryFileSystem files = sources();
  auto tree = Tree::open(Package::Vllm, "vllm-0.17.0", files);
  ASSERT_FALSE(tree.is_error());
  auto module = tree->find_module("vllm.model_executor");
  ASSERT_TRUE(module);
  EXPECT_EQ(module->path, "vllm/model_executor/__init__.py");
  EXPECT_TRUE(module->is_package);
  module = tree->find_module("vllm.model_executor.layer");
  ASSERT_TRUE(module);
  EXPECT_EQ(module->path, "vllm/model_executor/layer.py");
  EXPECT_FALSE(module->is_package);
  module = tree->find_module("vllm.plain");
  ASSERT_TRUE(module);
  EXPECT_EQ(module->path, "");
  EXPECT_TRUE(module->is_package);
  EXPECT_TRUE(tree->find_module("vllm"));
  EXPECT_FALSE(tree->find_module("vllm.none"));
  EXPECT_FALSE(tree->find_module("vllm_ascend"));
  EXPECT_FALSE(tree->find_module("docs"));
}

TEST(TreeTest, a_src_folder_and_an_installed_package) {
  MemoryFileSystem files = sources();
  for (const char* directory : {"t", "t/src", "t/src/transformers"}) {
    auto tree = Tree::open(Package::Transformers, directory, files);
    ASSERT_FALSE(tree.is_error()) << tree.error().message;
    EXPECT_EQ(tree->version(), "4.57.6");
    EXPECT_EQ(tree->find_module("transformers.models.bert")->path, "transformers/models/bert/__init__.py");
  }
  for (const char* directory : {"site", "site/vllm_ascend"}) {
    auto tree = Tree::open(Package::VllmAscend, directory, files);
    ASSERT_FALSE(tree.is_error()) << tree.error().message;
    EXPECT_EQ(tree->version(), "0.17.0rc1");
    EXPECT_EQ(tree->files("", ".py"), (std::vector<std::string>{"vllm_ascend/__init__.py", "vllm_ascend/platform.py"}));
  }
}

TEST(TreeTest, a_part_of_a_checkout_has_its_csrc) {
  MemoryFileSystem files;
  files.files = {{"part/vllm_ascend/__init__.py", ""}, {"part/vllm_ascend/platform.py", ""}, {"part/csrc/torch_binding.cpp", "ops"}};
  auto tree = Tree::open(Package::VllmAscend, "part", files);
  ASSERT_FALSE(tree.is_error()) << tree.error().message;
  EXPECT_EQ(tree->read("csrc/torch_binding.cpp"), "ops");
}

TEST(TreeTest, a_checkout_has_its_tag_as_version) {
  MemoryFileSystem files = sources();
  files.files.erase("vllm-0.17.0/PKG-INFO");
  files.files["vllm-0.17.0/pyproject.toml"] = "[project]\ndynamic = [\"version\"]\n";
  files.files["vllm-0.17.0/.git/HEAD"] = "ref: refs/heads/main\n";
  files.files["vllm-0.17.0/.git/refs/heads/main"] = "aaaa\n";
  auto version = [&] { return Tree::open(Package::Vllm, "vllm-0.17.0", files)->version(); };
  EXPECT_EQ(version(), "dev");
  files.files["vllm-0.17.0/.git/packed-refs"] = "# pack-refs\nbbbb refs/tags/v0.16.0\ncccc refs/tags/v0.18.0\n^aaaa\n";
  EXPECT_EQ(version(), "0.18.0");
  files.files["vllm-0.17.0/.git/refs/tags/v0.18.1"] = "aaaa\n";
  EXPECT_EQ(version(), "0.18.1");
}

std::string error_of(Package package, const std::string& directory) {
  MemoryFileSystem files = sources();
  auto tree = Tree::open(package, directory, files);
  return tree.is_error() ? tree.error().message : "no error";
}

TEST(TreeTest, errors_say_what_to_do) {
  EXPECT_EQ(error_of(Package::Vllm, ""), "no source tree of vLLM: give `--vllm` or `--release`");
  EXPECT_EQ(error_of(Package::Vllm, "none"), "`none` is not a source tree of vLLM: there is no such directory");
  EXPECT_EQ(error_of(Package::Vllm, "vllm-0.17.0/PKG-INFO"), "`vllm-0.17.0/PKG-INFO` is not a source tree of vLLM: it is a file");
  EXPECT_EQ(error_of(Package::Vllm, "site/"), "`site` is not a source tree of vLLM: it holds vllm-ascend; give it to `--ascend`");
  EXPECT_EQ(error_of(Package::VllmAscend, "t/src/transformers/models"),
            "`t/src/transformers/models` is not a source tree of vllm-ascend: it has no `vllm_ascend/__init__.py` with "
            "`vllm_ascend/platform.py`; give `--ascend` an unpacked archive, a checkout or an installed package");
}

TEST(TreeTest, metadata_ends_at_the_description) {
  EXPECT_EQ(metadata_field("Name: a\r\nVersion: 1\r\n\r\nVersion: 2", "Version"), "1");
  EXPECT_EQ(metadata_field("Name: a\n\nVersion: 2", "Version"), "");
}

}  // namespace
}  // namespace fusescout::source
