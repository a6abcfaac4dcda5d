#include "report/sequence.h"

#include <gtest/gtest.h>

namespace fusescout::report {
namespace {

using graph::Entry;
using graph::EntryId;
using graph::EntryKind;

struct Builder {
  graph::ModelRun run;
  EntryId open(EntryKind kind, const char* op, EntryId parent, bool library = false) {
    Entry e;
    e.kind = kind;
    e.op = Symbol(op);
    e.impl = Symbol(op);
    e.parent = parent;
    e.library = library;
    return run.graph.entries.add(e);
  }
  void close(EntryId id) { run.graph.entries[id].end = EntryId{static_cast<uint32_t>(run.graph.entries.size())}; }
  EntryId call(const char* op, EntryId parent) {
    EntryId id = open(EntryKind::Call, op, parent);
    run.graph.entries[id].launches = std::string_view(op).starts_with("c10d.");
    close(id);
    return id;
  }
  std::string names() {
    std::string text;
    for (const SequenceEntry& s : make_sequence(run)) {
      const Entry& entry = s.wrapper != nullptr ? s.wrapper->entry : run.graph.entries[s.entry];
      text += entry.op.str() + "/" + std::to_string(s.within.size()) + (s.leaf ? " " : "+ ");
    }
    return text;
  }
};

TEST(Sequence, AModuleWithoutLibraryModulesIsAnEntryAndItsCallsLieWithin) {
  Builder b;
  EntryId block = b.open(EntryKind::Module, "Block", {}, false);
  EntryId norm = b.open(EntryKind::Module, "RMSNorm", block, true);
  b.call("aten.mul", norm);
  b.close(norm);
  b.call("aten.add", block);
  b.close(block);
  EXPECT_EQ(b.names(), "RMSNorm/0+ aten.mul/1 aten.add/0 ");
}

TEST(Sequence, ALibraryModuleThatCallsAnotherIsOpenedAlsoThroughAPlainModule) {
  Builder b;
  EntryId experts = b.open(EntryKind::Module, "FusedMoE", {}, true);
  EntryId shared = b.open(EntryKind::Module, "MLP", experts, false);
  EntryId linear = b.open(EntryKind::Module, "Linear", shared, true);
  b.close(linear);
  b.close(shared);
  b.call("aten.add", experts);
  b.close(experts);
  EXPECT_EQ(b.names(), "Linear/0 aten.add/0 ");
}

TEST(Sequence, ALibraryModuleThatCallsAnotherIsOpenedAlsoThroughACall) {
  Builder b;
  EntryId experts = b.open(EntryKind::Module, "FusedMoE", {}, true);
  EntryId body = b.open(EntryKind::Call, "vllm.moe_forward", experts);
  EntryId linear = b.open(EntryKind::Module, "Linear", body, true);
  b.close(linear);
  b.close(body);
  b.close(experts);
  EXPECT_EQ(b.names(), "vllm.moe_forward/0+ Linear/1 ");
}

TEST(Sequence, ALibraryModuleThatSpeaksToOtherRanksBesideItsOperatorIsOpened) {
  Builder b;
  EntryId experts = b.open(EntryKind::Module, "FusedMoE", {}, true);
  EntryId body = b.open(EntryKind::Call, "vllm.moe_forward", experts);
  b.call("torch_npu.npu_grouped_matmul", body);
  b.call("torch_npu.npu_swiglu", body);
  b.close(body);
  b.call("c10d.all_reduce", experts);
  b.close(experts);
  EntryId unknown = b.open(EntryKind::Module, "FusedMoE", {}, true);
  b.run.graph.entries[b.call("vllm.moe_forward", unknown)].opaque = true;
  EntryId reduction = b.open(EntryKind::Call, "vllm.all_reduce", unknown);
  b.call("c10d.all_reduce", reduction);
  b.close(reduction);
  b.close(unknown);
  EXPECT_EQ(b.names(), "vllm.moe_forward/0+ torch_npu.npu_grouped_matmul/1 torch_npu.npu_swiglu/1 c10d.all_reduce/0 "
                       "vllm.moe_forward/0 vllm.all_reduce/0+ c10d.all_reduce/1 ");
  // A product and its sum over the ranks are one layer, and so is an operator that does both.
  Builder c;
  EntryId linear = c.open(EntryKind::Module, "RowParallelLinear", {}, true);
  c.call("aten.linear", linear);
  c.call("c10d.all_reduce", linear);
  c.close(linear);
  EntryId embedding = c.open(EntryKind::Module, "Embedding", {}, true);
  c.call("aten.embedding", embedding);
  EntryId both = c.open(EntryKind::Call, "vllm.pad_and_reduce", embedding);
  c.call("aten.pad", both);
  c.call("c10d.all_reduce", both);
  c.close(both);
  c.close(embedding);
  EXPECT_EQ(c.names(), "RowParallelLinear/0+ aten.linear/1 c10d.all_reduce/1 Embedding/0+ aten.embedding/1 vllm.pad_and_reduce/1+ aten.pad/2 c10d.all_reduce/2 ");
}

TEST(Sequence, ATritonWrapperIsOneEntryUnlessTheModelWroteIt) {
  Builder b;
  b.run.model_folders = {"models/"};
  auto launch = [&](const char* op, EntryId parent) {
    EntryId id = b.call(op, parent);
    b.run.graph.entries[id].launches = 1;
    return id;
  };
  auto wrap = [&](EntryId begin, const char* name, const char* file) {
    Entry e;
    e.kind = EntryKind::Function;
    e.op = Symbol(name);
    e.end = EntryId{static_cast<uint32_t>(b.run.graph.entries.size())};
    b.run.wrappers.push_back({e, begin, Symbol(file)});
  };
  EntryId first = launch("aten.to", {});
  launch("triton.kernel", {});
  wrap(first, "inner", "ops/a.py");
  launch("aten.to", {});
  wrap(first, "outer", "ops/b.py");
  wrap(first, "helper", "models/m.py");
  EntryId operation = b.open(EntryKind::Call, "vllm.mixer", {});
  launch("triton.kernel", operation);
  launch("aten.index", operation);
  b.close(operation);
  EntryId mixed = b.open(EntryKind::Call, "vllm.attention", {});
  launch("triton.kernel", mixed);
  launch("torch_npu.npu_attention", mixed);
  b.close(mixed);
  EntryId one = b.open(EntryKind::Call, "vllm.rope", {});
  launch("triton.kernel", one);
  b.call("aten.empty", one);
  b.close(one);
  EXPECT_EQ(b.names(), "outer/0 vllm.mixer/0 vllm.attention/0+ triton.kernel/1 torch_npu.npu_attention/1 vllm.rope/0+ triton.kernel/1 aten.empty/1 ");
}

TEST(Sequence, ThePlaceIsTheInnermostFrameOfTheModelsCode) {
  Builder b;
  b.run.model_folders = {"models/"};
  b.run.model_functions = {{Symbol("patch.py"), Symbol("new_forward")}};
  graph::Graph& g = b.run.graph;
  graph::FrameId model = g.frame({}, Symbol("models/m.py"), 7, Symbol("M.forward"));
  graph::FrameId layer = g.frame(model, Symbol("layers/linear.py"), 9, Symbol("Linear.forward"));
  graph::FrameId patched = g.frame(layer, Symbol("patch.py"), 3, Symbol("new_forward"));
  graph::FrameId other = g.frame(layer, Symbol("patch.py"), 4, Symbol("gemm"));
  EXPECT_EQ(model_frame(b.run, layer)->line, 7u);
  EXPECT_EQ(model_frame(b.run, patched)->line, 3u);
  EXPECT_EQ(model_frame(b.run, other)->line, 7u);
}

}  // namespace
}  // namespace fusescout::report
