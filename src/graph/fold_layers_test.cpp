#include "graph/fold_layers.h"

#include <gtest/gtest.h>

#include "graph/text.h"

namespace fusescout::graph {
namespace {

Graph parsed(const std::string& text) {
  auto graphs = parse_text(text);
  EXPECT_FALSE(graphs.is_error()) << (graphs.is_error() ? graphs.error().message : "");
  return graphs.is_error() ? Graph() : std::move((*graphs)[0].graph);
}

std::string layer(int i, const std::string& in, const std::string& out, const std::string& activation = "silu", int line = 6) {
  std::string n = std::to_string(i), at = " model.layers." + n + ".mlp\n";
  return "param %w" + n + " \"model.layers." + n + ".w\" : bf16[8, 8]\n" +
         "%h" + n + " = matmul(%" + in + ", %w" + n + ") : bf16[T, 8]  # model.py:5" + at +
         "%" + out + " = " + activation + "(%h" + n + ") : bf16[T, 8]  # model.py:" + std::to_string(line) + at;
}

std::vector<std::vector<std::string>> names(const std::vector<LayerGroup>& groups) {
  std::vector<std::vector<std::string>> result;
  for (const LayerGroup& group : groups) {
    result.emplace_back();
    for (Symbol name : group.layers) result.back().push_back(name.str());
  }
  return result;
}

using Names = std::vector<std::vector<std::string>>;

TEST(FoldLayers, equal_layers_are_one_group) {
  Graph g = parsed("T = 16\ninput %x : bf16[T, 8]\n%e = abs(%x) : bf16[T, 8]  # model.py:1\n" + layer(0, "e", "a") + layer(1, "a", "b") + layer(2, "b", "c") + "output %c\n");
  std::vector<LayerGroup> groups = fold_layers(g);
  EXPECT_EQ(names(groups), (Names{{""}, {"model.layers.0", "model.layers.1", "model.layers.2"}}));
  EXPECT_EQ(groups[1].operators.size(), 2U);
  EXPECT_EQ(groups[1].kernels.size(), 2U);
}

TEST(FoldLayers, another_operator_line_or_shape_is_another_layer) {
  Graph g = parsed("T = 16\ninput %x : bf16[T, 8]\n" + layer(0, "x", "a") + layer(1, "a", "b", "gelu") + layer(2, "b", "c", "silu", 7) + layer(3, "c", "d") + "output %d\n");
  EXPECT_EQ(names(fold_layers(g)), (Names{{"model.layers.0", "model.layers.3"}, {"model.layers.1"}, {"model.layers.2"}}));
}

TEST(FoldLayers, caches_in_one_storage_do_not_tell_layers_apart) {
  auto caching = [](int i, const std::string& in, const std::string& cache, const std::string& out) {
    std::string n = std::to_string(i), at = " model.layers." + n + ".attn\n";
    return "%n" + n + " = index_copy(%" + cache + "!, %" + in + ") : bf16[16, 8]  # model.py:5" + at + "%" + out + " = silu(%" + in + ") : bf16[16, 8]  # model.py:6" + at;
  };
  Graph g = parsed("input %x : bf16[16, 8]\ncache %s : bf16[16, 8]\n%c0 = view(%s) : bf16[16, 8]\n%c1 = view(%s) : bf16[16, 8]\n%c2 = view(%s) : bf16[16, 8]\n" +
                   caching(0, "x", "c0", "a") + "%r1 = refresh(%c1, %n0) : bf16[16, 8]  # model.py:5 model.layers.1.attn\n" + caching(1, "a", "r1", "b") +
                   "%q2 = refresh(%c2, %n0) : bf16[16, 8]  # model.py:5 model.layers.2.attn\n%r2 = refresh(%q2, %n1) : bf16[16, 8]  # model.py:5 model.layers.2.attn\n" +
                   caching(2, "b", "r2", "c") + "output %c\n");
  std::vector<LayerGroup> groups = fold_layers(g);
  EXPECT_EQ(groups.back().layers.size(), 3U) << groups.size();
}

TEST(FoldLayers, a_shared_module_belongs_to_the_layer_that_calls_it) {
  Graph g = parsed("T = 16\ninput %x : bf16[T, 8]\n" + layer(0, "x", "a") + "%b = cos(%a) : bf16[T, 8]  # rope.py:9 model.layers.0.rotary\noutput %b\n");
  Entry outer;
  outer.kind = EntryKind::Module;
  ModuleInfo module;
  module.path = module.layer = Symbol("model.layers.1");
  outer.module = g.modules.add(module);
  EntryId id = g.entries.add(outer);
  Entry inner = g.entries[EntryId{2}];
  inner.parent = id;
  g.entries.add(inner);
  std::vector<Symbol> layers = layers_of_entries(g);
  EXPECT_EQ(layers[2].view(), "model.layers.0");
  EXPECT_EQ(layers[4].view(), "model.layers.1");
}

}  // namespace
}  // namespace fusescout::graph
