// What is done first, what counts once, and what is one finding.
#include <algorithm>

#include <fmt/format.h>

#include "fusion/test_support.h"

namespace fusescout::fusion {
namespace {

constexpr const char* inputs =
    "T = 16\ninput %x : bf16[T, 64]\ninput %r : bf16[T, 64]\ninput %b : bf16[T, 64]\nparam %m : bf16[64, 64]\nparam %w : bf16[64]\n";

constexpr const char* reduce_norm = R"(pattern reduce_norm norm
name "AllReduce + Add + Norm" "AllReduce + Add + Norm"
graph
  called "Product + Sum" "Product + Sum"
  %0 = matmul(%x, ...)
  %1 = all_reduce(%0)
  %2 = add(%1, %residual)
  %3 = rms_norm(%2, ...)
  output %3, %2
graph
  %0 = all_reduce(%x)
  %1 = add(%0, %residual)
  %2 = rms_norm(%1, ...)
  output %2, %1
)";

constexpr const char* chain =
    "%p = matmul(%x, %m) : bf16[T, 64]\n%a = all_reduce(%p) : bf16[T, 64]\n%s = add(%a, %r) : bf16[T, 64]\n%n = rms_norm(%s, %w, eps=1e-05) : bf16[T, 64]\n"
    "output %n, %s\n";

// A kernel that holds a matmul and anything else does not fit.
class CubePricer final : public Pricer {
 public:
  Price price(const graph::Graph& graph, std::span<const graph::KernelId> before, std::span<const ProposedKernel> after) const override {
    return fake.price(graph, before, after);
  }
  Feasibility feasibility(const graph::Graph& graph, const ProposedKernel& kernel) const override {
    Feasibility result;
    for (graph::OperatorId id : kernel.operators) result.possible &= graph.operators[id].kind.view() != "matmul";
    return result;
  }
  Estimate step_time(const graph::Graph& graph) const override { return fake.step_time(graph); }
  FakePricer fake;
};

Analysis analysis_of(const std::string& text, const Pricer& pricer, const std::string& pattern_text = "") {
  graph::ModelRun run;
  run.graph = parsed(inputs + text);
  return analyze(run, patterns(pattern_text), {}, pricer);
}

std::vector<const Finding*> all(const Analysis& analysis, std::string_view pattern) {
  std::vector<const Finding*> list;
  for (const Finding& finding : analysis.findings) {
    if (finding.pattern == pattern) list.push_back(&finding);
  }
  return list;
}

TEST(Variants, the_smaller_one_counts_where_the_larger_cannot_be_done) {
  Analysis cube = analysis_of(chain, CubePricer(), reduce_norm), both = analysis_of(chain, FakePricer(), reduce_norm);
  std::vector<const Finding*> found = all(cube, "reduce_norm");
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0]->verdict, Verdict::Opportunity);
  EXPECT_EQ(found[0]->kernels_text.size(), 3U);
  EXPECT_EQ(found[1]->verdict, Verdict::Blocked);
  EXPECT_EQ(found[1]->name_en, "Product + Sum") << "the refused one has another name than the one to take";
  EXPECT_EQ(found[1]->interface.name, "fused_product_sum");
  EXPECT_EQ(found[0]->name_en, "AllReduce + Add + Norm");
  EXPECT_EQ(found[0]->interface.name, "fused_reduce_norm");
  found = all(both, "reduce_norm");
  ASSERT_EQ(found.size(), 1U) << "the larger takes it all";
  EXPECT_EQ(found[0]->kernels_text.size(), 4U);
}

TEST(Plan, work_that_need_not_run_is_not_what_a_fusion_around_it_saves) {
  // The exponential of a weight can go by itself: 3 us of the 6 that one kernel for all three would save are its.
  Analysis analysis = analysis_of("%e = exp(%w) : bf16[64]\n%y = mul(%x, %e) : bf16[T, 64]\n%o = add(%y, %r) : bf16[T, 64]\noutput %o\n", FakePricer(), R"(pattern scaled vector
name "Scaled" "Scaled"
graph
  %0 = exp(%w)
  %1 = mul(%x, %0)
  %2 = add(%1, %r)
  output %2
)");
  std::vector<const Finding*> found = all(analysis, "scaled"), constant = all(analysis, "constant_work");
  ASSERT_EQ(found.size(), 1U);
  ASSERT_EQ(constant.size(), 1U);
  EXPECT_EQ(constant[0]->alternative_to, "");
  EXPECT_EQ(found[0]->alternative_to, "");
  EXPECT_EQ(found[0]->kernels_text.size(), 3U);
  EXPECT_EQ(found[0]->step_gain.nominal, 3);
  auto gain = std::ranges::find(found[0]->conditions, "gain", &Condition::name);
  ASSERT_NE(gain, found[0]->conditions.end());
  EXPECT_EQ(gain->value, fmt::format("{:.2f} us of {:.2f} us", found[0]->price.gain.nominal, found[0]->price.before.nominal)) << "as it counts, not as before";
}

TEST(Plan, what_only_some_places_need_not_run_is_counted_once_too) {
  // All layers but the first make again what the first made: there 3 of the 6 us that one kernel would save are that finding's.
  std::string text, in = "b";
  for (std::string n : {"0", "1", "2"}) {
    std::string at = "  # m.py:7 model.layers." + n + "\n";
    text += "%e" + n + " = exp(%x) : bf16[T, 64]" + at + "%y" + n + " = mul(%" + in + ", %e" + n + ") : bf16[T, 64]" + at + "%o" + n + " = add(%y" + n + ", %r) : bf16[T, 64]" + at;
    in = "o" + n;
  }
  Analysis analysis = analysis_of(text + "output %o2\n", FakePricer(), R"(pattern scaled vector
name "Scaled" "Scaled"
graph
  %0 = exp(%x)
  %1 = mul(%y, %0)
  %2 = add(%1, %r)
  output %2
)");
  std::vector<const Finding*> found = all(analysis, "scaled"), repeated = all(analysis, "repeated_work");
  ASSERT_EQ(found.size(), 1U);
  ASSERT_EQ(repeated.size(), 1U);
  EXPECT_EQ(repeated[0]->step_gain.nominal, 6);
  EXPECT_EQ(found[0]->price.gain.nominal, 3) << "that of most places";
  EXPECT_EQ(found[0]->step_gain.nominal, 12);
  EXPECT_EQ(analysis.step_time.nominal - analysis.step_time_after.nominal, 18) << "nine kernels are three";
}

TEST(Plan, places_that_are_left_count_what_each_of_them_saves) {
  // As before, and a larger fusion takes the second layer: the first saves 6 us, the third 3.
  std::string text, in = "b";
  for (std::string n : {"0", "1", "2"}) {
    std::string at = "  # m.py:7 model.layers." + n + "\n";
    text += "%e" + n + " = exp(%x) : bf16[T, 64]" + at + "%y" + n + " = mul(%" + in + ", %e" + n + ") : bf16[T, 64]" + at + "%o" + n + " = add(%y" + n + ", %r) : bf16[T, 64]" + at;
    in = "o" + n;
    if (n == "1") text += "%z = silu(%o1) : bf16[T, 64]" + at, in = "z";
  }
  std::string steps = "graph\n  %0 = exp(%x)\n  %1 = mul(%y, %0)\n  %2 = add(%1, %r)\n";
  Analysis analysis = analysis_of(text + "output %o2\n", FakePricer(), "pattern scaled vector\n" + steps + "  output %2\npattern larger vector\n" + steps + "  %3 = silu(%2)\n  output %3\n");
  std::vector<const Finding*> found = all(analysis, "scaled");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0]->occurrences.size(), 2U);
  EXPECT_EQ(found[0]->step_gain.nominal, 9);
  EXPECT_EQ(analysis.step_time.nominal - analysis.step_time_after.nominal, 21) << "ten kernels are three";
}

// Some of a chain of element-wise operators on %x, as the text of a model ("%v0 = neg(%x) : type") or of a pattern.
std::string chain_of(size_t from, size_t to, const std::string& type) {
  const char* kinds[] = {"neg", "exp", "abs", "sqrt", "sigmoid", "tanh", "silu"};
  std::string text;
  for (size_t i = from; i < to; ++i) text += fmt::format("%v{} = {}(%{}){}\n", i, kinds[i], i == from ? "x" : fmt::format("v{}", i - 1), type);
  return text;
}

TEST(Plan, kernels_that_exist_come_first_where_a_new_one_saves_little_more) {
  auto first = [](std::initializer_list<std::pair<size_t, size_t>> existing) {
    graph::ModelRun run;
    run.graph = parsed(inputs + chain_of(0, 7, " : bf16[T, 64]") + "output %v6\n");
    std::vector<FusedKernelMeaning> kernels;
    for (auto [from, to] : existing) {
      std::string text = "input %x : f16[4, 32]\nkernel k vector {\n" + chain_of(from, to, " : f16[4, 32]") + fmt::format("}}\noutput %v{}\n", to - 1);
      kernels.push_back({fmt::format("torch_npu.npu_chain_{}", from), {Symbol("catalogue/k.py"), 1}, "", parsed(text)});
    }
    std::string names;
    for (const Finding& finding : analyze(run, patterns("pattern long vector\ngraph\n" + chain_of(0, 7, "") + "output %v6\n"), kernels, FakePricer()).findings) {
      if (finding.alternative_to.empty()) names += finding.pattern + " ";
    }
    return names;
  };
  EXPECT_EQ(first({{0, 6}}), "npu_chain_0 ") << "it saves 15 us of the 18";
  EXPECT_EQ(first({{0, 4}}), "long ") << "it saves 9";
  EXPECT_EQ(first({{0, 4}, {4, 7}}), "npu_chain_0 npu_chain_4 ") << "together they save 15";
}

TEST(Redundant, a_copy_may_go_when_only_a_later_call_overwrites_it) {
  auto verdict = [](const std::string& text) { return all(analysis_of(text, FakePricer()), "layout_copy").at(0)->verdict; };
  std::string copied = "%p = matmul(%x, %m) : bf16[T, 64]\n%c = copy(%p) : bf16[T, 64]\n", read = "%o = topk(%c, k=64) : bf16[T, 64]\n", write = "%z = topk(%p!, k=64) : bf16[T, 64]\n";
  EXPECT_EQ(verdict(copied + read + write + "output %o, %z\n"), Verdict::Opportunity);
  EXPECT_EQ(verdict(copied + write + read + "output %o, %z\n"), Verdict::Blocked);
}

TEST(Redundant, repeated_work_is_told_by_the_function_that_does_it) {
  // A function of two statements, called three times from as many lines: what the second and third call do is one finding.
  std::string text;
  for (const char* n : {"0", "1", "2"}) {
    text += std::string("param %w") + n + " : bf16[64, 64]\n%l" + n + " = sub(%x, %r) : bf16[T, 64]\n%k" + n + " = cumsum(%l" + n + ", dim=0) : bf16[T, 64]\n%p" + n +
            " = matmul(%k" + n + ", %w" + n + ") : bf16[T, 64]\n";
  }
  graph::ModelRun run;
  run.graph = parsed(inputs + text + "output %p0, %p1, %p2\n");
  graph::Graph& graph = run.graph;
  for (uint32_t i = 0; i < graph.operators.size(); ++i) {
    graph::FrameId caller = graph.frame({}, Symbol("m.py"), 10 + i / 3, Symbol("M.forward"));
    graph.entries[graph.operators[graph::OperatorId{i}].call].frame = i % 3 == 2 ? caller : graph.frame(caller, Symbol("utils.py"), 3 + i % 3, Symbol("lengths"));
  }
  Analysis analysis = analyze(run, {}, {}, FakePricer());
  std::vector<const Finding*> found = all(analysis, "repeated_work");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0]->name_en, "work that was done before in the same step: lengths");
  EXPECT_EQ(found[0]->locations[0], (Span{Symbol("utils.py"), 3, 4}));
  EXPECT_EQ(found[0]->occurrences.size(), 2U);
}

TEST(Plan, numbers_of_rows_that_a_fusion_alone_reads_are_made_on_the_way) {
  // Rows weighted by the sigmoid of a number each and added up: the sigmoid goes along, unless a fusion beside this one has it, or somebody else reads it.
  std::string weighted = "pattern w moe\ngraph\n %0 = mul(%x, %g)\n %1 = add(%0, %y)\n output %1\n";
  auto kernels = [&](const std::string& gate, const std::string& outputs, const std::string& more = "") {
    Analysis analysis = ModelCase("param %v : bf16[64, 1]\n%l = matmul(%x, %v) : bf16[T, 1]\n" + gate + "%p = mul(%x, %s) : bf16[T, 64]\n%o = add(%p, %y) : bf16[T, 64]\noutput %o" +
                                  outputs + "\n")(weighted + more);
    return find(analysis, "w")->occurrences.at(0).kernels.size();
  };
  EXPECT_EQ(kernels("%s = sigmoid(%l) : bf16[T, 1]\n", ""), 3U);
  EXPECT_EQ(kernels("%s = sigmoid(%l) : bf16[T, 1]\n", ", %s"), 2U) << "read elsewhere";
  EXPECT_EQ(kernels("%s = sigmoid(%l) : bf16[T, 1]\n", "", "pattern s moe\ngraph\n %0 = matmul(%x, ...)\n %1 = sigmoid(%0)\n output %1\n"), 2U) << "part of another fusion";
  EXPECT_EQ(kernels("input %n : bf16[T, 1]\n%s = sigmoid(%n) : bf16[T, 1]\n", ", %l"), 2U) << "of a step's inputs alone";
}

TEST(Redundant, what_the_host_does_between_launches_goes_with_them) {
  // Lengths made on the device, indices of them on the host, brought back: done twice, it is one finding. Work of the host alone is none.
  std::string text;
  for (const char* n : {"0", "1"}) {
    std::string i(n);
    text += "%l" + i + " = sub(%x, %r) : bf16[T, 64]\nkernel eq" + i + " host {\n%k" + i + " = cumsum(%l" + i + ", dim=0) : bf16[T, 64]\n}\n%m" + i + " = neg(%k" + i +
            ") : bf16[T, 64]\n%p" + i + " = topk(%m" + i + ", k=64) : bf16[T, 64]\nkernel alone" + i + " host {\n%h" + i + " = exp(%w) : bf16[64]\n}\n%q" + i + " = topk(%h" + i +
            ", k=6" + i + ") : bf16[64]\n";
  }
  Analysis analysis = analysis_of(text + "output %p0, %p1, %q0, %q1\n", FakePricer());
  std::vector<const Finding*> found = all(analysis, "repeated_work");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0]->occurrences.at(0).kernels.size(), 4U);
}

// Two lines of one function call the same two helpers. The second time the quantisation is inside a custom operator that does more.
graph::ModelRun norm_and_quant() {
  graph::ModelRun run;
  run.graph = parsed(std::string(inputs) +
                     "%s = add(%x, %r) : bf16[T, 64]  # norm.py:5\n%n = rms_norm(%s, %w, eps=1e-05) : bf16[T, 64]  # norm.py:5\n"
                     "%q, %c = dynamic_quantize(%n, dtype=i8) : i8[T, 64], f32[T]  # quant.py:7\n"
                     "%t = add(%b, %s) : bf16[T, 64]  # norm.py:5\n%k = rms_norm(%t, %w, eps=1e-05) : bf16[T, 64]  # norm.py:5\n"
                     "%e = topk(%b, k=64) : bf16[T, 64]  # attention.py:3\n"
                     "%p, %d = dynamic_quantize(%k, dtype=i8) : i8[T, 64], f32[T]  # quant.py:7\n%o = topk(%p, k=64) : i8[T, 64]  # attention.py:9\n"
                     "output %q, %c, %o, %d, %t, %e\n");
  graph::Graph& graph = run.graph;
  auto call_of = [&](uint32_t op) { return graph.operators[graph::OperatorId{op}].call; };
  for (uint32_t i = 0; i < graph.operators.size(); ++i) {
    graph::Frame frame = graph.frames[graph.entries[call_of(i)].frame];
    graph::FrameId forward = graph.frame({}, Symbol("model.py"), i < 3 ? 20 : 30, Symbol("Layer.forward"));
    graph.entries[call_of(i)].frame = graph.frame(forward, frame.file, frame.line, frame.function);
  }
  for (uint32_t inside : {6U, 7U}) graph.entries[call_of(inside)].parent = call_of(5);
  graph.entries[call_of(5)].end = graph::EntryId{call_of(7).index + 1};
  return run;
}

constexpr const char* norm_quant =
    "pattern norm_quant norm\ngraph\n %0 = add(%x, %r)\n %1 = rms_norm(%0, ...)\n %2, %3 = dynamic_quantize(%1)\n output %2, %3, %0\n";

TEST(Places, the_same_helpers_called_on_other_lines_are_another_finding) {
  graph::ModelRun run = norm_and_quant();
  Analysis analysis = analyze(run, patterns(norm_quant), {}, FakePricer());
  std::vector<const Finding*> found = all(analysis, "norm_quant");
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0]->locations[0], (Span{Symbol("model.py"), 20, 20}));
  EXPECT_EQ(found[1]->locations[0], (Span{Symbol("model.py"), 30, 30}));
}

TEST(Places, kernels_of_one_operator_show_their_own_lines_whatever_else_is_called_on_the_way) {
  // Rows are sorted in one helper and quantised in another, which runs more than kernels that are fused: two levels down, a wrapper each.
  graph::ModelRun run;
  run.graph = parsed(std::string(inputs) +
                     "kernel torch_npu.npu_sort_rows vector {\n%d, %i, %n = expert_dispatch(%x, %b) : bf16[T, 64], i32[T], i64[8]  # sort.py:3\n}\n"
                     "kernel torch_npu.npu_dynamic_quant vector {\n%q, %c = dynamic_quantize(%d, dtype=i8) : i8[T, 64], f32[T]  # device.py:4\n}\n"
                     "%s = cumsum(%n, dim=0) : i64[8]  # mlp.py:8\noutput %q, %c, %s, %i\n");
  graph::Graph& graph = run.graph;
  graph::FrameId sorting = graph.frame({}, Symbol("model.py"), 20, Symbol("Layer.forward")), mlp = graph.frame({}, Symbol("model.py"), 21, Symbol("Layer.forward"));
  for (uint32_t i = 0; i < 3; ++i) {
    graph::FrameId& frame = graph.entries[graph.operators[graph::OperatorId{i}].call].frame;
    graph::Frame own = graph.frames[frame];
    graph::FrameId caller = i == 0 ? sorting : i == 1 ? graph.frame(mlp, Symbol("mlp.py"), 7, Symbol("mlp")) : mlp;
    frame = graph.frame(caller, own.file, own.line, own.function);
  }
  Analysis analysis = analyze(run, patterns("pattern sorted moe\ngraph\n %0 = expert_dispatch(%x, %i, ...)\n %1, %2 = dynamic_quantize(%0)\n output %1, %2\n"), {}, FakePricer());
  const Finding* finding = find(analysis, "sorted");
  ASSERT_NE(finding, nullptr);
  EXPECT_EQ(finding->locations, (std::vector<Span>{{Symbol("model.py"), 20, 21}, {Symbol("sort.py"), 3, 3}, {Symbol("mlp.py"), 7, 7}, {Symbol("device.py"), 4, 4}}));
}

TEST(Places, a_pass_is_not_to_be_repaired_for_what_it_does_not_see) {
  graph::ModelRun run = norm_and_quant();
  graph::PassResult pass;
  pass.pass = "NormQuantPass";
  pass.location = {Symbol("vllm_ascend/p.py"), 60};
  pass.nearest = {Symbol("norm.py"), 5};
  pass.why = "the pattern has `npu_add_rms_norm` where the code has `npu_add_rms_norm_bias`";
  run.passes.push_back(pass);
  FusedKernelMeaning kernel{"torch_npu.npu_add_rms_norm_dynamic_quant", {Symbol("vllm_ascend/p.py"), 70}, "",
                            parsed("input %a : f16[4, 32]\ninput %b : f16[4, 32]\ninput %g : f16[32]\nkernel k vector {\n%s = add(%a, %b) : f16[4, 32]\n"
                                   "%n = rms_norm(%s, %g, eps=1e-06) : f16[4, 32]\n%q, %c = dynamic_quantize(%n, dtype=i8) : i8[4, 32], f32[4]\n}\noutput %q, %s, %c\n"),
                            {Symbol("vllm_ascend/p.py")}};
  Analysis analysis = analyze(run, patterns(norm_quant), std::span(&kernel, 1), FakePricer());
  std::vector<const Finding*> found = all(analysis, "norm_quant");
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0]->target_en.substr(0, 17), "repair graph pass") << found[0]->reason;
  EXPECT_EQ(found[1]->target_en, "call the existing kernel torch_npu.npu_add_rms_norm_dynamic_quant") << "a custom operator is one node to a pass";
  kernel.callers = {Symbol("vllm_ascend/other.py")};
  analysis = analyze(run, patterns(norm_quant), std::span(&kernel, 1), FakePricer());
  EXPECT_EQ(all(analysis, "norm_quant")[0]->target_en.substr(0, 4), "call") << "the pass does not call it";
}

TEST(Places, a_pass_that_calls_the_kernel_and_did_not_run_is_told) {
  graph::ModelRun run = norm_and_quant();
  run.passes.emplace_back().pass = "OtherPass";
  run.passes[0].matches = 1;
  FusedKernelMeaning kernel{"torch_npu.npu_add_rms_norm_dynamic_quant", {}, "",
                            parsed("input %a : f16[4, 32]\ninput %b : f16[4, 32]\ninput %g : f16[32]\nkernel k vector {\n%s = add(%a, %b) : f16[4, 32]\n"
                                   "%n = rms_norm(%s, %g, eps=1e-06) : f16[4, 32]\n%q, %c = dynamic_quantize(%n, dtype=i8) : i8[4, 32], f32[4]\n}\noutput %q, %s, %c\n")};
  kernel.passes = {{"OtherPass", {}}, {"NormQuantPass", {Symbol("p.py"), 60}}};
  auto target = [&] {
    Analysis analysis = analyze(run, patterns(norm_quant), std::span(&kernel, 1), FakePricer());
    return all(analysis, "norm_quant")[0]->target_en;
  };
  EXPECT_EQ(target(), "call the existing kernel torch_npu.npu_add_rms_norm_dynamic_quant (graph pass NormQuantPass, off here, calls it)");
  run.passes.emplace_back().pass = "NormQuantPass";
  EXPECT_EQ(target(), "call the existing kernel torch_npu.npu_add_rms_norm_dynamic_quant") << "it ran";
  run.passes.clear();
  EXPECT_EQ(target(), "call the existing kernel torch_npu.npu_add_rms_norm_dynamic_quant") << "nothing is compiled";
}

}  // namespace
}  // namespace fusescout::fusion
