#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "catalogue/install.h"
#include "catalogue/load_patterns.h"
#include "torch/operators.h"
#include "torch/testing.h"

namespace fusescout::catalogue {
namespace {

using nlohmann::json;
using python::Value;
using torch::Context;
using torch::TensorObject;
using torch::TestMachine;

struct Machine : TestMachine {
  Machine() { catalogue::install(context); }

  bool is_tensor(const json& value) { return value.is_array() && value.size() == 2 && value[0].is_array() && value[1].is_string(); }

  TensorObject* tensor(const json& value) {
    graph::Shape shape;
    for (int64_t d : value[0]) shape.emplace_back(d);
    graph::DType dtype;
    EXPECT_TRUE(graph::parse_dtype(value[1].get<std::string>(), dtype)) << value[1];
    return context.make_tensor(shape, dtype, graph::TensorKind::Input);
  }

  Value value_of(const json& value) {
    if (is_tensor(value)) return tensor(value);
    if (value.is_null()) return Value::none();
    if (value.is_boolean()) return Value::of(value.get<bool>());
    if (value.is_number_integer()) return Value::of(value.get<int64_t>());
    if (value.is_number_float()) return Value::of(value.get<double>());
    if (value.is_string()) {
      std::string text = value.get<std::string>();
      if (!text.starts_with("dtype:")) return interpreter.str(text);
      std::string name = text.substr(6);
      graph::DType dtype;
      if (graph::parse_dtype(name, dtype)) return context.dtype_object(dtype);
      return interpreter.get_attribute(interpreter.import_module(Symbol("torch")), Symbol(name));
    }
    std::vector<Value> items;
    for (const json& item : value) items.push_back(value_of(item));
    return interpreter.list(std::move(items));
  }

  json described(const Value& result) {
    std::vector<TensorObject*> tensors;
    torch::collect_tensors(context, result, tensors);
    json out = json::array();
    for (TensorObject* t : tensors) {
      json shape = json::array();
      for (const graph::Dim& d : context.info(t).shape) shape.push_back(d.value);
      out.push_back({shape, graph::dtype_name(context.info(t).dtype)});
    }
    return out;
  }
};

// Operators whose recorded argument is a list of tensors.
bool takes_list(const std::string& op, const std::string& parameter) {
  return op == "torch_npu.npu_grouped_matmul" && (parameter == "x" || parameter == "weight" || parameter == "scale" || parameter == "bias" || parameter == "per_token_scale");
}

TEST(Catalogue, AgreesWithEveryRecordedCall) {
  std::ifstream file(FUSESCOUT_SOURCE_DIR "/tests/catalogue/recorded.json");
  json rows = json::parse(file);
  ASSERT_GT(rows.size(), 200u);
  Machine machine;
  auto loaded = machine.interpreter.guard([&] {
    for (const char* name : {"torch_npu", "_C_ascend", "triton_kernels"}) machine.interpreter.import_module(Symbol(name));
  });
  ASSERT_FALSE(loaded) << loaded->type << ": " << loaded->message << " at " << loaded->stack.back().first.str() << ":" << loaded->stack.back().second;
  machine.context.recording = true;
  torch::Operators& operators = torch::Operators::of(machine.interpreter);
  for (const json& row : rows) {
    std::string op = row["op"];
    // A module's names are bound when they are asked for.
    for (const char* name : {"torch_npu", "_C_ascend", "triton_kernels"}) {
      machine.interpreter.find_attribute(machine.interpreter.import_module(Symbol(name)), Symbol(op.substr(op.find('.') + 1)));
    }
    torch::OperatorEntry* entry = operators.find(Symbol(op.substr(0, op.find('.'))), Symbol(op.substr(op.find('.') + 1)));
    ASSERT_TRUE(entry != nullptr && entry->meaning) << op;
    std::vector<python::KeywordArgument> keywords;
    for (const auto& [name, value] : row["arguments"].items()) {
      Value given = machine.value_of(value);
      if (takes_list(op, name) && machine.context.as_tensor(given) != nullptr) given = machine.interpreter.list({given});
      keywords.push_back({Symbol(name), given});
    }
    size_t before = machine.graph.operators.size(), notes = machine.interpreter.notes().size();
    Value result;
    auto failure = machine.interpreter.guard([&] {
      python::Arguments arguments{{}, keywords};
      if (op.starts_with("triton.")) {
        torch::CallScope call(machine.context, op, "", arguments);
        result = entry->meaning(call, arguments);
      } else {
        result = operators.call(*entry, Symbol(), arguments);
      }
    });
    ASSERT_FALSE(failure) << row.dump() << "\n" << failure->type << ": " << failure->message << " at " << failure->stack.back().first.str() << ":" << failure->stack.back().second;
    EXPECT_TRUE(result.defined()) << op << " does not bind";
    EXPECT_EQ(machine.interpreter.notes().size(), notes) << op << ": " << machine.interpreter.notes().back().message;
    if (op != "torch_npu.npu_prefetch") {
      EXPECT_GT(machine.graph.operators.size(), before) << op << " makes no operator";
    }
    json got = machine.described(result), wanted = row["out"];
    if (!wanted.empty()) {
      if (got.size() > wanted.size()) got.erase(got.begin() + static_cast<ptrdiff_t>(wanted.size()), got.end());
      EXPECT_EQ(got, wanted) << row.dump();
    }
  }
}

TEST(Catalogue, OneCallOneKernel) {
  Machine machine;
  machine.context.recording = true;
  ASSERT_EQ(machine.run(R"py(
import torch
import torch_npu
x, r, w = torch.empty(16, 64), torch.empty(16, 64), torch.empty(64)
y, _, s = torch_npu.npu_add_rms_norm(x, r, w, 1e-6)
assert y.shape == (16, 64) and torch.ops.npu.npu_rms_norm is torch_npu.npu_rms_norm
assert hasattr(torch.ops._C_ascend, "npu_add_rms_norm_bias") and not hasattr(torch.ops._C_ascend, "none")
assert torch.npu.is_available()
)py"), "");
  uint32_t calls = 0;
  for (const graph::Entry& entry : machine.graph.entries) {
    if (entry.op.str() != "torch_npu.npu_add_rms_norm") continue;
    ++calls;
    EXPECT_EQ(entry.launches, 1);
    EXPECT_EQ(entry.inputs.size(), 3u);
    EXPECT_EQ(entry.outputs.size(), 3u);
    EXPECT_EQ(machine.graph.frames[entry.frame].file.str(), "test.py");
  }
  EXPECT_EQ(calls, 1u);
  std::string kinds;
  for (const graph::Operator& op : machine.graph.operators) {
    if (machine.graph.entries[op.call].op.str() == "torch_npu.npu_add_rms_norm") kinds += op.kind.str() + " ";
  }
  EXPECT_EQ(kinds, "add rms_norm ");
}

TEST(Catalogue, ACallThatDoesNotFitIsOpaque) {
  Machine machine;
  machine.context.recording = true;
  ASSERT_EQ(machine.run(R"py(
import torch
import torch_npu
y = torch_npu.npu_rms_norm(torch.empty(16, 64), nonsense=1)
)py"), "");
  EXPECT_NE(machine.entries().find("torch_npu.npu_rms_norm opaque"), std::string::npos);
  ASSERT_FALSE(machine.interpreter.notes().empty());
  bool said = false;
  for (const python::Note& note : machine.interpreter.notes()) said = said || note.message.find("no argument `nonsense` is known") != std::string::npos;
  EXPECT_TRUE(said);
}

TEST(Catalogue, WhatAMeaningDoesNotLookAtNeedNotBeKnown) {
  Machine machine;
  machine.context.recording = true;
  ASSERT_EQ(machine.run(R"py(
import torch
import torch_npu
data = torch.empty(1).item()
y, scale = torch_npu.npu_kronecker_quant(torch.empty(16, 8, 8), torch.empty(8, 8), torch.empty(8, 8), clip_ratio=data, dst_dtype=torch.int32)
z = torch_npu.npu_rms_norm(torch.empty(16, 64), data)
)py"), "");
  EXPECT_EQ(machine.entries().find("npu_kronecker_quant opaque"), std::string::npos) << machine.entries();
  EXPECT_NE(machine.entries().find("npu_rms_norm opaque"), std::string::npos) << "a weight that is not known";
}

TEST(Catalogue, TheLibrarySaysWhichOperatorsThereAre) {
  Machine machine;
  machine.context.recording = true;
  ASSERT_EQ(machine.run(R"py(
import torch
library = torch.library.Library("_C_ascend", "DEF")
library.define("npu_lightning_indexer(Tensor query, Tensor key, Tensor weights, *, Tensor? block_table=None) -> Tensor")
library.define("nobody_knows(Tensor x, Tensor(a!) out) -> (Tensor, Tensor)")
assert not hasattr(torch.ops._C_ascend, "npu_add_rms_norm_bias")    # in the catalogue, not in this library
query, key, weights = torch.empty(4, 1, 8, 16), torch.empty(4, 32, 1, 16), torch.empty(4, 1, 8)
picked = torch.ops._C_ascend.npu_lightning_indexer(query=query, key=key, weights=weights, sparse_count=2)
assert picked.shape == (4, 1, 1, 2)                                  # newer libraries give two results
y, z = torch.ops._C_ascend.nobody_knows(query, key)
)py"), "");
  EXPECT_NE(machine.entries().find("_C_ascend.nobody_knows opaque"), std::string::npos);
}

TEST(Catalogue, APositionMeansWhatTheLibrarysSchemaSays) {
  Machine machine;
  machine.context.recording = true;
  ASSERT_EQ(machine.run(R"py(
import torch
library = torch.library.Library("_C_ascend", "DEF")
library.define("npu_add_rms_norm_bias(Tensor gamma, Tensor x1, Tensor x2, float epsilon=1e-6) -> (Tensor, Tensor, Tensor)")
y, _, s = torch.ops._C_ascend.npu_add_rms_norm_bias(torch.empty(64), torch.empty(16, 64), torch.empty(16, 64), epsilon=1e-5)
assert y.shape == (16, 64) and s.shape == (16, 64)
)py"), "");
  EXPECT_EQ(machine.entries().find("opaque"), std::string::npos) << machine.entries();
}

TEST(Catalogue, ANameOfTheLibrarysSchemaIsTheParameterOfItsPlace) {
  Machine machine;
  machine.context.recording = true;
  ASSERT_EQ(machine.run(R"py(
import torch
library = torch.library.Library("_C_ascend", "DEF")
library.define("moe_gating_top_k(Tensor x, int k, int kGroup, int groupCount, int groupSelectMode, int renorm, int normType, bool outFlag, "
               "float routedScalingFactor, float eps,Tensor? biasOptional=None)-> (Tensor y, Tensor expertIdx, Tensor out)")
weights, ids, scores = torch.ops._C_ascend.moe_gating_top_k(torch.empty(16, 64), k=8, kGroup=1, groupCount=1, groupSelectMode=1, renorm=1, normType=0,
                                                            outFlag=False, routedScalingFactor=1, eps=1e-20, biasOptional=None)
assert weights.shape == (16, 8) and ids.shape == (16, 8) and ids.dtype == torch.int32
)py"), "");
  EXPECT_EQ(machine.entries().find("opaque"), std::string::npos) << machine.entries();
}

TEST(Catalogue, CollectivesAreInPlace) {
  Machine machine;
  machine.context.recording = true;
  ASSERT_EQ(machine.run(R"py(
import torch
import torch.distributed as dist
dist.init_process_group("hccl", world_size=8, rank=0)
group = dist.new_group([0, 1, 2, 3])
assert dist.get_world_size() == 8 and dist.get_world_size(group) == 4 and group.rank() == 0 and dist.get_rank(group) == 0
x, gathered = torch.empty(4, 8), torch.empty(16, 8)
dist.all_reduce(x, group=group)
dist.all_gather_into_tensor(gathered, x, group=group)
work = dist.all_to_all_single(gathered, gathered, group=group, async_op=True)
work.wait()
)py"), "");
  std::string kinds;
  for (const graph::Operator& op : machine.graph.operators) {
    if (machine.graph.kernels[op.kernel].unit != graph::Unit::Communication) continue;
    const graph::Attribute* world = graph::find_attribute(op, "world_size");
    ASSERT_NE(world, nullptr);
    kinds += op.kind.str() + std::to_string(std::get<graph::Dim>(*world).value) + " ";
  }
  EXPECT_EQ(kinds, "all_reduce4 all_gather4 all_to_all4 ");
}

TEST(Catalogue, AResultThatNobodyTakesIsWrittenInPlace) {
  auto text = [](const std::string& call, const std::string& read) {
    Machine m;
    for (const char* name : {"q", "k", "c", "s"}) m.interpreter.builtins()->set(m.interpreter, Symbol(name), m.tensor(json::parse(R"([[1, 4, 2, 8], "bf16"])")));
    m.context.recording = true;
    EXPECT_EQ(m.run("import torch, torch_npu\n" + call + "y = " + read + ".neg()\n"), "");
    std::string mutated;
    for (const graph::Entry& entry : m.graph.entries) mutated += std::string(entry.mutates.size(), '*');
    return mutated;
  };
  std::string in_place = text("torch_npu.npu_apply_rotary_pos_emb(q, k, c, s)\n", "q"), taken = text("a, b = torch_npu.npu_apply_rotary_pos_emb(q, k, c, s)\n", "a");
  EXPECT_EQ(in_place, "**");
  EXPECT_EQ(taken, "");
}

TEST(Catalogue, EinopsComesDownToViews) {
  Machine machine;
  machine.context.recording = true;
  ASSERT_EQ(machine.run(R"py(
import torch
from einops import rearrange, reduce, repeat
x = torch.empty(2, 6, 4)
assert rearrange(x, "b (h d) n -> b h d n", h=2).shape == (2, 2, 3, 4)
assert rearrange(x, "b s ... -> (b s) ...").shape == (12, 4)
assert rearrange(x, "... h d -> ... (h d)").shape == (2, 24)
assert rearrange(x, "b s n -> n b s").stride() == (1, 24, 4)
assert rearrange(x, "b s n -> 1 (b s) n").shape == (1, 12, 4)
assert repeat(x, "b s n -> b s (n r)", r=3).shape == (2, 6, 12)
assert reduce(x, "b s n -> b n", "mean").shape == (2, 4)
)py"), "");
}

TEST(Patterns, EveryFileIsAPattern) {
  source::RealFileSystem files;
  ErrorOr<std::vector<graph::Pattern>> patterns = load_patterns({{&files, FUSESCOUT_SOURCE_DIR "/patterns"}});
  ASSERT_FALSE(patterns.is_error()) << patterns.error().message;
  bool found = false;
  for (const graph::Pattern& pattern : *patterns) found = found || (pattern.name == "add_rms_norm" && pattern.family == "norm");
  EXPECT_TRUE(found);
}

TEST(Patterns, AnErrorNamesTheLine) {
  source::MemoryFileSystem files;
  source::RealFileSystem real;
  files.files["patterns/notation.py"] = *real.read(FUSESCOUT_SOURCE_DIR "/patterns/notation.py");
  std::function<void(const std::string&)> copy = [&](const std::string& folder) {   // what the notation imports
    for (const std::string& name : real.list(FUSESCOUT_SOURCE_DIR "/" + folder)) {
      if (name.ends_with('/')) copy(folder + "/" + name.substr(0, name.size() - 1));
      else if (name.ends_with(".py")) files.files[folder + "/" + name] = *real.read(FUSESCOUT_SOURCE_DIR "/" + folder + "/" + name);
    }
  };
  copy("library");
  files.files["patterns/norm/bad.py"] = "from notation import op\nNAME_EN = NAME_ZH = WHY_EN = WHY_ZH = 'x'\n\n\ndef pattern(x):\n    return op.no_such_kind(x) + missing\n";
  ErrorOr<std::vector<graph::Pattern>> patterns = load_patterns({{&files, "patterns"}});
  ASSERT_TRUE(patterns.is_error());
  EXPECT_EQ(patterns.error().message.substr(0, 24), "patterns/norm/bad.py:6: ");
}

}  // namespace
}  // namespace fusescout::catalogue
