#include "contract/contract.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "contract/files.h"
#include "contract/helpers.h"
#include "contract/names.h"
#include "contract/source_text.h"
#include "contract/testing.h"

namespace fusescout::contract {
namespace {

using fusion::Finding;
using fusion::InterfaceTensor;
using graph::Graph;
using graph::OperatorId;

// These graphs stand in no source file; nothing else is to be noted.
std::vector<std::string> no_notes() { return {"no line of a source file makes these operators"}; }

TEST(ContractTest, add_rms_norm) {
  graph::ModelRun run = run_of(
      "T = 16\ninput %x : bf16[T, 4096]\ninput %residual : bf16[T, 4096]\nparam %w \"model.layers.0.norm.weight\" : bf16[4096]\n"
      "%s = add(%x, %residual) : bf16[T, 4096]\n%n = rms_norm(%s, %w, eps=1e-05) : bf16[T, 4096]\noutput %n\noutput %s\n");
  Finding f = finding_of(run.graph, "add_rms_norm");
  f.interface.scalars.push_back({"eps", "float", "1e-05"});
  f.operators_text = {"add(x, residual)", "rms_norm(add, weight)"};
  Contract c = make_contract(f, run, no_source);
  EXPECT_EQ(c.signature,
            "def fused_add_rms_norm(x: torch.Tensor, residual: torch.Tensor, weight: torch.Tensor, eps: float = 1e-05) -> "
            "tuple[torch.Tensor, torch.Tensor]");
  EXPECT_NE(c.interface.find("x: torch.bfloat16 [T, 4096] = [16, 4096], contiguous; last axis 8192 bytes, a multiple of 32"),
            std::string::npos)
      << c.interface;
  EXPECT_NE(c.registration.find("fused_add_rms_norm(Tensor x, Tensor residual, Tensor weight, float eps) -> (Tensor, Tensor)"),
            std::string::npos)
      << c.registration;
  EXPECT_NE(c.registration.find("T = x.shape[0]"), std::string::npos) << c.registration;
  EXPECT_NE(c.reference.find("s = (x + residual).to(torch.bfloat16)"), std::string::npos) << c.reference;
  EXPECT_NE(c.reference.find("n = _rms_norm(s, weight, eps=eps)[0]"), std::string::npos) << c.reference;
  EXPECT_EQ(c.inputs[2].role, "weight");
  EXPECT_EQ(c.notes, no_notes());
  check_python(c);
}

TEST(ContractTest, views_of_a_merged_projection) {
  graph::ModelRun run = run_of(R"(T = 8
input %qkv : bf16[T, 768]
param %q_weight : bf16[128]
buffer %table : bf16[64, 128]
input %positions : i64[T]
%q = slice(%qkv, dim=1, start=0, end=512) : bf16[T, 512]
%qh = view(%q) : bf16[T, 4, 128]{768, 128, 1}
%v = slice(%qkv, dim=1, start=640, end=768) : bf16[T, 128]{768, 1}@640
%n = rms_norm(%qh, %q_weight, eps=1e-06) : bf16[T, 4, 128]
%r = rope(%n, %table, %positions, neox=True, rotary_dim=128) : bf16[T, 4, 128]
%c = copy(%v) : bf16[T, 128]
%flat = view(%r) : bf16[T, 512]
output %flat
output %c
)");
  Contract c = make_contract(finding_of(run.graph, "split_norm_rope"), run, no_source);
  EXPECT_NE(c.reference.find("qkv[:, 0:512]"), std::string::npos) << c.reference;
  EXPECT_NE(c.reference.find("qkv[:, 640:768]"), std::string::npos) << c.reference;
  EXPECT_NE(c.reference.find(".view((T, 4, 128))"), std::string::npos) << c.reference;
  EXPECT_NE(c.test.find("high=64"), std::string::npos) << "positions stay inside the table\n" << c.test;
  check_python(c);
}

TEST(ContractTest, an_argument_is_found_under_another_view) {
  graph::ModelRun run = run_of(
      "T = 8\ninput %x : bf16[T, 128]\n%a = silu(%x) : bf16[T, 128]\n%h = slice(%a, dim=1, start=0, end=64) : bf16[T, 64]\n%v = view(%h) : "
      "bf16[T, 1, 64]{128, 64, 1}\n"
      "%w = view(%h) : bf16[T, 1, 64]{128, 128, 1}\n%y = mul(%w, other=2.0) : bf16[T, 1, 64]\noutput %y\n");
  Finding f = finding_of(run.graph, "part");
  graph::TensorId view;
  for (uint32_t i = 0; i < run.graph.tensors.size(); ++i) {
    if (run.graph.tensors[graph::TensorId{i}].name.view() == "v") view = graph::TensorId{i};
  }
  f.proposal[0].operators = {OperatorId{1}};
  f.interface.inputs = {{"v", view, false, false}};
  Contract c = make_contract(f, run, no_source);
  EXPECT_NE(c.reference.find("= v * 2.0"), std::string::npos) << c.reference;
  EXPECT_EQ(c.notes, no_notes());
  check_python(c);
}

TEST(ContractTest, rope_with_positions_of_three_axes) {
  graph::ModelRun run = run_of(
      "T = 8\ninput %q : bf16[T, 256]\nbuffer %table : bf16[64, 128]\ninput %positions : i64[3, T]\n"
      "%r = rope(%q, %table, %positions, neox=True, rotary_dim=128, head_size=128, sections=[16, 24, 24]) : bf16[T, 256]\noutput %r\n");
  Contract c = make_contract(finding_of(run.graph, "mrope"), run, no_source);
  EXPECT_EQ(c.notes, no_notes());
  check_python(c);
}

TEST(ContractTest, outputs_of_another_shape) {
  graph::ModelRun run = run_of(
      "T = 8\ninput %q : bf16[T, 2, 64]\ninput %v : bf16[T, 2, 128]\ninput %a : f32[T, 32]\n%c = cat(%q, %v, dim=-1) : bf16[T, 384]\n%e = "
      "exp(%a) : f32[1, T, 32]\noutput %c\noutput %e\n");
  Contract c = make_contract(finding_of(run.graph, "reshaped"), run, no_source);
  EXPECT_NE(c.reference.find("torch.cat([q.reshape((T,) + (-1,)), v.reshape((T,) + (-1,))], dim=-1)"), std::string::npos) << c.reference;
  EXPECT_NE(c.reference.find(".reshape((1, T, 32))"), std::string::npos) << c.reference;
  check_python(c);
}

TEST(ContractTest, numbers_and_sizes_are_code) {
  graph::ModelRun run = run_of(
      "T = 8\ninput %x : f32[T, 4, 64]\n%a = mul(%x, other=0.5) : f32[T, 4, 64]\n%b = clamp(%a, min=-1, max=1) : f32[T, 4, 64]\n"
      "%m = mean(%b, dim=-1, keepdim=True) : f32[T, 4, 1]\n%d = sub(%b, %m) : f32[T, 4, 64]\n%e = where(%x, %d, other=0.0) : f32[T, 4, "
      "64]\n%f = view(%e) : f32[4*T, 64]\noutput %f\n");
  run.graph.operators[OperatorId{4}].inputs[0] = run.graph.operators[OperatorId{0}].inputs[0];
  Finding f = finding_of(run.graph, "numbers");
  f.interface.scalars.push_back({"factor", "float", "0.5"});
  Contract c = make_contract(f, run, no_source);
  EXPECT_NE(c.reference.find("x * factor"), std::string::npos) << c.reference;
  EXPECT_NE(c.reference.find("min=-1, max=1"), std::string::npos) << c.reference;
  EXPECT_NE(c.registration.find("torch.empty((4*T, 64), dtype=torch.float32, device=x.device)"), std::string::npos) << c.registration;
}

TEST(ContractTest, quantisation_and_activation) {
  graph::ModelRun run = run_of(
      "T = 8\ninput %x : bf16[T, 512]\n%a = silu_mul(%x) : bf16[T, 256]\n%q, %s = dynamic_quantize(%a, dtype=i8) : i8[T, 256], "
      "f32[T]\noutput %q\noutput %s\n");
  Contract c = make_contract(finding_of(run.graph, "swiglu_quant"), run, no_source);
  EXPECT_NE(c.test.find("rtol=0, atol=1"), std::string::npos);
  check_python(c);
}

TEST(ContractTest, matmuls_with_epilogues) {
  graph::ModelRun run = run_of(
      "T = 8\ninput %x : bf16[T, 64]\nparam %w : bf16[128, 64]\nparam %b : bf16[128]\ninput %xi : i8[T, 64]\nparam %wi : i8[64, "
      "128]\nparam %ws : f32[128]\ninput %ts : f32[T]\n"
      "%y = matmul(%x, %w, transpose_b=True) : bf16[T, 128]\n%z = add(%y, %b) : bf16[T, 128]\n%g = gelu(%z, approximate=\"tanh\") : "
      "bf16[T, 128]\n"
      "%h = quantized_matmul(%xi, %wi, %ws, %ts, dtype=bf16) : bf16[T, 128]\noutput %g\noutput %h\n");
  Contract c = make_contract(finding_of(run.graph, "matmuls"), run, no_source);
  EXPECT_NE(c.reference.find("_matmul(x, w, transpose_b=True)"), std::string::npos) << c.reference;
  EXPECT_EQ(c.notes, no_notes());
  check_python(c);
}

TEST(ContractTest, routing) {
  graph::ModelRun run = run_of(
      "T = 8\ninput %x : f32[T, 64]\nparam %bias : f32[64]\n"
      "%w, %i = moe_gating(%x, %bias, k=4, norm_type=\"sigmoid\", renormalize=True, routed_scaling_factor=2.5, groups=8, topk_groups=2) : "
      "f32[T, 4], i32[T, 4]\n"
      "%s = softmax(%x, dim=-1) : f32[T, 64]\n%v, %j = topk(%s, k=2) : f32[T, 2], i64[T, 2]\noutput %w\noutput %i\noutput %v\noutput %j\n");
  Contract c = make_contract(finding_of(run.graph, "routing"), run, no_source);
  EXPECT_EQ(c.notes, no_notes());
  check_python(c);
}

TEST(ContractTest, expert_matmul) {
  graph::ModelRun run = run_of(
      "T = 8\ninput %x : bf16[T, 64]\nparam %w : bf16[4, 64, 32]\ninput %ends : i64[4]\n%y = grouped_matmul(%x, %w, %ends, "
      "group_list_type=0) : bf16[T, 32]\noutput %y\n");
  Contract c = make_contract(finding_of(run.graph, "experts"), run, no_source);
  EXPECT_NE(c.test.find("torch.linspace(0, 8, 4 + 1)"), std::string::npos) << c.test;
  check_python(c);
}

TEST(ContractTest, a_write_in_place_is_an_effect_not_a_result) {
  graph::ModelRun run = run_of("T = 8\ninput %x : bf16[T, 64]\ninput %y : bf16[T, 64]\n%s = add(%x!, %y) : bf16[T, 64]\noutput %s\n");
  Finding f = finding_of(run.graph, "add_in_place");
  for (InterfaceTensor& input : f.interface.inputs) input.mutated = input.name == "x";
  Contract c = make_contract(f, run, no_source);
  EXPECT_NE(c.registration.find("Tensor(a!) x, Tensor y) -> ()"), std::string::npos) << c.registration;
  EXPECT_NE(c.reference.find("x.copy_("), std::string::npos) << c.reference;
  EXPECT_NE(c.interface.find("written in place"), std::string::npos);
  EXPECT_NE(c.signature.find("-> None"), std::string::npos);
  check_python(c);
}

TEST(ContractTest, a_view_that_its_own_call_writes_through_has_no_earlier_name) {
  graph::ModelRun run = run_of("T = 8\ninput %x : bf16[T, 64]\ninput %y : bf16[T, 64]\n%s = add(%x!, %y) : bf16[T, 64]\noutput %s\n");
  Graph& graph = run.graph;
  graph::TensorId x{0}, s = graph.outputs[0];
  graph.tensors[s].view_of = x;
  graph::Entry& call = graph.entries[graph.operators[OperatorId{0}].call];
  call.inputs[0] = s;
  call.outputs.clear();
  call.mutates = {0};
  Finding f = finding_of(graph, "add_through_a_view");
  Contract c = make_contract(f, run, no_source);
  EXPECT_FALSE(c.reference.empty());
}

TEST(ContractTest, cache_writes) {
  graph::ModelRun run = run_of(
      "T = 8\ninput %key : bf16[T, 2, 64]\ninput %value : bf16[T, 2, 64]\ncache %kc : bf16[4, 16, 2, 64]\ncache %vc : bf16[4, 16, 2, "
      "64]\ninput %slots : i64[T]\n"
      "%k = mul(%key, other=2.0) : bf16[T, 2, 64]\n%a, %b = kv_cache_write(%k, %value, %kc!, %vc!, %slots) : bf16[4, 16, 2, 64], bf16[4, "
      "16, 2, 64]\noutput %k\n");
  Finding f = finding_of(run.graph, "cache");
  for (InterfaceTensor& input : f.interface.inputs) input.mutated = input.name == "kc" || input.name == "vc";
  Contract c = make_contract(f, run, no_source);
  EXPECT_EQ(c.inputs[2].role, "cache");
  EXPECT_NE(c.test.find("torch.randperm(64)[:8]"), std::string::npos) << c.test;
  check_python(c);
}

TEST(ContractTest, an_operator_without_a_body_is_said_so) {
  graph::ModelRun run = run_of(
      "T = 8\ninput %q : bf16[T, 4, 64]\ninput %k : bf16[T, 4, 64]\ninput %v : bf16[T, 4, 64]\n%o = attention(%q, %k, %v, heads=4, "
      "kv_heads=4, head_dim=64) : bf16[T, 4, 64]\noutput %o\n");
  Contract c = make_contract(finding_of(run.graph, "attention"), run, no_source);
  EXPECT_NE(c.reference.find("raise NotImplementedError"), std::string::npos);
  ASSERT_FALSE(c.notes.empty());
  EXPECT_EQ(c.notes[0], "the reference has no body for `attention`");
  check_python(c, false);
}

constexpr const char* source = R"(import torch
class Block(nn.Module):
    def forward(self, x, residual):
        residual = x + residual
        # sum and norm
        n = self.norm(residual)
        return n
)";

Contract at_call_site(const std::string& text, uint32_t first, uint32_t last, const std::string& code = source) {
  graph::ModelRun run = run_of(text);
  Finding f = finding_of(run.graph, "add_rms_norm");
  f.locations.push_back({Symbol("model.py"), first, last});
  return make_contract(f, run, SourceTexts([&](const std::string& file) { return file == "model.py" ? std::optional(code) : std::nullopt; }));
}

constexpr const char* two_lines =
    "T = 16\ninput %x : bf16[T, 64]\ninput %residual : bf16[T, 64]\n%s = add(%x, %residual) : bf16[T, 64]  # model.py:4\n"
    "%n = rms_norm(%s, eps=1e-05) : bf16[T, 64]  # model.py:6 model.norm\noutput %n\n";

TEST(CallSiteTest, plain_assignments_become_one_call) {
  Contract c = at_call_site(two_lines, 4, 5);
  ASSERT_EQ(c.call_sites.size(), 2u) << c.patch;     // the call, and the line that goes
  const CallSite& site = c.call_sites[0];
  EXPECT_TRUE(site.calls);
  EXPECT_EQ(site.before, "        n = self.norm(residual)\n");
  EXPECT_EQ(site.after, "        n = torch.ops.fusescout.fused_add_rms_norm(x, residual)\n");
  EXPECT_EQ(
      c.patch,
      "--- a/model.py\n+++ b/model.py\n@@ -1,7 +1,6 @@\n import torch\n class Block(nn.Module):\n     def forward(self, x, residual):\n"
      "-        residual = x + residual\n         # sum and norm\n-        n = self.norm(residual)\n+        n = "
      "torch.ops.fusescout.fused_add_rms_norm(x, residual)\n         return n\n");
}

TEST(CallSiteTest, each_output_takes_the_name_of_its_statement) {
  std::string both = std::string(source).replace(std::string(source).find("return n"), 8, "return n, residual");
  auto about_residual = [](const Contract& c) {
    return std::any_of(c.notes.begin(), c.notes.end(), [](const std::string& note) {
      return note.find("`residual` is read at line 7 and is no result") != std::string::npos;
    });
  };
  Contract lost = at_call_site(two_lines, 4, 5, both);
  EXPECT_TRUE(about_residual(lost));
  Contract kept = at_call_site(std::string(two_lines) + "output %s\n", 4, 5, both);
  EXPECT_FALSE(about_residual(kept));
  EXPECT_NE(kept.patch.find("+        n, residual = torch.ops.fusescout.fused_add_rms_norm(x, residual)\n"), std::string::npos)
      << kept.patch;
}

TEST(CallSiteTest, a_returned_value_is_returned) {
  std::string code =
      "import torch\nclass Block(nn.Module):\n    def forward(self, x, residual):\n        residual = x + residual\n        if True:\n     "
      "       return self.norm(\n                residual,\n            )\n";
  Contract c = at_call_site(
      "T = 16\ninput %x : bf16[T, 64]\ninput %residual : bf16[T, 64]\n%s = add(%x, %residual) : bf16[T, 64]  # model.py:4\n"
      "%n = rms_norm(%s, eps=1e-05) : bf16[T, 64]  # model.py:6 model.norm\noutput %n\n",
      4, 8, code);
  EXPECT_NE(c.patch.find("-            return self.norm(\n-                residual,\n-            )\n+            return "
                         "torch.ops.fusescout.fused_add_rms_norm("),
            std::string::npos)
      << c.patch;
}

constexpr const char* three_adds =
    "T = 16\ninput %x : bf16[T, 64]\ninput %residual : bf16[T, 64]\n%s = add(%x, %residual) : bf16[T, 64]  # model.py:4\n"
    "%a = add(%s, %x) : bf16[T, 64]  # model.py:6\n%b = add(%a, %x) : bf16[T, 64]  # model.py:6\noutput %b\n";

bool notes_say(const Contract& c, const std::string& what) {
  return std::any_of(c.notes.begin(), c.notes.end(), [&](const std::string& note) { return note.find(what) != std::string::npos; });
}

TEST(CallSiteTest, the_call_stands_behind_a_loop_whose_rounds_it_does) {
  std::string loop = "import torch\nclass Block(nn.Module):\n    def forward(self, x, residual):\n        n = x + residual\n        for i in range(2):\n            n = n + x\n        return n\n";
  Contract c = at_call_site(three_adds, 4, 6, loop);
  EXPECT_NE(c.patch.find("-        n = x + residual\n         for i in range(2):\n-            n = n + x\n+            pass\n+        n = torch.ops.fusescout.fused_add_rms_norm(x, residual)\n"),
            std::string::npos) << c.patch;
  EXPECT_TRUE(notes_say(c, "stands in a loop: the call does the work of all its rounds")) << c.patch;
}

TEST(CallSiteTest, a_block_keeps_its_head) {
  std::string head = "import torch\nclass Block(nn.Module):\n    def forward(self, x, residual):\n        n = x + residual\n        if y:\n            pass\n        elif (n + x + x).any():\n            n = 0\n        return n\n";
  std::string text = three_adds;
  for (size_t i = text.find(":6"); i != std::string::npos; i = text.find(":6")) text.replace(i, 2, ":7");
  Contract c = at_call_site(text, 4, 7, head);
  EXPECT_EQ(c.patch.find("-        elif"), std::string::npos) << c.patch;
  size_t call = c.patch.find("torch.ops.fusescout"), before = c.patch.find("        if y:");
  EXPECT_LT(call, before) << "nothing comes between a block and its elif\n" << c.patch;
}

TEST(CallSiteTest, what_is_assigned_elsewhere_than_to_a_name_stays_assigned) {
  std::string kept = "import torch\nclass Block(nn.Module):\n    def forward(self, x, residual):\n        self.sum[\"a b\"] = x + residual\n        # sum and norm\n        self.norm_of = self.norm(self.sum[\"a b\"])\n        return self.norm_of\n";
  Contract c = at_call_site(two_lines, 4, 6, kept);
  EXPECT_NE(c.patch.find("+        self.norm_of = torch.ops.fusescout.fused_add_rms_norm(x, residual)\n"), std::string::npos) << c.patch;
  EXPECT_TRUE(notes_say(c, "`self.sum[\"a b\"]` is assigned at line 4 and is no result"));
  Contract both = at_call_site(std::string(two_lines) + "output %s\n", 4, 6, kept);
  EXPECT_NE(both.patch.find("+        self.norm_of, self.sum[\"a b\"] = torch.ops"), std::string::npos) << both.patch;
  EXPECT_FALSE(notes_say(both, "is no result"));
}

TEST(CallSiteTest, a_view_between_of_a_name_that_is_bound_anew_goes) {
  std::string text = "T = 16\ninput %x : bf16[T, 64]\ninput %residual : bf16[T, 64]\n%s = add(%x, %residual) : bf16[T, 64]  # model.py:4\n"
                     "%v = view(%s) : bf16[T, 64]  # model.py:5\n%n = rms_norm(%v, eps=1e-05) : bf16[T, 64]  # model.py:6 model.norm\noutput %n\n";
  std::string code = "import torch\nclass Block(nn.Module):\n    def forward(self, x, residual):\n        s = x + residual\n        s = s.view(-1, 64)\n        s = self.norm(s)\n        return other(s)\n";
  Contract c = at_call_site(text, 4, 6, code);
  EXPECT_NE(c.patch.find("-        s = x + residual\n-        s = s.view(-1, 64)\n-        s = self.norm(s)\n+        s = torch.ops.fusescout.fused_add_rms_norm(x, residual)\n"),
            std::string::npos) << c.patch;
  EXPECT_FALSE(notes_say(c, "before the call that gives it"));
}

TEST(CallSiteTest, the_call_stands_before_what_reads_its_results) {
  std::string code = "import torch\nclass Block(nn.Module):\n    def forward(self, x, residual):\n        s = x + residual\n        rows = count(s)\n        n = self.norm(s)\n        return n, s, rows\n";
  Contract c = at_call_site(std::string(two_lines) + "output %s\n", 4, 6, code);
  EXPECT_NE(c.patch.find("-        s = x + residual\n+        n, s = torch.ops.fusescout.fused_add_rms_norm(x, residual)\n         rows = count(s)\n-        n = self.norm(s)\n"),
            std::string::npos) << c.patch;
  EXPECT_FALSE(notes_say(c, "before the call that gives it"));
}

TEST(CallSiteTest, what_is_read_before_the_call_gives_it_is_told) {
  std::string code = "import torch\nclass Block(nn.Module):\n    def forward(self, x, residual):\n        s = x + residual\n        n = count(s)\n        n = self.norm(s)\n        return n, s\n";
  Contract c = at_call_site(std::string(two_lines) + "output %s\n", 4, 6, code);
  EXPECT_TRUE(notes_say(c, "`s` is read at line 5, before the call that gives it")) << "the call binds `n`, which is another one there\n" << c.patch;
  EXPECT_FALSE(notes_say(at_call_site(std::string(two_lines) + "output %s\n", 4, 6), "before the call that gives it"));
}

TEST(CallSiteTest, a_name_of_what_may_be_no_tensor_is_none_of_a_tensors) {
  std::string pair = "import torch\nclass Block(nn.Module):\n    def forward(self, x, residual):\n        nothing, total = self.sum(x, residual)\n        # sum and norm\n        n = self.norm(total)\n        return n, total\n";
  std::string with_sum = std::string(two_lines) + "output %s\n";
  Contract c = at_call_site(with_sum, 4, 6, pair);
  EXPECT_EQ(c.patch.find("n, nothing = "), std::string::npos) << c.patch;
  size_t at = pair.find("nothing");
  Contract told = at_call_site(with_sum, 4, 6, pair.replace(at, 7, "_"));
  EXPECT_NE(told.patch.find("n, total = torch.ops"), std::string::npos) << told.patch;
}

TEST(NamesTest, a_parameter_of_another_type_is_no_tensor) {
  auto name_with = [](const std::string& parameters) {
    graph::ModelRun run = run_of("T = 16\ninput %rows : bf16[T, 64]\n%n = neg(%rows) : bf16[T, 64]  # model.py:3\noutput %n\n");
    Graph& graph = run.graph;
    graph::Entry call;
    call.kind = graph::EntryKind::Module;
    call.inputs = graph.inputs;
    call.end = graph::EntryId{static_cast<uint32_t>(graph.entries.size()) + 1};
    Activation activation{{}, Symbol("model.py"), Symbol("Block.forward"), graph.entries.add(call)};
    SourceText text("class Block(nn.Module):\n    def forward(self, " + parameters + "):\n        return -x\n");
    return Names(graph, activation, text, 3).before(graph.inputs[0], text.index_at(3));
  };
  EXPECT_EQ(name_with("x, layer"), "x");
  EXPECT_EQ(name_with("layer: dict[str, int], x: torch.Tensor | None = None"), "x");
}

TEST(CallSiteTest, every_name_that_goes_is_told) {
  std::string chained = "import torch\nclass Block(nn.Module):\n    def forward(self, x, residual):\n        s = also = x + (w := residual)\n        # sum and norm\n        n = self.norm(s)\n        return n, also, w\n";
  Contract c = at_call_site(two_lines, 4, 6, chained);
  EXPECT_TRUE(notes_say(c, "`also` is read at line 7 and is no result")) << c.patch;
  EXPECT_TRUE(notes_say(c, "`w` is read at line 7 and is no result")) << c.patch;
}

size_t lines_changed(const Contract& c) {
  size_t count = 0;
  for (size_t i = c.patch.find("\n+ "); i != std::string::npos; i = c.patch.find("\n+ ", i + 1)) ++count;
  return count;
}

TEST(CallSiteTest, lines_end_as_those_of_the_file) {
  std::string code;
  for (char c : std::string(source)) code += c == '\n' ? "\r\n" : std::string(1, c);
  std::string plain = at_call_site(two_lines, 4, 5).patch, patch = at_call_site(two_lines, 4, 5, code).patch;
  ASSERT_NE(plain.find("+        "), std::string::npos);
  std::string expected;
  bool body = false;
  for (size_t start = 0; start < plain.size();) {
    size_t end = plain.find('\n', start);
    std::string line = plain.substr(start, end - start);
    body = body || line.starts_with("@@");
    expected += line + (body && !line.starts_with("@@") ? "\r\n" : "\n");
    start = end + 1;
  }
  EXPECT_EQ(patch, expected);
}

TEST(CallSiteTest, work_that_need_not_run_is_said_to_be_none) {
  graph::ModelRun run = run_of(two_lines);
  Finding f = finding_of(run.graph, "work");
  f.kind = "repeated";
  f.name_en = "work that was done before";
  f.target_en = "none";
  f.locations.push_back({Symbol("model.py"), 4, 6});
  Contract c = make_contract(f, run, SourceTexts([&](const std::string&) { return std::optional(std::string(source)); }));
  EXPECT_NE(c.patch.find("+        # not needed: work that was done before\n"), std::string::npos) << c.patch;
  EXPECT_EQ(lines_changed(c), 2) << c.patch;
  // What stays may be named to show why.
  f.occurrences[0].kernels = {run.graph.operators[OperatorId{1}].kernel};
  EXPECT_EQ(lines_changed(make_contract(f, run, SourceTexts([&](const std::string&) { return std::optional(std::string(source)); }))), 1);
}

TEST(CallSiteTest, the_operand_of_later_work_is_not_taken_for_what_the_call_made_of_it) {
  std::string code =
      "import torch\nclass Layer(nn.Module):\n    def forward(self, h):\n        n = self.norm(h)\n        return n * h\n\n"
      "class Model(nn.Module):\n    def forward(self, x, residual):\n        h = x + residual\n        return self.layer(h)\n";
  graph::ModelRun run = run_of(
      "T = 16\ninput %x : bf16[T, 64]\ninput %residual : bf16[T, 64]\n%s = add(%x, %residual) : bf16[T, 64]  # model.py:9\n"
      "%n = rms_norm(%s, eps=1e-05) : bf16[T, 64]  # model.py:4\n%m = mul(%n, %s) : bf16[T, 64]  # model.py:5\noutput %s, %n\n");
  Graph& graph = run.graph;
  auto frame_of = [&](uint32_t op) -> graph::Frame& { return graph.frames[graph.entries[graph.operators[OperatorId{op}].call].frame]; };
  frame_of(0).function = Symbol("Model.forward");
  graph::FrameId caller = graph.frames.add({frame_of(0).parent, Symbol("model.py"), 10, Symbol("Model.forward")});
  for (uint32_t op : {1U, 2U}) frame_of(op).parent = caller, frame_of(op).function = Symbol("Layer.forward");
  Finding f = finding_of(graph, "add_rms_norm");
  f.occurrences[0].operators.pop_back();                     // the product is no part of it
  f.proposal[0].operators.pop_back();
  f.locations.push_back({Symbol("model.py"), 4, 9});
  Contract c = make_contract(f, run, SourceTexts([&](const std::string&) { return std::optional(code); }));
  EXPECT_NE(c.patch.find("+        h, n = torch.ops.fusescout.fused_add_rms_norm(x, residual)\n"), std::string::npos) << c.patch;
  EXPECT_EQ(c.patch.find("n = h"), std::string::npos) << "`h` is the sum, not its norm\n" << c.patch;
  EXPECT_TRUE(notes_say(c, "model.py:4: `rms_norm` is still done there")) << c.patch;
}

TEST(CallSiteTest, a_file_without_torch_imports_it) {
  std::string code(source);
  code.replace(0, 12, "import nn\n\n");
  Contract c = at_call_site(two_lines, 4, 5, code);
  EXPECT_NE(c.patch.find("+import torch\n import nn\n"), std::string::npos) << c.patch;
}

TEST(SourceTextTest, logical_lines) {
  SourceText text("x = f(1,\n      2)  # (\ns = \"\"\"a(\nb\"\"\"\nif y:\n    z = '('; w = 1\n\nlast = 1 + \\\n    2\n");
  ASSERT_EQ(text.statements().size(), 5u);
  EXPECT_EQ(text.statements()[0].last_line, 2u);
  EXPECT_EQ(text.statements()[1].last_line, 4u);
  EXPECT_TRUE(text.statements()[2].head);
  EXPECT_EQ(text.statements()[3].indent, 4u);
  EXPECT_EQ(text.statements()[4].last_line, 9u);
  EXPECT_EQ(text.index_at(7), text.statements().size()) << "an empty line";
  EXPECT_EQ(text.block_end(2), 4u);
  EXPECT_EQ(names_in("f(a.b, c=d) + e[0] == 1e5"), (std::set<std::string>{"a", "d", "e", "f"}));
}

TEST(SourceTextTest, hunks_that_are_near_are_one) {
  std::vector<std::string> lines;
  for (int i = 1; i <= 30; ++i) lines.push_back("line" + std::to_string(i));
  std::string diff = unified_diff("f", lines, {{20, 19, {"new"}}, {2, 2, {}}, {4, 5, {"both", "more", "most"}}});
  EXPECT_EQ(diff.substr(0, diff.find("line1\n")), "--- a/f\n+++ b/f\n@@ -1,8 +1,8 @@\n ");
  EXPECT_NE(diff.find("@@ -17,6 +17,7 @@\n line17\n line18\n line19\n+new\n line20\n"), std::string::npos) << diff;
}

TEST(CallSiteTest, a_missing_source_is_a_note) {
  graph::ModelRun run = run_of(two_lines);
  Contract c = make_contract(finding_of(run.graph, "add_rms_norm"), run, no_source);
  EXPECT_EQ(c.patch, "");
  ASSERT_FALSE(c.notes.empty());
  EXPECT_EQ(c.notes.back(), "the lines of `model.py` are not there to show");
}

TEST(OriginalTest, calls_between_the_inputs_and_the_results) {
  graph::ModelRun run = run_of(two_lines);
  Contract c = make_contract(finding_of(run.graph, "add_rms_norm"), run, no_source);
  EXPECT_TRUE(c.original.starts_with("def original(call, x, residual):\n    t")) << c.original;
  EXPECT_NE(c.original.find("    return [t"), std::string::npos) << c.original;
  auto files = contract_files(c);
  ASSERT_EQ(files.size(), 5u);
  EXPECT_EQ(files[0].first, "interface.py");
  EXPECT_EQ(files[4].first, "original.py");
  EXPECT_EQ(folder_name("norm@vllm/a/b.py:3#2"), "norm_vllm_a_b.py_3_2");
}

TEST(HelperTest, helpers_bring_what_they_call) {
  EXPECT_NE(helper_sources({"_rope"}).find("def _rotate("), std::string::npos);
  EXPECT_EQ(helper_sources({"_silu_mul"}).find("def _rotate("), std::string::npos);
  EXPECT_EQ(helper_sources({}), "");
}

TEST(Reference, a_recurrence_token_by_token_has_a_body) {
  EXPECT_NE(helper_sources({"_gated_delta_step"}).find("def _gated_delta_step("), std::string::npos);
  EXPECT_NE(helper_sources({"_causal_conv1d_step"}).find("state[slot] = window[1:]"), std::string::npos);
}

}  // namespace
}  // namespace fusescout::contract
