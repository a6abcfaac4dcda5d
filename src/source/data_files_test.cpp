#include "source/data_files.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "source/temporary_directory.h"

namespace fusescout::source {
namespace {

bool has(const std::vector<std::string>& names, const std::string& name) { return std::find(names.begin(), names.end(), name) != names.end(); }

TEST(DataFilesTest, embedded) {
  DataFiles files;
  EXPECT_TRUE(files.is_file("catalogue/op.py"));
  EXPECT_TRUE(files.read("catalogue/op.py").value_or("").starts_with("\"\"\""));
  EXPECT_TRUE(files.is_directory("models"));
  EXPECT_TRUE(has(files.list("catalogue"), "op.py"));
  EXPECT_TRUE(has(files.list(""), "catalogue/"));
  EXPECT_FALSE(files.is_file("src/base/data.h"));
}

TEST(DataFilesTest, a_directory_replaces_the_folders_that_it_has) {
  TemporaryDirectory temporary;
  temporary.write("catalogue/mine.py", "x = 1\n");
  auto files = DataFiles::open(temporary.path());
  ASSERT_FALSE(files.is_error());
  EXPECT_EQ(files->list("catalogue"), std::vector<std::string>{"mine.py"});
  EXPECT_EQ(files->read("catalogue/mine.py"), "x = 1\n");
  EXPECT_FALSE(files->is_file("catalogue/op.py"));
  EXPECT_TRUE(files->is_directory("models"));
}

TEST(DataFilesTest, a_directory_without_data_is_an_error) {
  TemporaryDirectory temporary;
  auto files = DataFiles::open(temporary.path());
  ASSERT_TRUE(files.is_error());
  EXPECT_NE(files.error().message.find("none of the data folders"), std::string::npos);
}

}  // namespace
}  // namespace fusescout::source
