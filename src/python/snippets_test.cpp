// Every src/python/testdata/*.py prints what CPython printed (tools/check_against_cpython.py --update).
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "python/testing.h"

namespace fusescout::python {
namespace {

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<std::string> snippets() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(FUSESCOUT_SOURCE_DIR "/src/python/testdata")) {
    if (entry.path().extension() == ".py") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

class Snippet : public testing::TestWithParam<std::string> {};

TEST_P(Snippet, PrintsWhatCPythonPrints) {
  std::filesystem::path path = std::filesystem::path(FUSESCOUT_SOURCE_DIR "/src/python/testdata") / (GetParam() + ".py");
  std::filesystem::path expected = path;
  expected.replace_extension(".out");
  ASSERT_TRUE(std::filesystem::exists(expected)) << "run tools/check_against_cpython.py --update";
  EXPECT_EQ(run_python(read(path)), read(expected));
}

INSTANTIATE_TEST_SUITE_P(Python, Snippet, testing::ValuesIn(snippets()), [](const auto& info) { return info.param; });

}  // namespace
}  // namespace fusescout::python
