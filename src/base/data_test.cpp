#include "base/data.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace fusescout {
namespace {

TEST(DataTest, an_embedded_file_is_the_file) {
  std::ifstream file(FUSESCOUT_SOURCE_DIR "/catalogue/op.py", std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  auto embedded = find_embedded("catalogue/op.py");
  ASSERT_TRUE(embedded);
  EXPECT_EQ(*embedded, text.str());
}

TEST(DataTest, all_are_found_and_nothing_else) {
  ASSERT_GT(embedded_files().size(), 10u);
  for (const DataFile& file : embedded_files()) {
    auto text = find_embedded(file.path);
    ASSERT_TRUE(text) << file.path;
    EXPECT_EQ(text->data(), file.text.data());
  }
  EXPECT_FALSE(find_embedded("catalogue"));
  EXPECT_FALSE(find_embedded("catalogue/none.py"));
  EXPECT_FALSE(find_embedded(""));
  EXPECT_FALSE(find_embedded("zzz"));
}

}  // namespace
}  // namespace fusescout
