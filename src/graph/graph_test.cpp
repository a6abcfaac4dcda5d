#include "graph/graph.h"

#include <gtest/gtest.h>

#include "graph/operator_kind.h"
#include "graph/text.h"

namespace fusescout::graph {
namespace {

Graph parsed(const char* text) {
  auto graphs = parse_text(text);
  EXPECT_FALSE(graphs.is_error()) << (graphs.is_error() ? graphs.error().message : "");
  return graphs.is_error() ? Graph() : std::move((*graphs)[0].graph);
}

TEST(GraphTest, looks_through_views_and_refreshes) {
  Graph g = parsed(R"(input %x : bf16[4, 8]
%y = silu(%x) : bf16[4, 8]
%v = view(%y) : bf16[32]
%s = slice(%v, start=8) : bf16[24]
%w = add(%s!, other=1) : bf16[24]
%r = refresh(%y, %w) : bf16[4, 8]
output %r
)");
  TensorId r = g.outputs[0];
  EXPECT_EQ(g.operators[g.producer(r)].kind.view(), "add");
  EXPECT_EQ(g.tensors[g.root(r)].name.view(), "w");
  const Operator& add = g.operators[OperatorId{1}];
  EXPECT_EQ(g.tensors[add.inputs[0]].name.view(), "s");
  EXPECT_EQ(g.tensors[g.root(add.inputs[0])].name.view(), "y");
  EXPECT_EQ(g.tensors[add.inputs[0]].storage_offset, Dim(8));
  EXPECT_EQ(g.tensors[add.outputs[0]].storage, g.tensors[g.root(add.inputs[0])].storage);
  auto users = g.consumers();
  EXPECT_EQ(users[g.root(add.inputs[0]).index], std::vector<OperatorId>{OperatorId{1}});
}

TEST(GraphTest, a_view_of_what_has_no_name_goes_by_its_own) {
  Graph g = parsed("param %w \"layer.scale\" : bf16[4, 8]\n%v = view(%w) : bf16[32]\n%s = slice(%v, start=8) : bf16[24]\n%r = silu(%s) : bf16[24]\noutput %r\n");
  TensorId slice = g.operators[OperatorId{0}].inputs[0], view = g.tensors[slice].view_of, root = g.root(slice);
  g.tensors[slice].name = Symbol();
  g.tensors[view].name = Symbol("layer.kept");
  EXPECT_EQ(g.named(slice), root);
  g.tensors[root].name = Symbol();
  EXPECT_EQ(g.named(slice), view);
  g.tensors[view].name = Symbol();
  EXPECT_EQ(g.named(slice), root);
}

TEST(GraphTest, contiguity_ignores_axes_of_one) {
  Graph g = parsed("input %x : bf16[4, 1, 8]{8, 999, 1}\ninput %y : bf16[4, 8]{16, 1}\n%z = add(%x, %y) : bf16[4, 4, 8]\n");
  EXPECT_TRUE(g.contiguous(g.tensors[g.inputs[0]]));
  EXPECT_FALSE(g.contiguous(g.tensors[g.inputs[1]]));
  EXPECT_EQ(g.bytes(g.tensors[g.inputs[0]]), 64);
}

TEST(GraphTest, frames_are_shared) {
  Graph g;
  FrameId a = g.frame({}, Symbol("f.py"), 3, Symbol("f")), b = g.frame(a, Symbol("f.py"), 4, Symbol("g"));
  EXPECT_EQ(a, g.frame({}, Symbol("f.py"), 3, Symbol("f")));
  EXPECT_NE(a, b);
}

TEST(GraphTest, dtypes_have_names_and_sizes) {
  for (int i = 0; i <= static_cast<int>(DType::C64); ++i) {
    DType dtype = static_cast<DType>(i), read;
    ASSERT_TRUE(parse_dtype(dtype_name(dtype), read));
    EXPECT_EQ(read, dtype);
    EXPECT_GT(dtype_size(dtype), 0);
  }
  DType read;
  EXPECT_FALSE(parse_dtype("bfloat16", read));
}

TEST(GraphTest, operator_kinds_are_found_by_name) {
  ASSERT_NE(find_operator_kind("rms_norm"), nullptr);
  EXPECT_EQ(find_operator_kind("rms_norm")->operator_class, OperatorClass::Compound);
  EXPECT_EQ(find_operator_kind("rms"), nullptr);
  for (const OperatorKind& kind : operator_kinds()) EXPECT_EQ(find_operator_kind(kind.name), &kind);
}

}  // namespace
}  // namespace fusescout::graph
