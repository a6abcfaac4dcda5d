#include "graph/text.h"

#include <gtest/gtest.h>

#include <random>

namespace fusescout::graph {
namespace {

// The text of a whole layer: every kind of line.
constexpr const char* sample = R"(phase decode
T = 16
input %x : bf16[T, 4096]
input %positions : i64[T]
param %qkv.weight "model.layers.0.qkv.weight" : bf16[6144, 4096]
param %norm.weight "model.layers.0.norm.weight" : bf16[4096]
buffer %rotary.cos_sin_cache "model.rotary.cos_sin_cache" : bf16[4096, 128]
cache %layers.0.key : bf16[100, 128, 8, 128]
cache %layers.0.value : bf16[100, 128, 8, 128]
empty %out : bf16[T, 32, 128]
%0 = t(%qkv.weight) : bf16[4096, 6144]{1, 4096}
kernel npu_add_rms_norm vector {
  %1 = add(%x, %x) : bf16[T, 4096]                            # model.py:5 model.layers.0.norm
  %2 = rms_norm(%1, %norm.weight, eps=1e-05) : bf16[T, 4096]  # model.py:5 model.layers.0.norm
}
%3 = matmul(%2, %0) : bf16[T, 6144]                         # model.py:6
%q, %k, %v = split(%3) : bf16[T, 4096]{6144, 1}, bf16[T, 1024]{6144, 1}@4096, bf16[T, 1024]{6144, 1}@5120
%4 = view(%q) : bf16[T, 32, 128]{6144, 128, 1}
kernel rope vector triton by "RopePass" vllm_ascend/passes.py:33 {
  %5 = copy(%4) : bf16[T, 32, 128]
  %6 = transpose(%5) : bf16[32, T, 128]{128, 4096, 1}
  %7 = rope(%6!, %rotary.cos_sin_cache, %positions, neox=True, rotary_dim=128) : bf16[32, T, 128]{128, 4096, 1}
}
%8 = refresh(%5, %7) : bf16[T, 32, 128]
kv_cache_write(%k, %v, %layers.0.key!, %layers.0.value!, %positions)
kernel fused_attention mixed {
  %9 = attention(%8, %layers.0.key, %layers.0.value, scale=0.08838834764831845) : bf16[T, 32, 128] &%out
}
%10, %11 = topk(%9, k=8, sorted=False) : bf16[T, 32, 8], i64[T, 32, 8]
%12 = cast(%10, dtype=f32) : f32[T, 32, 8]
kernel "odd name" host {
  %13 = opaque(%12, %11, name="some \"kernel\"", sizes=[T, 2*T + 1]) : f32[T//2, 1]
}
output %13, %8
)";

std::string printed(std::string_view text) {
  auto graphs = parse_text(text);
  if (graphs.is_error()) return "error: " + graphs.error().message;
  return to_text((*graphs)[0].graph);
}

Graph parsed(std::string_view text) {
  auto graphs = parse_text(text);
  EXPECT_FALSE(graphs.is_error()) << (graphs.is_error() ? graphs.error().message : "");
  return graphs.is_error() ? Graph() : std::move((*graphs)[0].graph);
}

std::string error_of(std::string_view text) {
  auto graphs = parse_text(text);
  return graphs.is_error() ? graphs.error().message : "no error";
}

TEST(TextTest, prints_what_it_reads) { EXPECT_EQ(printed(sample), sample); }

TEST(TextTest, reads_kernels_calls_and_places) {
  Graph g = parsed(sample);
  EXPECT_EQ(g.phase, "decode");
  const Kernel& norm = g.kernels[KernelId{0}];
  EXPECT_EQ(norm.name.view(), "npu_add_rms_norm");
  EXPECT_EQ(norm.operators.size(), 2U);
  ASSERT_EQ(norm.calls.size(), 1U) << "operators at one place are one call";
  const Entry& call = g.entries[norm.calls[0]];
  EXPECT_EQ(call.op.view(), "npu_add_rms_norm");
  EXPECT_EQ(call.launches, 1);
  EXPECT_EQ(call.inputs.size(), 2U);
  EXPECT_EQ(call.outputs.size(), 2U);
  EXPECT_EQ(g.frames[call.frame].line, 5U);
  EXPECT_EQ(g.modules[call.module].path.view(), "model.layers.0.norm");
  EXPECT_EQ(g.modules[call.module].layer.view(), "model.layers.0");
  const Kernel& matmul = g.kernels[KernelId{1}];
  EXPECT_EQ(matmul.unit, Unit::Cube);
  const Kernel& rope = g.kernels[KernelId{2}];
  EXPECT_TRUE(rope.triton);
  EXPECT_EQ(rope.fused_by, "RopePass");
  EXPECT_EQ(rope.fused_by_line, 33U);
}

TEST(TextTest, views_share_the_storage) {
  Graph g = parsed("input %x : bf16[4, 12]\n%a, %b = split(%x) : bf16[4, 8], bf16[4, 4]\n%c = view(%b) : bf16[4, 2, 2]\n%d = transpose(%c, dim0=0, dim1=-1) : bf16[2, 2, 4]\n"
                   "%e = select(%d, dim=0, index=1) : bf16[2, 4]\n%f = unsqueeze(%e) : bf16[2, 1, 4]\n%h = expand(%f) : bf16[2, 3, 4]\noutput %b, %c, %d, %e, %f, %h\n");
  auto strides = [&](size_t output) {
    std::vector<int64_t> values;
    for (Dim d : g.tensors[g.outputs[output]].strides) values.push_back(d.value);
    return values;
  };
  EXPECT_EQ(strides(0), (std::vector<int64_t>{12, 1}));
  EXPECT_EQ(g.tensors[g.outputs[0]].storage_offset, Dim(8));
  EXPECT_EQ(strides(1), (std::vector<int64_t>{12, 2, 1}));
  EXPECT_EQ(strides(2), (std::vector<int64_t>{1, 2, 12}));
  EXPECT_EQ(strides(3), (std::vector<int64_t>{2, 12}));
  EXPECT_EQ(g.tensors[g.outputs[3]].storage_offset, Dim(9));
  EXPECT_EQ(strides(4)[0], 2);
  EXPECT_EQ(strides(5), (std::vector<int64_t>{2, 0, 12}));
  for (TensorId id : g.outputs) {
    EXPECT_EQ(g.root(id), g.inputs[0]);
    EXPECT_EQ(g.tensors[id].storage, g.tensors[g.inputs[0]].storage);
    EXPECT_TRUE(g.entries[g.tensors[id].producer].is_view);
  }
}

TEST(TextTest, in_place_operands_give_their_storage) {
  Graph g = parsed("input %x : f32[4]\ninput %y : f32[4]\n%z = add(%x!, %y) : f32[4]\n%w = add(%z!, %y) : f32[4] &new\noutput %z, %w\n");
  EXPECT_EQ(g.tensors[g.outputs[0]].storage, g.tensors[g.inputs[0]].storage);
  EXPECT_NE(g.tensors[g.outputs[1]].storage, g.tensors[g.inputs[0]].storage);
  EXPECT_EQ(g.entries[g.kernels[KernelId{0}].calls[0]].mutates, std::vector<uint8_t>{0});
}

TEST(TextTest, several_graphs_are_separated) {
  auto graphs = parse_text("# a group before and after\n--- before\ninput %x : f32[4]\n%y = silu(%x) : f32[4]\n--- after\ninput %x : f32[4]\n");
  ASSERT_FALSE(graphs.is_error());
  ASSERT_EQ(graphs->size(), 2U);
  EXPECT_EQ((*graphs)[0].name, "before");
  EXPECT_EQ((*graphs)[1].name, "after");
  EXPECT_EQ((*graphs)[0].graph.operators.size(), 1U);
}

TEST(TextTest, errors_name_the_line_and_what_was_expected) {
  EXPECT_EQ(error_of("input %x : bf16[T]\n"), "line 1: `T` has no value; write `T = 16` above");
  EXPECT_EQ(error_of("\n%y = silu(%x) : f32[4]\n"), "line 2: `%x` is not defined above");
  EXPECT_EQ(error_of("input %x : f32[4]\n%x = silu(%x) : f32[4]\n"), "line 2: `%x` is defined already");
  EXPECT_EQ(error_of("input %x : f32[4]\n%y = swish(%x) : f32[4]\n"), "line 2: no operator is called `swish`");
  EXPECT_EQ(error_of("input %x : f32[4\n"), "line 1: expected `,` or `]`, found the end of the line");
  EXPECT_EQ(error_of("input %x : float[4]\n"), "line 1: expected a dtype like `bf16`, found `float`");
  EXPECT_EQ(error_of("kernel a vector {\n"), "line 2: expected `}` that ends the kernel");
  EXPECT_EQ(error_of("}\n"), "line 1: a `}` without a kernel");
  EXPECT_EQ(error_of("kernel a tensor {\n}\n"), "line 1: expected vector, cube, mixed, communication or host, found `tensor`");
  EXPECT_EQ(error_of("input %x : f32[4, 6]{12, 1}\n%y = view(%x) : f32[24]\n"),
            "line 2: this `view` needs the strides of its result, like `bf16[4, 8]{8, 1}`; a change of layout that copies is a `copy`");
  EXPECT_EQ(error_of("input %x : f32[4]\n%y, %z = silu(%x) : f32[4]\n"), "line 2: expected a type for each of the 2 results, found 1");
  EXPECT_EQ(error_of("T = 4\nT = 5\n"), "line 2: `T` has a value already");
  EXPECT_EQ(error_of("input %x : f32[4]\n%y = silu(%x, %x) : f32[4]\n"), "line 2: `silu` takes at most 1 tensors, found 2");
  EXPECT_EQ(error_of("input %x : f32[0 - 4]\n"), "line 1: the size `0 - 4` is negative");
  EXPECT_EQ(error_of("%y = fill(value=1e999) : f32[4]\n"), "line 1: the number `1e999` is out of range");
}

// A graph as the evaluator leaves it: a pass merged two calls, a view lies between them, and another kernel stands in between.
TEST(TextTest, merged_calls_are_printed_in_the_order_of_the_data) {
  Graph g = parsed("input %x : f32[4, 4]\n%a = silu(%x) : f32[4, 4]\n%v = view(%a) : f32[16]\n%o = exp(%x) : f32[4, 4]\n%b = neg(%v) : f32[16]\noutput %b, %o\n");
  Kernel merged;
  merged.name = Symbol("merged");
  merged.fused_by = "Pass";
  for (uint32_t op : {0U, 2U}) {
    merged.calls.push_back(g.operators[OperatorId{op}].call);
    merged.operators.push_back(OperatorId{op});
  }
  KernelId id = g.kernels.add(merged);
  g.operators[OperatorId{0}].kernel = g.operators[OperatorId{2}].kernel = id;
  std::string text = to_text(g);
  EXPECT_EQ(text, "input %x : f32[4, 4]\n%o = exp(%x) : f32[4, 4]\nkernel merged vector by \"Pass\" {\n  %a = silu(%x) : f32[4, 4]\n  %v = view(%a) : f32[16]\n"
                  "  %b = neg(%v) : f32[16]\n}\noutput %b, %o\n");
  EXPECT_EQ(printed(text), text);
}

TEST(TextTest, what_no_line_makes_is_declared) {
  Graph g = parsed("input %x : f32[4]\n%y = silu(%x) : f32[4]\noutput %y\n");
  Tensor weight;
  weight.shape = weight.strides = {Dim(4), Dim(2)};
  weight.strides = {Dim(2), Dim(1)};
  weight.kind = TensorKind::Parameter;
  weight.name = Symbol("a.b.weight");
  TensorId base = g.tensors.add(weight);
  weight.view_of = base;
  weight.kind = TensorKind::Intermediate;
  weight.name = Symbol();
  weight.shape = {Dim(2), Dim(4)};
  weight.strides = {Dim(1), Dim(2)};
  TensorId view = g.tensors.add(weight);
  g.operators[OperatorId{0}].inputs = {view};
  EXPECT_EQ(to_text(g), "input %x : f32[4]\nparam %b.weight \"a.b.weight\" : bf16[4, 2]\n%0 = view(%b.weight) : bf16[2, 4]{1, 2}\n%y = silu(%0) : f32[4]\noutput %y\n");
  EXPECT_EQ(printed(to_text(g)), to_text(g));
}

// Any input gives a graph or an error, and a graph prints to a text that reads back the same.
void check_any_input(const std::string& text) {
  auto graphs = parse_text(text);
  if (graphs.is_error()) {
    EXPECT_FALSE(graphs.error().message.empty());
    return;
  }
  for (const NamedGraph& graph : *graphs) {
    std::string once = to_text(graph.graph);
    auto again = parse_text(once);
    ASSERT_FALSE(again.is_error()) << again.error().message << "\n" << once << "\nfrom:\n" << text;
    ASSERT_EQ(to_text((*again)[0].graph), once) << "from:\n" << text;
  }
}

// A catalogued kernel looks at its input through views that are no calls; an offset may be a sum.
TEST(TextTest, views_without_an_entry_stand_before_their_first_use) {
  Graph graph;
  Dim tokens = graph.expressions.symbol(Symbol("T"), 16);
  auto tensor = [&](Shape shape, Shape strides, Dim offset, TensorId view_of, uint32_t storage) {
    Tensor t;
    t.shape = std::move(shape);
    t.strides = std::move(strides);
    t.storage_offset = offset;
    t.view_of = view_of;
    t.storage = StorageId{storage};
    return graph.tensors.add(t);
  };
  TensorId x = tensor({tokens, Dim(8)}, {Dim(8), Dim(1)}, Dim(0), {}, 0);
  TensorId y = tensor({tokens, Dim(8)}, {Dim(8), Dim(1)}, Dim(0), {}, 1);
  TensorId last = tensor({Dim(1), Dim(8)}, {Dim(8), Dim(1)}, graph.expressions.mul(Dim(8), graph.expressions.sub(tokens, Dim(1))), y, 1);
  TensorId z = tensor({Dim(1), Dim(8)}, {Dim(8), Dim(1)}, Dim(0), {}, 2);
  graph.storages = 3;
  graph.inputs = {x};
  for (auto [kind, from, to] : {std::tuple("exp", x, y), {"neg", last, z}}) {
    Operator op;
    op.kind = Symbol(kind);
    op.inputs = {from};
    op.outputs = {to};
    graph.add_operator(std::move(op));
  }
  graph.outputs = {z};
  const char* text =
      "T = 16\n"
      "input %x : bf16[T, 8]\n"
      "%0 = exp(%x) : bf16[T, 8]\n"
      "%1 = view(%0) : bf16[1, 8]{8, 1}@(8*T - 8)\n"
      "%2 = neg(%1) : bf16[1, 8]\n"
      "output %2\n";
  graph.tensors[x].name = Symbol("x");
  EXPECT_EQ(to_text(graph), text);
  EXPECT_EQ(printed(text), text);
}

TEST(TextTest, mutated_texts_never_break_it) {
  std::mt19937 random(20240613);
  auto below = [&](size_t n) { return n == 0 ? 0 : random() % n; };
  std::vector<std::string> lines;
  for (size_t at = 0; at < std::string_view(sample).size();) {
    size_t end = std::string_view(sample).find('\n', at);
    lines.emplace_back(std::string_view(sample).substr(at, end - at + 1));
    at = end + 1;
  }
  constexpr std::string_view pieces[] = {"%", "{", "}", "[", "]", "T", "T*T", "-1", "0", "!", "&new", "&%x", "@4", ",", " : ", "=", "#", "\"", "1e-5", "bf16", "999999999999999999",
                                         "//", "min(", "(", ")", "view", "transpose", "split", "dim=0", "kernel k vector {\n", "--- x\n", "\n"};
  for (int round = 0; round < 6000; ++round) {
    std::string text;
    for (const std::string& line : lines) {
      if (below(12) != 0) text += line;
      if (below(40) == 0) text += lines[below(lines.size())];
    }
    for (size_t i = below(4); i-- > 0;) {
      size_t at = below(text.size() + 1);
      switch (below(3)) {
        case 0: text.insert(at, pieces[below(std::size(pieces))]); break;
        case 1: text.erase(at, below(8)); break;
        default: if (at < text.size()) text[at] = static_cast<char>(below(256));
      }
    }
    check_any_input(text);
    if (testing::Test::HasFailure()) break;
  }
}

}  // namespace
}  // namespace fusescout::graph
