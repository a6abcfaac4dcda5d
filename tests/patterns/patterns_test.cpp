// Every pattern file, run by our own evaluator, against the graphs of its page: `graph` blocks with their verdict behind.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "support.h"

namespace fusescout {
namespace {

std::string verdict(const std::string& pattern, const std::string& text) {
  auto parsed = graph::parse_text(text);
  EXPECT_FALSE(parsed.is_error()) << (parsed.is_error() ? parsed.error().message : "") << "\n" << text;
  if (parsed.is_error()) return "error";
  graph::ModelRun model;
  model.graph = std::move((*parsed)[0].graph);
  LaunchPricer pricer;
  for (const fusion::Finding& finding : fusion::analyze(model, all_patterns(), {}, pricer).findings) {
    if (finding.pattern != pattern) continue;
    return std::string(fusion::verdict_name(finding.verdict)) + (finding.verdict == fusion::Verdict::Blocked ? ": " + finding.reason : "");
  }
  return "not found";
}

struct Case {
  std::string pattern, heading, graph, expected;
};

// A block belongs to the heading above it; the line `Verdict: ...` behind it says what must come out.
std::vector<Case> cases_of(const std::string& pattern, const std::string& page) {
  std::vector<Case> cases;
  std::string heading, block;
  bool inside = false;
  for (size_t start = 0; start < page.size();) {
    size_t end = std::min(page.find('\n', start), page.size());
    std::string line = page.substr(start, end - start);
    start = end + 1;
    if (inside) {
      inside = line != "```";
      if (inside) block += line + "\n";
    } else if (line == "```graph") {
      inside = true;
      block.clear();
    } else if (line.starts_with("## ")) {
      heading = line.substr(3);
    } else if (line.starts_with("Verdict: `") && line.ends_with("`")) {
      cases.push_back({pattern, heading, block, line.substr(10, line.size() - 11)});
    }
  }
  return cases;
}

std::string page_of(const std::string& family, const std::string& name) {
  source::RealFileSystem files;
  return files.read(folder + "/" + family + "/" + name + ".md").value_or("");
}

std::vector<Case> all_cases() {
  source::RealFileSystem files;
  std::vector<Case> cases;
  for (std::string family : files.list(folder)) {
    if (!family.ends_with('/')) continue;
    family.pop_back();
    for (const std::string& file : files.list(folder + "/" + family)) {
      if (!file.ends_with(".md")) continue;
      std::string name = file.substr(0, file.size() - 3);
      for (Case& c : cases_of(name, page_of(family, name))) cases.push_back(std::move(c));
    }
  }
  return cases;
}

TEST(Patterns, all_load_under_names_of_their_own) {
  EXPECT_GE(all_patterns().size(), 50U);
  std::set<std::string> names;
  for (const graph::Pattern& pattern : all_patterns()) {
    EXPECT_TRUE(pattern.compound() || names.insert(pattern.name).second) << pattern.name << " twice";
  }
}

TEST(Patterns, each_has_a_page_with_a_graph_that_fires_and_one_that_does_not) {
  for (const graph::Pattern& pattern : all_patterns()) {
    if (pattern.compound()) continue;
    std::string page = page_of(pattern.family, pattern.name);
    for (const char* heading : {"## What it fuses", "## Why it helps", "## Fused", "## Not fused"}) {
      EXPECT_NE(page.find(heading), std::string::npos) << pattern.name << ": no heading `" << heading << "`";
    }
    bool fires = page.find("```py") != std::string::npos, does_not = fires;   // a golden suite instead
    for (const Case& c : cases_of(pattern.name, page)) (c.expected == "opportunity" || c.expected == "already_fused" ? fires : does_not) = true;
    EXPECT_TRUE(fires) << pattern.name << " has no graph that fires";
    EXPECT_TRUE(does_not) << pattern.name << " has no graph that does not";
  }
}

// A choice of experts written out, and a kernel that makes it: whether it divides the weights by their sum is part of what it does.
TEST(Patterns, a_renormalised_choice_of_experts_is_another_one) {
  auto verdict_with = [](const std::string& renormalize, const std::string& more) {
    auto kernel = graph::parse_text("input %a : bf16[4, 8]\nkernel k vector {\n%w, %i = moe_gating(%a, k=2, norm_type=\"softmax\", renormalize=" + renormalize +
                                    ") : bf16[4, 2], i32[4, 2]\n}\noutput %w, %i\n");
    auto code = graph::parse_text("T = 16\ninput %x : bf16[T, 64]\n%s = softmax(%x, dim=-1) : bf16[T, 64]\n%v, %i = topk(%s, dim=-1, k=4) : bf16[T, 4], i64[T, 4]\n" + more);
    EXPECT_FALSE(kernel.is_error() || code.is_error());
    std::vector<fusion::FusedKernelMeaning> available;
    available.push_back({"torch_npu.gating", {}, "", std::move((*kernel)[0].graph)});
    graph::ModelRun model;
    model.graph = std::move((*code)[0].graph);
    LaunchPricer pricer;
    for (const fusion::Finding& finding : fusion::analyze(model, all_patterns(), available, pricer).findings) {
      if (finding.pattern == "gating") return std::string(fusion::verdict_name(finding.verdict));
    }
    return std::string("not found");
  };
  std::string plain = "output %v, %i\n", divided = "%z = sum(%v, dim=-1, keepdim=True) : bf16[T, 1]\n%o = div(%v, %z) : bf16[T, 4]\noutput %o, %i\n";
  EXPECT_EQ(verdict_with("False", plain), "available");
  EXPECT_EQ(verdict_with("False", divided), "opportunity");
  EXPECT_EQ(verdict_with("True", divided), "available");
  EXPECT_EQ(verdict_with("True", plain), "opportunity");
}

TEST(Patterns, each_condition_has_a_near_miss) {
  for (const graph::Pattern& pattern : all_patterns()) {
    if (pattern.compound()) continue;
    std::vector<Case> cases = cases_of(pattern.name, page_of(pattern.family, pattern.name));
    for (const graph::PatternRequirement& requirement : pattern.requirements) {
      bool shown = std::any_of(cases.begin(), cases.end(), [&](const Case& c) {
        return requirement.reason.empty() ? c.expected == "not found" : c.expected.starts_with("blocked: " + requirement.reason);
      });
      EXPECT_TRUE(shown) << pattern.name << ": nothing shows `" << (requirement.reason.empty() ? requirement.text : requirement.reason) << "`";
    }
  }
}

TEST(Patterns, text_form_reads_back) {
  for (const graph::Pattern& pattern : all_patterns()) {
    auto again = graph::parse_patterns(graph::to_text(pattern));
    ASSERT_FALSE(again.is_error()) << pattern.name << ": " << again.error().message;
    EXPECT_EQ(graph::to_text((*again)[0]), graph::to_text(pattern));
  }
}

std::ostream& operator<<(std::ostream& out, const Case& c) { return out << c.pattern << ": " << c.heading; }

class PatternPage : public testing::TestWithParam<Case> {};
TEST_P(PatternPage, says_what_comes_out) { EXPECT_EQ(verdict(GetParam().pattern, GetParam().graph), GetParam().expected) << GetParam().graph; }
INSTANTIATE_TEST_SUITE_P(Pages, PatternPage, testing::ValuesIn(all_cases()), [](const auto& info) {
  return info.param.pattern + "_" + std::to_string(info.index);
});

}  // namespace
}  // namespace fusescout
