#include "contract/branches.h"

#include <gtest/gtest.h>

namespace fusescout::contract {
namespace {

struct Kept {
  std::map<size_t, std::vector<std::string>> lines;
  std::vector<std::string> notes;
};

// By lines of the code, which start at 1; the first is `def f(self, x):`.
Kept kept_of(const std::string& body, uint32_t call, const std::set<uint32_t>& removed) {
  SourceText text("def f(self, x):\n" + body);
  std::set<size_t> statements;
  for (uint32_t line : removed) statements.insert(text.index_at(line));
  Kept kept;
  for (auto& [i, lines] : kept_for_other_branches(text, text.index_at(call), statements, kept.notes)) kept.lines[text.statements()[i].first_line] = std::move(lines);
  return kept;
}

using Lines = std::vector<std::string>;

constexpr const char* branches =
    "    if self.size > 1:\n        y, mask = self.masked(x)\n    else:\n        y = x\n    out = self.embed(\n        y)\n    if self.size > 1:\n        out.fill_(mask)\n    return out\n";

TEST(BranchesTest, what_the_other_branch_needs_stays_for_it) {
  Kept kept = kept_of(branches, 3, {3, 6, 9});
  EXPECT_EQ(kept.lines, (std::map<size_t, Lines>{{6, {"    if not (self.size > 1):", "        out = self.embed(", "            y)"}}}));
  EXPECT_TRUE(kept.notes.empty()) << kept.notes[0];
  EXPECT_EQ(kept_of(branches, 9, {3, 6, 9}).lines, kept.lines) << "wherever of the two the call stands";
}

TEST(BranchesTest, what_the_call_alone_read_goes) {
  Kept kept = kept_of("    y = x + 1\n    if self.size:\n        return self.norm(y)\n    return x\n", 4, {2, 4});
  EXPECT_TRUE(kept.lines.empty());
  EXPECT_TRUE(kept.notes.empty());
  // Read by what stays, and by what stays because it is read.
  kept = kept_of("    y = x + 1\n    z = y * 2\n    if self.size:\n        z = self.norm(z)\n    return z\n", 5, {2, 3, 5});
  EXPECT_EQ(kept.lines.size(), 2U);
}

TEST(BranchesTest, what_writes_in_place_stays) {
  EXPECT_EQ(kept_of("    x.add_(1)\n    if self.size:\n        x = self.norm(x)\n    return x\n", 4, {2, 4}).lines,
            (std::map<size_t, Lines>{{2, {"    if not (self.size):", "        x.add_(1)"}}}));
}

TEST(BranchesTest, a_condition_that_cannot_be_asked_again_is_told) {
  for (const char* head : {"if ask(x):", "if x > 1:", "if self.mode == 'a':"}) {
    Kept kept = kept_of(std::string("    x = x + 1\n    ") + head + "\n        x = self.norm(x)\n    return x\n", 4, {2, 4});
    EXPECT_TRUE(kept.lines.empty()) << head;
    EXPECT_EQ(kept.notes, Lines{"line 2 is needed where the condition of line 3, under which the call stands, does not hold"}) << head;
  }
}

TEST(BranchesTest, a_call_that_runs_though_a_statement_did_not_is_told) {
  Kept kept = kept_of("    if self.size:\n        x = x + 1\n    x = self.norm(x)\n    return x\n", 4, {3, 4});
  EXPECT_TRUE(kept.lines.empty());
  EXPECT_EQ(kept.notes, Lines{"line 3 ran under the condition of line 2 only, the call does not"});
}

TEST(BranchesTest, two_that_are_else_are_not_one_condition) {
  Kept kept = kept_of("    if a:\n        pass\n    else:\n        x = x + 1\n    if b:\n        pass\n    else:\n        x = self.norm(x)\n    return x\n", 9, {5, 9});
  EXPECT_EQ(kept.notes.size(), 2U);
}

}  // namespace
}  // namespace fusescout::contract
