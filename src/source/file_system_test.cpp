#include "source/file_system.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "source/temporary_directory.h"

namespace fusescout::source {
namespace {

using Names = std::vector<std::string>;

// Both kinds answer the same about the same files.
void expect_sample(const FileSystem& files, const std::string& root) {
  EXPECT_EQ(files.read(root + "a/x.py"), "x = 1\n");
  EXPECT_EQ(files.read(root + "a/empty"), "");
  EXPECT_EQ(files.read(root + "a/none.py"), std::nullopt);
  EXPECT_EQ(files.read(root + "a"), std::nullopt);
  EXPECT_TRUE(files.is_file(root + "a/x.py"));
  EXPECT_FALSE(files.is_file(root + "a"));
  EXPECT_FALSE(files.is_file(root + "a/none.py"));
  EXPECT_TRUE(files.is_directory(root + "a"));
  EXPECT_TRUE(files.is_directory(root + "a/b/"));
  EXPECT_FALSE(files.is_directory(root + "a/x.py"));
  EXPECT_FALSE(files.is_directory(root + "a/x"));
  EXPECT_EQ(files.list(root + "a"), (Names{"b/", "empty", "x.py"}));
  EXPECT_EQ(files.list(root + "a/b"), (Names{"deep.py"}));
  EXPECT_EQ(files.list(root + "none"), Names());
}

const std::map<std::string, std::string> sample = {{"a/x.py", "x = 1\n"}, {"a/empty", ""}, {"a/b/deep.py", "pass"}};

TEST(FileSystemTest, memory) {
  MemoryFileSystem files;
  files.files = sample;
  expect_sample(files, "");
  EXPECT_TRUE(files.is_directory(""));
  EXPECT_EQ(files.list(""), (Names{"a/"}));
}

TEST(FileSystemTest, real) {
  TemporaryDirectory temporary;
  for (const auto& [path, text] : sample) temporary.write(path, text);
  expect_sample(RealFileSystem(), temporary.path() + "/");
}

TEST(FileSystemTest, a_file_that_says_size_0_is_read_whole) {
  auto text = RealFileSystem().read("/proc/self/status");
  ASSERT_TRUE(text);
  EXPECT_NE(text->find("VmSize"), std::string::npos);
}

}  // namespace
}  // namespace fusescout::source
