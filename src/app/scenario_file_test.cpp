#include "app/scenario_file.h"

#include <gtest/gtest.h>

#include "source/temporary_directory.h"

namespace fusescout::app {
namespace {

ErrorOr<std::vector<graph::Scenario>> read(const std::string& text, const Options& options = {}) {
  source::TemporaryDirectory directory;
  return read_scenarios(options, directory.write("scenarios.toml", text));
}

TEST(ScenarioFile, TablesOverTheFileOverTheOptions) {
  Options options;
  options.tp = 8;
  options.tokens = 64;
  auto scenarios = read("tokens = 32\n[[scenario]]\nname = 'a'\nphase = 'decode'\n[[scenario]]\nname = 'b'\ntp = 4\nep = true\ndevice = '310P'\n"
                        "additional_config = { x = { y = true } }\nenv = { N = 1, M = 'two' }\n",
                        options);
  ASSERT_FALSE(scenarios.is_error()) << scenarios.error().message;
  ASSERT_EQ(scenarios->size(), 3u) << "without a phase: both";
  EXPECT_EQ((*scenarios)[0].name, "a");
  EXPECT_EQ((*scenarios)[0].tp, 8);
  EXPECT_EQ((*scenarios)[0].tokens, 32);
  EXPECT_EQ((*scenarios)[1].name, "b (decode)");
  EXPECT_EQ((*scenarios)[2].phase, graph::Phase::Prefill);
  EXPECT_EQ((*scenarios)[2].ep, 4);
  EXPECT_EQ((*scenarios)[2].device, "310P");
  EXPECT_NE((*scenarios)[2].additional_config.find("\"y\""), std::string::npos);
  EXPECT_EQ((*scenarios)[2].environment, (std::vector<std::pair<std::string, std::string>>{{"M", "two"}, {"N", "1"}}));
}

TEST(ScenarioFile, MultiTokenPredictionChecksSeveralTokensOfASequence) {
  auto scenarios = read("[[scenario]]\nphase = 'decode'\nmtp = 3\n");
  ASSERT_FALSE(scenarios.is_error()) << scenarios.error().message;
  EXPECT_EQ((*scenarios)[0].tokens, 64);
  EXPECT_EQ((*scenarios)[0].sequences(), 16);
}

TEST(ScenarioFile, SaysWhatIsWrong) {
  EXPECT_NE(read("tokenz = 1\n[[scenario]]\n").error().message.find("`tokenz` of line 1 is no option of a scenario"), std::string::npos);
  EXPECT_NE(read("[[scenario]]\ntokens = 'many'\n").error().message.find("`tokens` of line 2 takes a whole number from 1 to 1048576"), std::string::npos);
  EXPECT_NE(read("[[scenario]]\ntp = 0\n").error().message.find("`tp` of line 2 takes a whole number from 1 to 4096"), std::string::npos);
  EXPECT_NE(read("[[scenario]]\ncontext = 99999999999\n").error().message.find("`context` of line 2 takes"), std::string::npos);
  EXPECT_NE(read("[[scenario]]\nupstream = 1\n").error().message.find("`upstream` of line 2 takes true or false"), std::string::npos);
  EXPECT_NE(read("[[scenario]]\nenv = []\n").error().message.find("`env` of line 2 takes a table of variables"), std::string::npos);
  EXPECT_NE(read("tp = 8\n").error().message.find("there is no [[scenario]]"), std::string::npos);
  EXPECT_NE(read("tp = \n").error().message.find("are no TOML: line 1"), std::string::npos);
  EXPECT_TRUE(read("[[scenario]]\nname = 'a'\nphase = 'decode'\n[[scenario]]\nname = 'a'\nphase = 'decode'\n").is_error());
}

}  // namespace
}  // namespace fusescout::app
