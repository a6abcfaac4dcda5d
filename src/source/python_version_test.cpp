#include "source/python_version.h"

#include <gtest/gtest.h>

namespace fusescout::source {
namespace {

PythonVersion version(std::string_view text) {
  auto parsed = parse_version(text);
  EXPECT_TRUE(parsed) << text;
  return parsed.value_or(PythonVersion());
}

TEST(PythonVersionTest, order) {
  const char* ordered[] = {"0.9",          "1.0.dev456",    "1.0a1",    "1.0a2.dev456", "1.0a12.dev456", "1.0a12",  "1.0b1.dev456", "1.0b2",
                           "1.0b2.post345.dev456", "1.0b2.post345", "1.0rc1.dev456", "1.0rc1", "1.0", "1.0+abc.5", "1.0+abc.7", "1.0+5",
                           "1.0.post456.dev34", "1.0.post456", "1.1.dev1", "1.10", "1!0.1"};
  for (size_t i = 0; i < std::size(ordered); i++) {
    for (size_t j = 0; j < std::size(ordered); j++) {
      EXPECT_EQ(version(ordered[i]) < version(ordered[j]), i < j) << ordered[i] << " " << ordered[j];
      EXPECT_EQ(version(ordered[i]) == version(ordered[j]), i == j) << ordered[i] << " " << ordered[j];
    }
  }
}

TEST(PythonVersionTest, spellings_of_one_version) {
  for (const char* text : {"1.2rc1", "v1.2.rc1", "1.2-RC1", "1.2c1", "1.2.0pre1", " 1.2_preview_1 "}) EXPECT_EQ(version(text), version("1.2rc1")) << text;
  for (const char* text : {"1.2.post3", "1.2-3", "1.2.rev3", "1.2.0-r3"}) EXPECT_EQ(version(text), version("1.2.post3")) << text;
  for (const char* text : {"", "main", "1.2x", "1..2", "1.2+", "4034c3d"}) EXPECT_FALSE(parse_version(text)) << text;
  EXPECT_EQ(version("0.17.0rc1").base(), "0.17.0");
  EXPECT_EQ(version("v0.7.3.post1").base(), "0.7.3");
  EXPECT_TRUE(version("1.0.post1").is_final());
  EXPECT_FALSE(version("1.0rc1").is_final());
  EXPECT_FALSE(version("1.0.dev1").is_final());
}

TEST(PythonVersionTest, ranges) {
  auto in = [](const char* text, const char* range) {
    auto result = in_range(version(text), range);
    EXPECT_TRUE(result) << range;
    return result.value_or(false);
  };
  EXPECT_TRUE(in("4.57.6", "<5,>=4.56.0"));
  EXPECT_FALSE(in("5.0.0", "<5, >=4.56.0"));
  EXPECT_FALSE(in("5.0.0rc1", "<5"));
  EXPECT_FALSE(in("4.55", "<5,>=4.56.0"));
  EXPECT_TRUE(in("1.0", ""));
  EXPECT_TRUE(in("1.4.9", "~=1.4.5"));
  EXPECT_FALSE(in("1.5", "~=1.4.5"));
  EXPECT_TRUE(in("1.9", "~=1.4"));
  EXPECT_FALSE(in("2.0", "~=1.4"));
  EXPECT_TRUE(in("1.1.3", "==1.1.*"));
  EXPECT_FALSE(in("1.2", "==1.1.*"));
  EXPECT_TRUE(in("1.2", "!=1.1.*"));
  EXPECT_TRUE(in("1.0+cpu", "==1.0"));
  EXPECT_FALSE(in("1.0+cpu", "==1.0+gpu"));
  EXPECT_FALSE(in("1.0.post1", ">1.0"));
  EXPECT_TRUE(in("1.0.1", ">1.0"));
  EXPECT_TRUE(in("1.0", "===1.0"));
  EXPECT_FALSE(in_range(version("1"), "latest"));
  EXPECT_FALSE(in_range(version("1"), ">=x"));
}

TEST(PythonVersionTest, requirements) {
  auto text = [](const char* line) {
    auto requirement = parse_requirement(line);
    return requirement ? requirement->name + "|" + requirement->range + "|" + requirement->marker : "none";
  };
  EXPECT_EQ(text("transformers >= 4.56.0, < 5"), "transformers|>= 4.56.0, < 5|");
  EXPECT_EQ(text("Ray[cgraph]>=2.48.0 # why"), "ray|>=2.48.0|");
  EXPECT_EQ(text("py_cpuinfo"), "py-cpuinfo||");
  EXPECT_EQ(text("x (>=1); extra == 'y'"), "x|>=1|extra == 'y'");
  EXPECT_EQ(text("x @ https://host/x.whl"), "x||");
  EXPECT_EQ(text("-r common.txt"), "none");
  EXPECT_EQ(text("# nothing"), "none");
  EXPECT_EQ(normalised_name("vLLM_ascend"), "vllm-ascend");
}

}  // namespace
}  // namespace fusescout::source
