#include <fmt/format.h>
#include <gtest/gtest.h>

#include "gain/model.h"
#include "gain/price_text.h"
#include "graph/text.h"
#include "source/data_files.h"

namespace fusescout::gain {
namespace {

using fusion::Feasibility;
using fusion::Requirement;

Feasibility of(const std::string& text, const char* name = "910B2", bool triton = false) {
  auto device = load_device(source::DataFiles(), name);
  auto graphs = graph::parse_text(text);
  EXPECT_FALSE(device.is_error());
  EXPECT_FALSE(graphs.is_error()) << (graphs.is_error() ? graphs.error().message : "");
  if (device.is_error() || graphs.is_error()) return {};
  const graph::Graph& graph = (*graphs)[0].graph;
  fusion::ProposedKernel kernel;
  for (uint32_t i = 0; i < graph.operators.size(); ++i) kernel.operators.push_back(graph::OperatorId{i});
  kernel.triton = triton;
  return Model(std::move(*device), {}).feasibility(graph, kernel);
}

Requirement requirement(const Feasibility& f, const std::string& name) {
  for (const Requirement& r : f.requirements) {
    if (r.name == name) return r;
  }
  ADD_FAILURE() << "no requirement " << name;
  return {};
}

std::string add_norm(int rows, int columns, const char* dtype = "bf16") {
  return fmt::format(
      "input %x : {2}[{0}, {1}]\ninput %r : {2}[{0}, {1}]\nparam %w : {2}[{1}]\n%s = add(%x, %r) : {2}[{0}, {1}]\n%y = rms_norm(%s, %w, "
      "eps=1e-6) : {2}[{0}, {1}]\noutput %s\noutput %y\n",
      rows, columns, dtype);
}

TEST(FeasibilityTest, add_norm_fits) {
  Feasibility f = of(add_norm(256, 4096));
  EXPECT_TRUE(f.possible);
  EXPECT_EQ(f.rows_per_core, 6);  // 256 rows on 48 cores
  EXPECT_GE(f.tile_rows, 1);
  Requirement buffer = requirement(f, "unified_buffer");
  EXPECT_TRUE(buffer.holds);
  EXPECT_EQ(buffer.limit, 196352);
  // x and r twice as bf16 and once as f32, their sum as f32 and twice for the way out, partial sums; gamma stays.
  EXPECT_NEAR(buffer.value, 4096 * (2 * (4 + 4) + 8), 4096 * 4.5);
}

TEST(FeasibilityTest, a_norm_behind_the_experts_sum_waits_for_all_cores) {
  std::string sum = "input %x : bf16[512, 256]\nparam %w : bf16[8, 256, 512]\ninput %g : i64[8]\ninput %n : i32[512]\ninput %r : bf16[64, 512]\nparam %s : bf16[512]\n"
                    "%p = grouped_matmul(%x, %w, %g) : bf16[512, 512]\n%c = expert_combine(%p, %n) : bf16[64, 512]\n%y = add(%c, %r) : bf16[64, 512]\n";
  EXPECT_TRUE(of(sum + "output %y\n").possible) << "each core adds to rows in memory";
  Feasibility f = of(sum + "%z = rms_norm(%y, %s, eps=1e-6) : bf16[64, 512]\noutput %z, %y\n");
  EXPECT_FALSE(f.possible);
  EXPECT_EQ(requirement(f, "products").reason, "`rms_norm` needs rows that the experts' sum has finished on all cores: two kernels");
}

TEST(FeasibilityTest, a_cache_that_rows_are_written_to_is_no_tile) {
  std::string text = "T = 16\ninput %x : bf16[T, 8, 128]\ninput %v : bf16[T, 8, 128]\ninput %cos : bf16[T, 1, 128]\ninput %sin : bf16[T, 1, 128]\ninput %s : i32[T]\n"
                     "cache %kc : bf16[8, 128, 8, 128]\ncache %vc : bf16[8, 128, 8, 128]\n%k = rope(%x, %cos, %sin) : bf16[T, 8, 128]\n"
                     "%kn, %vn = kv_cache_write(%k, %v, %kc!, %vc!, %s) : bf16[8, 128, 8, 128], bf16[8, 128, 8, 128]\noutput %kn, %vn\n";
  EXPECT_LT(requirement(of(text), "unified_buffer").value, 8192) << "a few rows of 128";
  for (size_t at = text.find("cache %"); at != std::string::npos; at = text.find("cache %")) text.replace(at, 5, "input");
  EXPECT_LT(requirement(of(text), "unified_buffer").value, 8192) << "whatever the cache is a piece of";
}

TEST(FeasibilityTest, a_row_that_does_not_fit_is_cut) {
  Feasibility f = of(add_norm(256, 16384));
  EXPECT_TRUE(f.possible);
  Requirement buffer = requirement(f, "unified_buffer");
  EXPECT_FALSE(buffer.holds);
  EXPECT_FALSE(buffer.hard);
  EXPECT_NE(buffer.reason.find("read twice"), std::string::npos);
  EXPECT_FALSE(requirement(f, "reduction").holds);
  EXPECT_FALSE(f.triton_possible);
}

TEST(FeasibilityTest, values_die_after_their_last_use) {
  std::string text = "input %x0 : f32[64, 4096]\n";
  for (int i = 0; i < 20; ++i) text += fmt::format("%x{} = silu(%x{}) : f32[64, 4096]\n", i + 1, i);
  Feasibility f = of(text + "output %x20\n");
  EXPECT_LE(requirement(f, "unified_buffer").value, 4 * 4096 * 4);  // not twenty tensors
}

TEST(FeasibilityTest, short_tails_are_refused) {
  Requirement r = requirement(of("input %x : bf16[4096, 3]\n%y = silu(%x) : bf16[4096, 3]\n"), "alignment");
  EXPECT_FALSE(r.holds);
  EXPECT_TRUE(r.hard);
  EXPECT_EQ(r.value, 6);
  EXPECT_EQ(r.limit, 32);
  // Eight weights for each token beside its whole row: the row is what counts.
  Requirement beside = requirement(
      of("input %x : bf16[2048, 5120]\ninput %w : bf16[2048, 8]\n%v, %i = topk(%w, k=4) : bf16[2048, 4], i64[2048, 4]\n"
         "%y = silu(%x) : bf16[2048, 5120]\n"),
      "alignment");
  EXPECT_FALSE(beside.hard) << beside.reason;
  Requirement odd = requirement(of("input %x : bf16[4096, 1000]\n%y = silu(%x) : bf16[4096, 1000]\n"), "alignment");
  EXPECT_FALSE(odd.holds);
  EXPECT_FALSE(odd.hard);
  EXPECT_TRUE(requirement(of("input %x : bf16[4096, 1024]\n%y = silu(%x) : bf16[4096, 1024]\n"), "alignment").holds);
}

TEST(FeasibilityTest, the_last_axes_of_a_row_lie_together) {
  std::string pairs = "input %x : bf16[4096, 2304]\n%q, %s = dynamic_quantize(%x, dtype=i8, block=32) : i8[4096, 2304], u8[4096, 36, 2]\noutput %q, %s\n";
  Requirement r = requirement(of(pairs), "alignment");
  EXPECT_FALSE(r.hard) << r.reason;
  EXPECT_EQ(r.value, 72);
}

TEST(FeasibilityTest, half_of_the_rotary_axis_must_be_aligned) {
  std::string rope =
      "input %x : bf16[16, 4, 40]\nbuffer %t : bf16[64, 8]\ninput %p : i64[16]\n%y = rope(%x, %t, %p, neox=True, rotary_dim=24) : bf16[16, "
      "4, 40]\n";
  EXPECT_FALSE(requirement(of(rope), "alignment").holds);
}

TEST(FeasibilityTest, strided_rows_need_long_pieces) {
  std::string text =
      "input %qkv : bf16[64, 768]\n%v = slice(%qkv, dim=1, start=0, end={0}) : bf16[64, {0}]\n%y = silu(%v) : bf16[64, {0}]\n";
  EXPECT_TRUE(requirement(of(fmt::format(fmt::runtime(text), 512)), "strides").holds);
  Requirement r = requirement(of(fmt::format(fmt::runtime(text), 128)), "strides");
  EXPECT_FALSE(r.holds);
  EXPECT_FALSE(r.hard);
  EXPECT_EQ(r.value, 256);
}

TEST(FeasibilityTest, a_norm_after_a_matmul_needs_a_shared_buffer) {
  std::string text =
      "input %x : bf16[64, 4096]\nparam %w : bf16[4096, 4096]\nparam %g : bf16[4096]\n%m = matmul(%x, %w) : bf16[64, 4096]\n%y = "
      "rms_norm(%m, %g, eps=1e-6) : bf16[64, 4096]\n";
  Feasibility f = of(text);
  EXPECT_FALSE(f.possible);
  EXPECT_TRUE(requirement(f, "reduction").hard);
  EXPECT_TRUE(of(text, "950").possible);
}

TEST(FeasibilityTest, an_expert_matmul_quantises_through_a_workspace) {
  Feasibility f =
      of("input %x : bf16[64, 1024]\nparam %w : bf16[8, 1024, 2048]\ninput %g : i64[8]\n%m = grouped_matmul(%x, %w, %g) : bf16[64, "
         "2048]\n%a = silu_mul(%m) : bf16[64, 1024]\n"
         "%q, %s = dynamic_quantize(%a, dtype=i8) : i8[64, 1024], f32[64]\n");
  EXPECT_TRUE(f.possible);
  EXPECT_FALSE(requirement(f, "reduction").holds);
}

TEST(FeasibilityTest, a_reduction_over_rows_joins_cores) {
  Feasibility f = of("input %x : f32[64, 4096]\n%y = silu(%x) : f32[64, 4096]\n%s = sum(%y, dim=0, keepdim=False) : f32[4096]\n");
  EXPECT_FALSE(f.possible);
}

TEST(FeasibilityTest, integers_run_as_scalars) {
  std::string text = "input %x : i64[{0}]\n%y = mul(%x, other=2) : i64[{0}]\n%z = add(%y, other=1) : i64[{0}]\n";
  EXPECT_TRUE(of(fmt::format(fmt::runtime(text), 16)).possible);
  EXPECT_FALSE(of(fmt::format(fmt::runtime(text), 65536)).possible);
  EXPECT_TRUE(of(fmt::format(fmt::runtime(text), 65536), "H200").possible);
}

TEST(FeasibilityTest, opaque_neighbours_share_no_tiles) {
  auto best = [](int columns) {
    std::string type = "f32[64, " + std::to_string(columns) + "]";
    return of("input %x : " + type + "\n%s = softmax(%x, dim=-1) : " + type + "\n%v, %i = topk(%s, k=8) : f32[64, 8], i64[64, 8]\n");
  };
  Feasibility vocabulary = best(32000);
  EXPECT_FALSE(vocabulary.possible);
  EXPECT_FALSE(requirement(vocabulary, "gather").holds);
  EXPECT_TRUE(best(128).possible) << "a row of experts is sorted in one core's buffer";
}

TEST(FeasibilityTest, expert_rows_are_combined_one_by_one_but_sorted_together) {
  std::string dispatch = "input %x : bf16[64, 512]\ninput %i : i32[64, 8]\ninput %n : i32[512]\n";
  EXPECT_TRUE(
      of(dispatch + "input %r : bf16[512, 512]\n%c = expert_combine(%r, %n) : bf16[64, 512]\n%y = add(%c, %x) : bf16[64, 512]\n").possible);
  EXPECT_TRUE(of(dispatch + "%r, %p, %k = expert_dispatch(%x, %i) : bf16[512, 512], i32[512], i64[8]\n%q, %s = dynamic_quantize(%r, "
                            "dtype=i8) : i8[512, 512], f32[512]\n")
                  .possible);
  EXPECT_FALSE(of(dispatch + "%w, %e = moe_gating(%x, k=8) : bf16[64, 8], i32[64, 8]\n%r, %p, %k = expert_dispatch(%x, %e) : bf16[512, "
                             "512], i32[512], i64[8]\n")
                   .possible);
}

TEST(FeasibilityTest, a_recurrence_token_by_token_takes_in_what_feeds_it) {
  auto fits = [](const char* chunked) {
    return of(fmt::format("input %x : bf16[16, 512]\nparam %w : bf16[512, 4]\n%c = causal_conv1d(%x, %w) : bf16[16, 512]\n"
                          "%o = linear_attention(%c, chunked={}) : bf16[16, 512]\noutput %o\n", chunked)).possible;
  };
  EXPECT_TRUE(fits("False"));
  EXPECT_FALSE(fits("True"));
}

std::string two_products(int rows, int inner) {
  return fmt::format("input %x : bf16[{0}, 1024]\nparam %a : bf16[1024, {1}]\nparam %b : bf16[{1}, 1024]\n%h = matmul(%x, %a) : bf16[{0}, {1}]\n"
                     "%y = matmul(%h, %b) : bf16[{0}, 1024]\noutput %y\n", rows, inner);
}

TEST(FeasibilityTest, a_product_behind_a_product_needs_its_tile) {
  EXPECT_FALSE(of(two_products(2048, 512)).possible) << "512 columns are more than a tile";
  EXPECT_FALSE(of(two_products(16, 192)).possible) << "one tile of rows, and 24 cores";
  EXPECT_TRUE(of(two_products(2048, 192)).possible);
  EXPECT_FALSE(of("input %x : bf16[64, 1024]\ninput %i : i32[64, 1]\nparam %a : bf16[64, 1024, 128]\n%r, %ri, %rc = expert_dispatch(%x, %i) : "
                  "bf16[64, 1024], i32[64], i64[64]\n%h = grouped_matmul(%r, %a, %rc) : bf16[64, 128]\n%y = expert_combine(%h, %ri) : bf16[64, 128]\noutput %y\n")
                   .possible) << "sorted for all experts, summed over all of them";
}

TEST(FeasibilityTest, the_310p_has_neither_triton_nor_bf16) {
  EXPECT_FALSE(of(add_norm(16, 1024), "310P").possible);
  Feasibility f = of(add_norm(16, 1024, "f16"), "310P");
  EXPECT_TRUE(f.possible);
  EXPECT_FALSE(f.triton_possible);
  EXPECT_TRUE(f.ascendc_possible);
  EXPECT_FALSE(of(add_norm(16, 1024, "f16"), "310P", true).possible);
}

TEST(FeasibilityTest, fp8_only_where_it_exists) {
  std::string text = "input %x : bf16[16, 1024]\n%q, %s = dynamic_quantize(%x, dtype=f8e4m3) : f8e4m3[16, 1024], f32[16]\n";
  EXPECT_FALSE(of(text).possible);
  EXPECT_TRUE(of(text, "950").possible);
}

TEST(FeasibilityTest, the_grid_is_one_program_a_core) {
  Requirement grid = requirement(of("input %x : bf16[1000000, 64]\n%y = silu(%x) : bf16[1000000, 64]\n"), "grid");
  EXPECT_TRUE(grid.holds);
  EXPECT_EQ(grid.value, 48);
  EXPECT_EQ(grid.limit, 65535);
}

}  // namespace
}  // namespace fusescout::gain
