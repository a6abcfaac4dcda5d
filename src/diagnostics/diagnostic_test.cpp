#include "diagnostics/diagnostic.h"

#include <gtest/gtest.h>

namespace fusescout::diagnostics {
namespace {

Diagnostic diagnostic(std::string_view file, uint32_t line, Kind kind, std::string message) {
  Diagnostic result;
  result.kind = kind;
  result.location = {Symbol(file), line};
  result.message = std::move(message);
  return result;
}

TEST(DiagnosticTest, text_has_place_kind_and_count) {
  Diagnostic opaque = diagnostic("vllm/x.py", 12, Kind::OpaqueCall, "`foo` has no meaning in the catalogue");
  EXPECT_EQ(to_text(opaque), "vllm/x.py:12: opaque-call: `foo` has no meaning in the catalogue");
  opaque.count = 61;
  opaque.labels.push_back({{Symbol("vllm/y.py"), 3}, "defined here"});
  EXPECT_EQ(to_text(opaque), "vllm/x.py:12: opaque-call: `foo` has no meaning in the catalogue (61 times)\n  vllm/y.py:3: defined here");
  EXPECT_EQ(to_text(diagnostic("", 0, Kind::Limit, "no steps left")), "limit: no steps left");
}

TEST(DiagnosticTest, merge_sorts_by_place_and_counts_equal_ones) {
  // Interned in an order that is not alphabetical: a Symbol's id must not decide.
  auto merged = merge({diagnostic("merge_z.py", 2, Kind::Limit, "b"), diagnostic("merge_a.py", 10, Kind::Limit, "c"),
                       diagnostic("merge_z.py", 2, Kind::Limit, "b"), diagnostic("merge_a.py", 9, Kind::OpaqueCall, "c"),
                       diagnostic("merge_z.py", 2, Kind::Limit, "a")});
  std::string text;
  for (const Diagnostic& each : merged) text += to_text(each) + "\n";
  EXPECT_EQ(text,
            "merge_a.py:9: opaque-call: c\n"
            "merge_a.py:10: limit: c\n"
            "merge_z.py:2: limit: a\n"
            "merge_z.py:2: limit: b (2 times)\n");
}

TEST(DiagnosticTest, different_labels_are_not_equal) {
  Diagnostic one = diagnostic("labels.py", 1, Kind::Limit, "a"), two = one;
  one.labels.push_back({{Symbol("labels.py"), 2}, "here"});
  two.labels.push_back({{Symbol("labels.py"), 3}, "here"});
  auto merged = merge({one, two, one});
  ASSERT_EQ(merged.size(), 2u);
  EXPECT_EQ(merged[0].count, 2u);
}

TEST(DiagnosticTest, every_kind_has_a_name) {
  for (int kind = 0; kind <= static_cast<int>(Kind::MissingFile); kind++) EXPECT_FALSE(kind_name(static_cast<Kind>(kind)).empty()) << kind;
}

}  // namespace
}  // namespace fusescout::diagnostics
