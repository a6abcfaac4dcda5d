#include "base/symbols.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>

namespace fusescout {
namespace {

TEST(Symbols, ManyAtOnceAreTheSameAsOneByOne) {
  std::vector<std::string> texts;
  for (int i = 0; i < 100000; ++i) texts.push_back("name" + std::to_string(i * 7919 % 60000));   // some twice; the table grows
  std::vector<std::string_view> views(texts.begin(), texts.end());
  std::vector<Symbol> here, there;
  std::thread other([&] { there = make_symbols(views); });
  here = make_symbols(views);
  other.join();
  for (size_t i = 0; i < texts.size(); ++i) {
    ASSERT_EQ(here[i], there[i]);
    ASSERT_EQ(here[i], Symbol(texts[i]));
    ASSERT_EQ(here[i].str(), texts[i]);
  }
  EXPECT_EQ(make_symbols(std::vector<std::string_view>{"", "a"})[0], Symbol());
}

}  // namespace
}  // namespace fusescout
