#include "fusion/matcher.h"

#include "fusion/raise.h"
#include "fusion/test_support.h"

namespace fusescout::fusion {
namespace {

size_t count(const std::string& graph_text, const std::string& pattern_text) {
  graph::Graph graph = parsed(graph_text);
  std::vector<graph::Pattern> list = patterns("pattern p norm\ngraph\n" + pattern_text);
  Flow flow(graph);
  return find_matches(flow, list[0].graphs[0]).size();
}

constexpr const char* inputs = "T = 4\ninput %x : bf16[T, 8]\ninput %y : bf16[T, 8]\ninput %w : bf16[8]\ninput %p : bf16[T, 16]\n";
constexpr const char* add_norm = "  %0 = add(%x, %residual)\n  %1 = rms_norm(%0, ..., eps=$eps)\n  output %1, %0\n";

TEST(Matcher, looks_through_views) {
  EXPECT_EQ(count(std::string(inputs) + "%s = add(%x, %y) : bf16[T, 8]\n%v = view(%s) : bf16[T, 2, 4]\n%n = rms_norm(%v, eps=1e-06) : bf16[T, 2, 4]\noutput %n\n", add_norm), 1U);
}

TEST(Matcher, looks_through_floating_casts_and_copies) {
  EXPECT_EQ(count(std::string(inputs) + "%s = add(%x, %y) : bf16[T, 8]\n%c = cast(%s, dtype=f32) : f32[T, 8]\n%d = copy(%c) : f32[T, 8]\n"
                                        "%n = rms_norm(%d, eps=1e-06) : f32[T, 8]\noutput %n\n", add_norm), 1U);
  EXPECT_EQ(count(std::string(inputs) + "%s = add(%x, %y) : bf16[T, 8]\n%c = cast(%s, dtype=i32) : i32[T, 8]\n"
                                        "%n = rms_norm(%c, eps=1e-06) : f32[T, 8]\noutput %n\n", add_norm), 0U) << "an integer cast changes values";
}

TEST(Matcher, a_part_of_a_value_is_another_value) {
  EXPECT_EQ(count(std::string(inputs) + "%s = add(%x, %y) : bf16[T, 8]\n%a, %b = split(%s) : bf16[T, 4], bf16[T, 4]\n"
                                        "%n = rms_norm(%a, eps=1e-06) : bf16[T, 4]\noutput %n\n", add_norm), 0U);
  EXPECT_EQ(count(std::string(inputs) + "%s = add(%x, %y) : bf16[T, 8]\n%a, %b = split(%s) : bf16[T, 4], bf16[T, 4]\n"
                                        "%n = rms_norm(%a, eps=1e-06) : bf16[T, 4]\noutput %n\n",
                  "  %0 = add(%x, %residual)\n  %1 = rms_norm(%0[*], ...)\n  output %1, %0\n"), 1U) << "any part";
}

TEST(Matcher, commutative_operators_match_both_ways) {
  std::string pattern = "  %0 = silu(%a)\n  %1 = mul(%0, %b)\n  output %1\n";
  EXPECT_EQ(count(std::string(inputs) + "%s = silu(%x) : bf16[T, 8]\n%m = mul(%y, %s) : bf16[T, 8]\noutput %m\n", pattern), 1U);
  std::string ordered = "  %0 = silu(%a)\n  %1 = sub(%0, %b)\n  output %1\n";
  EXPECT_EQ(count(std::string(inputs) + "%s = silu(%x) : bf16[T, 8]\n%m = sub(%y, %s) : bf16[T, 8]\noutput %m\n", ordered), 0U);
}

TEST(Matcher, a_copy_that_moves_axes_is_a_transpose) {
  std::string text = "T = 4\ninput %x : bf16[2, T, 8]\nparam %w : bf16[2, 8, 16]\n%m = matmul(%x, %w) : bf16[2, T, 16]\n%v = view(%m) : bf16[T, 2, 1, 16]{16, 64, 16, 1}\n";
  std::string copied = text + "%c = copy(%v) : bf16[T, 2, 1, 16]{32, 16, 16, 1}\noutput %c\n";
  EXPECT_EQ(count(copied, "  %0 = matmul(%a, %b)\n  %1 = transpose(%0, dims=[1, 0, 2])\n  output %1\n"), 1U);
  EXPECT_EQ(count(copied, "  %0 = matmul(%a, %b)\n  %1 = transpose(%0, dims=[0, 2, 1])\n  output %1\n"), 0U) << "other axes";
  EXPECT_EQ(count(text + "%c = copy(%m) : bf16[2, T, 16]\noutput %c\n", "  %0 = matmul(%a, %b)\n  %1 = transpose(%0)\n  output %1\n"), 0U) << "moves none";
}

TEST(Matcher, halves_of_one_tensor) {
  std::string pattern = "  %0 = silu(%x[0/2])\n  %1 = mul(%0, %x[1/2])\n  output %1\n";
  std::string text = std::string(inputs) + "%a, %b = split(%p) : bf16[T, 8], bf16[T, 8]\n";
  EXPECT_EQ(count(text + "%s = silu(%a) : bf16[T, 8]\n%m = mul(%s, %b) : bf16[T, 8]\noutput %m\n", pattern), 1U);
  EXPECT_EQ(count(text + "%s = silu(%b) : bf16[T, 8]\n%m = mul(%s, %a) : bf16[T, 8]\noutput %m\n", pattern), 0U) << "the wrong half";
  EXPECT_EQ(count(text + "%s = silu(%a) : bf16[T, 8]\n%m = mul(%s, %x) : bf16[T, 8]\noutput %m\n", pattern), 0U) << "another tensor";
}

TEST(Matcher, even_and_odd_elements) {
  std::string pattern = "  %0 = mul(%x[even], %c)\n  %1 = mul(%x[odd], %s)\n  %2 = sub(%0, %1)\n  output %2\n";
  std::string text = std::string(inputs) + "%a = view(%p) : bf16[T, 8]{16, 2}\n%b = view(%p) : bf16[T, 8]{16, 2}@1\n";
  EXPECT_EQ(count(text + "%m = mul(%a, %x) : bf16[T, 8]\n%n = mul(%b, %y) : bf16[T, 8]\n%r = sub(%m, %n) : bf16[T, 8]\noutput %r\n", pattern), 1U);
  EXPECT_EQ(count(text + "%m = mul(%a, %x) : bf16[T, 8]\n%n = mul(%a, %y) : bf16[T, 8]\n%r = sub(%m, %n) : bf16[T, 8]\noutput %r\n", pattern), 0U);
}

TEST(Matcher, constants_and_metavariables_of_attributes) {
  std::string pattern = "  %0 = mul(%x, other=$s)\n  %1 = add(%y, other=$s)\n  %2 = mul(%0, %1)\n  output %2\n";
  auto text = [](const std::string& second) {
    return std::string(inputs) + "%a = mul(%x, other=2) : bf16[T, 8]\n%b = add(%y, other=" + second + ") : bf16[T, 8]\n%c = mul(%a, %b) : bf16[T, 8]\noutput %c\n";
  };
  EXPECT_EQ(count(text("2.0"), pattern), 1U) << "2 and 2.0 are the same number";
  EXPECT_EQ(count(text("3"), pattern), 0U);
  std::string constant = "  %0 = mean(%x, dim=[-1])\n  output %0\n";
  EXPECT_EQ(count(std::string(inputs) + "%a = mean(%x, dim=1, keepdim=True) : bf16[T, 1]\noutput %a\n", constant), 1U);
  EXPECT_EQ(count(std::string(inputs) + "%a = mean(%x, dim=0, keepdim=True) : bf16[1, 8]\noutput %a\n", constant), 0U);
  EXPECT_EQ(count(std::string(inputs) + "%s = add(%x, %y, alpha=2) : bf16[T, 8]\n%n = rms_norm(%s, eps=1e-06) : bf16[T, 8]\noutput %n\n", add_norm), 0U);
}

TEST(Matcher, a_number_that_makes_it_another_operator_is_no_detail) {
  auto found = [](const std::string& line, const std::string& pattern) {
    return count(std::string(inputs) + line + "\noutput %a\n", "  " + pattern + "\n  output %0\n");
  };
  EXPECT_EQ(found("%a, %i = topk(%x, k=4, dim=-1) : bf16[T, 4], i64[T, 4]", "%0, %1 = topk(%x)"), 1U);
  EXPECT_EQ(found("%a, %i = topk(%x, k=4, dim=-1, largest=False) : bf16[T, 4], i64[T, 4]", "%0, %1 = topk(%x)"), 0U);
  EXPECT_EQ(found("%a = matmul(%p, %w, equation=\"ij,j->i\") : bf16[T]", "%0 = matmul(%x, %w, ...)"), 1U);
  EXPECT_EQ(found("%a = matmul(%p, %w, %y, equation=\"ij,j,ik->k\") : bf16[8]", "%0 = matmul(%x, %w, %bias)"), 0U) << "three factors: no bias";
  EXPECT_EQ(found("%a = floor_div(%x, mode=\"trunc\", other=2) : bf16[T, 8]", "%0 = floor_div(%x, other=$by)"), 0U);
  EXPECT_EQ(found("%a = mul(%x, %y, outer=True) : bf16[T, 8]", "%0 = mul(%x, %y)"), 0U);
  EXPECT_EQ(found("%a = roll(%x, flip=True, dims=[-1]) : bf16[T, 8]", "%0 = roll(%x)"), 0U);
}

TEST(Matcher, siblings_meet_in_a_shared_input) {
  std::string pattern = "  %0 = rms_norm(%qkv[*], ...)\n  %1 = rms_norm(%qkv[*], ...)\n  output %0, %1\n";
  std::string text = std::string(inputs) + "%m = matmul(%p, %w) : bf16[T, 8]\n%a, %b = split(%m) : bf16[T, 4], bf16[T, 4]\n";
  EXPECT_EQ(count(text + "%q = rms_norm(%a, eps=1e-06) : bf16[T, 4]\n%k = rms_norm(%b, eps=1e-06) : bf16[T, 4]\noutput %q, %k\n", pattern), 1U)
      << "one match for each set of operators";
  EXPECT_EQ(count(text + "%c = copy(%a) : bf16[T, 4]\n%q = rms_norm(%c, eps=1e-06) : bf16[T, 4]\n%k = rms_norm(%b, eps=1e-06) : bf16[T, 4]\noutput %q, %k\n",
                  pattern), 1U) << "through the copy of one part";
}

TEST(Matcher, requirements_say_what_they_found) {
  graph::Graph graph = parsed(std::string(inputs) + "%s = add(%x, %y) : bf16[T, 8]\n%n = rms_norm(%s, eps=1e-06) : bf16[T, 8]\noutput %n, %s\n");
  std::vector<graph::Pattern> list = patterns(std::string("pattern p norm\ngraph\n") + add_norm +
      "require %x.dtype == \"bf16\" and %x.shape[-1] % 8 == 0 : \"r\"\nrequire %0.users == 1 : \"another reader\"\nrequire $eps < 1e-05 : \"e\"\n");
  Flow flow(graph);
  std::vector<Match> matches = find_matches(flow, list[0].graphs[0]);
  ASSERT_EQ(matches.size(), 1U);
  Evaluated dtype = evaluate(flow, matches[0], list[0].requirements[0].predicate);
  EXPECT_TRUE(dtype.holds);
  EXPECT_EQ(dtype.found, "x.dtype = bf16, x.shape[-1] = 8");
  Evaluated users = evaluate(flow, matches[0], list[0].requirements[1].predicate);
  EXPECT_FALSE(users.holds);
  EXPECT_EQ(users.found, "0.users = 2") << "the norm and the outside";
  EXPECT_TRUE(evaluate(flow, matches[0], list[0].requirements[2].predicate).holds);
}

constexpr const char* rms = R"(pattern rms_norm compound
graph
  %0 = pow(%x, other=2)
  %1 = mean(%0, dim=[-1])
  %2 = add(%1, other=$eps)
  %3 = rsqrt(%2)
  %4 = mul(%x, %3)
  %5 = mul(%4, %weight)
  output %5
replacement
  %0 = rms_norm(%x, %weight, eps=$eps)
  output %0
)";

std::string native_norm(const std::string& more = "") {
  return std::string(inputs) + "%c = cast(%x, dtype=f32) : f32[T, 8]\n%q = pow(%c, other=2) : f32[T, 8]\n%m = mean(%q, dim=[-1], keepdim=True) : f32[T, 1]\n"
         "%e = add(%m, other=1e-06) : f32[T, 1]\n%r = rsqrt(%e) : f32[T, 1]\n%n = mul(%c, %r) : f32[T, 8]\n%b = cast(%n, dtype=bf16) : bf16[T, 8]\n"
         "%o = mul(%b, %w) : bf16[T, 8]\n" + more;
}

TEST(Raise, a_norm_written_out_is_a_norm) {
  graph::Graph graph = parsed(native_norm("output %o\n"));
  Flow flow(graph);
  raise_compounds(flow, patterns(rms));
  ASSERT_EQ(flow.of_kind(Symbol("rms_norm")).size(), 1U);
  const Node& node = flow.node(flow.of_kind(Symbol("rms_norm"))[0]);
  EXPECT_EQ(node.operators.size(), 7U) << "the cast before the weight goes with it";
  ASSERT_EQ(node.attributes.size(), 1U);
  EXPECT_EQ(std::get<double>(node.attributes[0].second), 1e-06);
  EXPECT_EQ(graph.tensors[node.inputs[1]].name.view(), "w");
}

TEST(Raise, an_intermediate_that_is_read_elsewhere_keeps_it_primitive) {
  graph::Graph graph = parsed(native_norm("output %o, %m\n"));
  Flow flow(graph);
  raise_compounds(flow, patterns(rms));
  EXPECT_TRUE(flow.of_kind(Symbol("rms_norm")).empty());
}

TEST(Raise, what_stands_beside_the_turned_columns_is_the_rest_of_the_head) {
  std::string partial = "pattern rope_partial compound\ngraph\n %0 = rope(%x[first], %cos, %sin)\n %1 = cat(%0, %x[rest], dim=-1)\n output %1\nreplacement\n %0 = rope(%x, %cos, %sin)\n output %0\n";
  auto ropes = [&](const std::string& other) {
    graph::Graph graph = parsed(std::string(inputs) + "input %c : bf16[T, 4]\n%a, %b, %d, %e = split(%x) : bf16[T, 2], bf16[T, 2], bf16[T, 2], bf16[T, 2]\n%t = rope(%b, %c, %c) : bf16[T, 2]\n"
                                "%o = cat(%t, " + other + ", dim=-1) : bf16[T, 4]\noutput %o\n");
    Flow flow(graph);
    raise_compounds(flow, patterns(partial));
    return !flow.node(flow.of_kind(Symbol("cat"))[0]).live;
  };
  EXPECT_TRUE(ropes("%d"));
  EXPECT_FALSE(ropes("%e")) << "not where the turned ones end";
  EXPECT_FALSE(ropes("%a"));
}

// Whole rows are normalised here, and heads are looked at there.
TEST(Raise, a_value_has_one_last_axis) {
  auto norms = [](const std::string& heads) {
    graph::Graph graph = parsed(std::string(inputs) + "%q = pow(%x, other=2) : bf16[T, 8]\n%m = mean(%q, dim=[-1], keepdim=True) : bf16[T, 1]\n"
                                "%e = add(%m, other=1e-06) : bf16[T, 1]\n%r = rsqrt(%e) : bf16[T, 1]\n" + heads + "%o = mul(%n, %w) : bf16[T, 8]\noutput %o\n");
    Flow flow(graph);
    raise_compounds(flow, patterns(rms));
    return flow.of_kind(Symbol("rms_norm")).size();
  };
  EXPECT_EQ(norms("%n = mul(%x, %r) : bf16[T, 8]\n"), 1U);
  EXPECT_EQ(norms("%xh = view(%x) : bf16[T, 2, 4]\n%rh = view(%r) : bf16[T, 1, 1]\n%n = mul(%xh, %rh) : bf16[T, 2, 4]\n"), 0U);
  EXPECT_EQ(norms("%x1 = view(%x) : bf16[T, 1, 8]\n%r1 = view(%r) : bf16[T, 1, 1]\n%n = mul(%x1, %r1) : bf16[T, 1, 8]\n"), 1U);
}

TEST(Launches, a_path_out_and_back_in_is_an_obstacle) {
  graph::Graph g = parsed(std::string(inputs) + "%a = silu(%x) : bf16[T, 8]\n%b = topk(%a, k=8) : bf16[T, 8]\n%c = mul(%a, %b) : bf16[T, 8]\noutput %c\n");
  Launches launches(g);
  std::vector<graph::KernelId> outer = {graph::KernelId{0}, graph::KernelId{2}}, all = {graph::KernelId{0}, graph::KernelId{1}, graph::KernelId{2}};
  Obstacle obstacle = launches.obstacle(outer);
  EXPECT_EQ(obstacle.hazard, Hazard::Path);
  EXPECT_EQ(launches[obstacle.launch].kernel, graph::KernelId{1});
  EXPECT_EQ(launches.obstacle(all).hazard, Hazard::None);
}

TEST(Launches, a_read_does_not_move_across_a_write) {
  // The sum reads %x before it is overwritten; the product needs what was written.
  graph::Graph g = parsed(std::string(inputs) + "%a = add(%x, %y) : bf16[T, 8]\n%z = topk(%x!, k=8) : bf16[T, 8]\n%c = mul(%a, %z) : bf16[T, 8]\noutput %c\n");
  Launches launches(g);
  std::vector<graph::KernelId> outer = {graph::KernelId{0}, graph::KernelId{2}};
  EXPECT_EQ(launches.obstacle(outer).hazard, Hazard::Write);
}

TEST(Launches, column_blocks_of_one_tensor_do_not_meet) {
  std::string text = std::string(inputs) + "%m = matmul(%p, %w) : bf16[T, 16]\n%a, %b = split(%m) : bf16[T, 8], bf16[T, 8]\n%u = silu(%a) : bf16[T, 8]\n";
  graph::Graph g = parsed(text + "%z = topk(%b!, k=8) : bf16[T, 8]{16, 1}\n%c = mul(%u, %z) : bf16[T, 8]\noutput %c\n");
  std::vector<graph::KernelId> outer = {graph::KernelId{1}, graph::KernelId{3}};
  EXPECT_EQ(Launches(g).obstacle(outer).hazard, Hazard::None);
  graph::Graph h = parsed(text + "%z = topk(%a!, k=8) : bf16[T, 8]{16, 1}\n%c = mul(%u, %z) : bf16[T, 8]\noutput %c\n");
  EXPECT_EQ(Launches(h).obstacle(outer).hazard, Hazard::Write);
}

}  // namespace
}  // namespace fusescout::fusion
