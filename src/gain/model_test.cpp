// Times against in-network measurements of an A3 die, with a tolerance each and what bounds it.
#include "gain/model.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>

#include "gain/price_text.h"
#include "graph/text.h"
#include "source/data_files.h"

namespace fusescout::gain {
namespace {

Device device(const char* name = "910C") {
  auto d = load_device(source::DataFiles(), name);
  EXPECT_FALSE(d.is_error()) << d.error().message;
  return std::move(*d);
}

PricedText priced(const std::string& text, const char* name = "910C", Options options = {}) {
  auto p = price_text(text, device(name), options);
  EXPECT_FALSE(p.is_error()) << (p.is_error() ? p.error().message : "");
  return p.is_error() ? PricedText() : std::move(*p);
}

// The time of the only kernel.
double time_of(const std::string& text, const char* name = "910C", Options options = {}) {
  PricedText p = priced(text, name, options);
  return p.before.empty() ? 0 : p.before[0].time.nominal;
}

double add_rms_norm(int rows, int columns) {
  return time_of(fmt::format(
      "input %x : bf16[{0}, {1}]\ninput %r : bf16[{0}, {1}]\nparam %w : bf16[{1}]\nkernel k vector {{\n%s = add(%x, %r) : bf16[{0}, {1}]\n"
      "%y = rms_norm(%s, %w, eps=1e-6) : bf16[{0}, {1}]\n}}\noutput %s\noutput %y\n",
      rows, columns));
}
double swiglu(int rows, int columns) {
  return time_of(fmt::format("input %x : bf16[{0}, {1}]\n%y = silu_mul(%x) : bf16[{0}, {2}]\n", rows, columns, columns / 2));
}
double dynamic_quantize(int rows, int columns) {
  return time_of(
      fmt::format("input %x : bf16[{0}, {1}]\n%y, %s = dynamic_quantize(%x, dtype=i8) : i8[{0}, {1}], f32[{0}]\n", rows, columns));
}
double rms_norm(const std::string& shape, int columns) {
  return time_of(fmt::format("input %x : bf16[{0}]\nparam %w : bf16[{1}]\n%y = rms_norm(%x, %w, eps=1e-6) : bf16[{0}]\n", shape, columns));
}
double rope(int tokens) {
  return time_of(
      fmt::format("input %x : bf16[{0}, 5, 128]\nbuffer %t : bf16[40960, 128]\ninput %p : i64[{0}]\nkernel rope vector triton {{\n"
                  "%y = rope(%x, %t, %p, neox=True, rotary_dim=128) : bf16[{0}, 5, 128]\n}}\n",
                  tokens));
}
double matmul(int m, int k, int n) {
  return time_of(fmt::format("input %x : bf16[{0}, {1}]\nparam %w : bf16[{1}, {2}]\n%y = matmul(%x, %w) : bf16[{0}, {2}]\n", m, k, n));
}

#define EXPECT_TIME(value, measured, tolerance) EXPECT_NEAR(value, measured, (measured) * (tolerance))

TEST(CalibrationTest, add_rms_norm) {
  EXPECT_TIME(add_rms_norm(256, 5120), 18.9, 0.05);    // Dominated by starting all cores.
  EXPECT_TIME(add_rms_norm(768, 5120), 32.2, 0.22);    // Half start, half L2 bandwidth.
  EXPECT_TIME(add_rms_norm(1539, 5120), 81.6, 0.20);   // Dominated by bandwidth beyond what the L2 cache holds.
  EXPECT_TIME(add_rms_norm(2565, 5120), 126.4, 0.07);  // The same.
  EXPECT_TIME(add_rms_norm(16, 5120), 5.25, 0.45);     // Start; the known worst point of the fit.
}

TEST(CalibrationTest, swiglu) {
  EXPECT_TIME(swiglu(16, 3200), 4.8, 0.40);     // Start; few cores.
  EXPECT_TIME(swiglu(256, 3200), 15.3, 0.05);   // Starting all cores.
  EXPECT_TIME(swiglu(768, 3200), 17.3, 0.07);   // Starting all cores.
  EXPECT_TIME(swiglu(3072, 3200), 28.8, 0.22);  // L2 bandwidth.
  EXPECT_TIME(swiglu(24624, 3200), 188, 0.05);  // HBM bandwidth.
  EXPECT_TIME(swiglu(41040, 3200), 343, 0.05);  // HBM bandwidth.
}

TEST(CalibrationTest, other_vector_kernels) {
  EXPECT_TIME(dynamic_quantize(256, 2048), 14.4, 0.28);   // Starting all cores.
  EXPECT_TIME(dynamic_quantize(2048, 2304), 35.0, 0.40);  // Rows that are too short for full bandwidth.
  EXPECT_TIME(rms_norm("256, 1536", 1536), 19.3, 0.06);   // Starting all cores.
  EXPECT_TIME(rms_norm("768, 5120", 5120), 27.5, 0.20);   // Starting all cores, then L2 bandwidth.
  EXPECT_TIME(rms_norm("16, 4, 128", 128), 15.5, 0.20);   // Starting all cores for tiny rows.
  EXPECT_TIME(time_of("input %x : bf16[256, 7168]\ninput %y : bf16[256, 7168]\n%z = add(%x, %y) : bf16[256, 7168]\n"), 12.1,
              0.06);                                                                                            // Start and L2 bandwidth.
  EXPECT_TIME(time_of("input %x : bf16[256, 7168]\n%z = mul(%x, other=2.5) : bf16[256, 7168]\n"), 10.2, 0.05);  // The same.
  EXPECT_TIME(time_of("input %x : bf16[256, 3584]\n%z = copy(%x, dim=0) : bf16[256, 3584]\n"), 9.0, 0.60);      // TensorMove.
}

TEST(CalibrationTest, wide_top_k_and_a_second_reduction_take_longer_on_a_gpu) {
  auto topk = [](int experts) {
    return time_of(fmt::format("input %x : f32[16384, {}]\n%v, %i = topk(%x, k=8) : f32[16384, 8], i64[16384, 8]\n", experts), "H200");
  };
  EXPECT_TIME(topk(64), 65.5, 0.15);
  EXPECT_TIME(topk(128), 111.9, 0.15);
  EXPECT_TIME(topk(256), 209.3, 0.20);
  PricedText p = priced("input %x : bf16[16384, 2048]\nparam %w : bf16[2048]\nkernel norm vector {\n%s = rms_norm(%x, %w, eps=1e-6) : bf16[16384, 2048]\n}\n"
                        "kernel quant vector {\n%y, %q = dynamic_quantize(%s, dtype=f8e4m3) : f8e4m3[16384, 2048], f32[16384]\n}\noutput %y\noutput %q\n", "H200");
  EXPECT_TIME(p.price.after.nominal, 66.0, 0.12);   // as if bandwidth alone mattered: 35
}

TEST(CalibrationTest, triton_rope_is_bound_by_instructions) {
  EXPECT_TIME(rope(256), 12.2, 0.10);   // Start, instructions of 27 rows a core.
  EXPECT_TIME(rope(768), 20.1, 0.20);   // Instructions of 80 rows a core.
  EXPECT_TIME(rope(3072), 54.6, 0.05);  // Instructions of 320 rows a core.
}

TEST(CalibrationTest, decode_matmul_streams_its_weight) {
  // 4.1 us and the weight at 1.17 TB/s.
  for (auto [k, n, measured] :
       {std::tuple{4096, 4004, 32.1}, {4096, 2002, 18.8}, {2048, 1929, 11.0}, {2048, 1270, 8.6}, {8192, 5920, 86.6}})
    EXPECT_TIME(matmul(16, k, n), measured, 0.06);
}

TEST(CalibrationTest, prefill_matmul_computes) {
  double flops = 2.0 * 4096 * 5120 * 5120;
  EXPECT_TIME(matmul(4096, 5120, 5120), flops / 353.9e6 / 0.78, 0.02);  // 78 % of the peak.
  EXPECT_GT(matmul(256, 5120, 5120), 2.0 * 256 * 5120 * 5120 / 353.9e6 / 0.46);
}

std::string chain(int rows, int columns, int count, bool fused) {
  std::string text = fmt::format("input %x0 : bf16[{}, {}]\n", rows, columns);
  if (fused) text += "kernel k vector {\n";
  for (int i = 0; i < count; ++i) text += fmt::format("%x{} = silu(%x{}) : bf16[{}, {}]\n", i + 1, i, rows, columns);
  return text + (fused ? "}\n" : "") + fmt::format("output %x{}\n", count);
}
std::string both(const std::string& before, const std::string& after) { return "--- before\n" + before + "--- after\n" + after; }

TEST(CalibrationTest, a_convolution_computes_what_the_product_of_its_windows_does) {
  // Patches of 14 x 14 pixels, and the same the other way round: bound by compute. With 4 groups each row meets a quarter of the weights.
  auto conv = [](const std::string& x, const std::string& w, const std::string& y, const std::string& more) {
    return time_of("input %x : bf16[" + x + "]\nparam %w : bf16[" + w + "]\n%y = conv(%x, %w, " + more + ") : bf16[" + y + "]\n");
  };
  double product = matmul(4096, 588, 1152);
  EXPECT_TIME(conv("4, 3, 448, 448", "1152, 3, 14, 14", "4, 1152, 32, 32", "stride=[14, 14]"), product, .01);
  EXPECT_TIME(conv("4, 1152, 32, 32", "1152, 3, 14, 14", "4, 3, 448, 448", "stride=[14, 14], transposed=True"), matmul(4096, 1152, 588), .01);
  double whole = conv("4, 512, 64, 64", "512, 512, 3, 3", "4, 512, 64, 64", "padding=[1, 1]");
  EXPECT_TIME(conv("4, 512, 64, 64", "512, 128, 3, 3", "4, 512, 64, 64", "padding=[1, 1], groups=4"), whole / 4, .1);
}

TEST(FamilyTest, elementwise_chain_saves_starts_and_the_tensor_between) {
  // (n-1)(h + w/2 + g) + 2(n-1) S c
  PricedText p = priced(both(chain(256, 7168, 2, false), chain(256, 7168, 2, true)));
  EXPECT_NEAR(p.price.gain.nominal, 2.0 + 3.65 + 1.0 + 2 * 3.67 * 0.30, 0.05);
  EXPECT_TRUE(p.price.worthwhile) << p.price.reason;
  EXPECT_LT(p.price.gain.low, p.price.gain.nominal);
  EXPECT_GT(p.price.pessimistic_gain, 0);
  EXPECT_FALSE(p.price.arithmetic.empty());
}

TEST(FamilyTest, a_kernel_that_is_none_of_today_is_no_slower_than_its_operators) {
  auto text = [](const char* between) {
    return std::string("input %x : bf16[2048, 4096]\ninput %r : bf16[2048, 4096]\nparam %w : bf16[4096]\nkernel a vector {\n%s = add(%x, %r) : bf16[2048, 4096]\n") + between +
           "%y = rms_norm(%s, %w, eps=1e-6) : bf16[2048, 4096]\n}\noutput %y\noutput %s\n";
  };
  std::string apart = "}\nkernel b vector {\n";
  PricedText p = priced("--- before\n" + text(apart.c_str()) + "--- after\n" + text(""));
  EXPECT_GT(p.price.gain.nominal, 5);
  EXPECT_NEAR(p.after[0].time.nominal + 1, p.price.after.nominal, 0.01);
  // What is there already takes what it was measured to take.
  EXPECT_GT(time_of(text("")), p.after[0].time.nominal + 10);
}

TEST(FamilyTest, one_graph_is_priced_against_its_operators_in_one_kernel) {
  PricedText one = priced(chain(256, 7168, 2, false)), two = priced(both(chain(256, 7168, 2, false), chain(256, 7168, 2, true)));
  EXPECT_DOUBLE_EQ(one.price.gain.nominal, two.price.gain.nominal);
  EXPECT_EQ(one.feasibility.requirements.size(), 9u);
}

TEST(FamilyTest, the_pessimistic_gain_is_no_better_than_the_expected_one) {
  // Large tensors at the rate of the L2 cache favour a side that reads them from memory less often.
  auto norm = [](bool fused) {
    return fmt::format("input %x : bf16[2048, 4096]\ninput %r : bf16[2048, 4096]\nparam %w : bf16[4096]\nparam %b : bf16[4096]\nkernel a vector {{\n%s = add(%x, %r) : bf16[2048, 4096]\n{}"
                       "%n = layer_norm(%s, %w, %b, eps=1e-5) : bf16[2048, 4096]\n}}\noutput %n\noutput %s\n", fused ? "" : "}\nkernel b vector {\n");
  };
  PricedText p = priced(both(norm(false), norm(true)));
  EXPECT_LE(p.price.pessimistic_gain, p.price.gain.nominal);
}

TEST(FamilyTest, an_intermediate_with_another_reader_is_still_written) {
  std::string more = "output %x1\n";
  PricedText p = priced(both(chain(256, 7168, 2, false) + more, chain(256, 7168, 2, true) + more));
  EXPECT_NEAR(p.price.gain.nominal, 2.0 + 3.65 + 1.0 + 3.67 * 0.30, 0.05);
}

std::string norm_quant(bool fused) {
  return fmt::format(
      "input %x : bf16[256, 7168]\nparam %w : bf16[7168]\nkernel a vector {{\n%n = rms_norm(%x, %w, eps=1e-6) : bf16[256, 7168]\n{}"
      "%q, %s = dynamic_quantize(%n, dtype=i8) : i8[256, 7168], f32[256]\n}}\noutput %q\noutput %s\n",
      fused ? "" : "}\nkernel b vector {\n");
}
TEST(FamilyTest, a_row_operator_is_absorbed_by_its_share) {
  PricedText p = priced(both(norm_quant(false), norm_quant(true)));
  double lighter = std::min(p.before[0].time.nominal, p.before[1].time.nominal);
  EXPECT_NEAR(p.price.gain.nominal, 0.55 * lighter + 1.0, 0.01);
  EXPECT_NEAR(p.price.pessimistic_gain, 0.45 * lighter + 0.5, 0.01);
}

std::string linear(int rows, const std::string& epilogue, bool fused, const std::string& declare = "") {
  return fmt::format(
      "input %x : bf16[{0}, 4096]\nparam %w : bf16[4096, 6144]\n{3}kernel mm cube {{\n%m = matmul(%x, %w) : bf16[{0}, "
      "6144]\n{2}{1}}}\noutput %y\n",
      rows, epilogue, fused ? "" : "}\nkernel e vector {\n", declare);
}
TEST(FamilyTest, bias_after_a_matmul_is_free) {
  std::string bias = "%y = add(%m, %b) : bf16[16, 6144]\n", declare = "param %b : bf16[6144]\n";
  PricedText p = priced(both(linear(16, bias, false, declare), linear(16, bias, true, declare)));
  EXPECT_NEAR(p.price.gain.nominal, p.before[1].time.nominal + 1.0, 1e-6);
  EXPECT_TRUE(p.price.worthwhile);
}
TEST(FamilyTest, swiglu_after_a_decode_matmul_does_not_pay_without_a_shared_buffer) {
  std::string act = "%y = silu_mul(%m) : bf16[16, 3072]\n";
  PricedText p = priced(both(linear(16, act, false), linear(16, act, true)));
  EXPECT_FALSE(p.price.worthwhile);
  EXPECT_FALSE(p.price.reason.empty());
  EXPECT_GT(p.price.gain.nominal, -4);
  EXPECT_LT(p.price.gain.nominal, 5);
}

TEST(FamilyTest, matmuls_of_one_input_merge) {
  std::string head = "input %x : bf16[16, 4096]\nparam %a : bf16[4096, 4096]\nparam %b : bf16[4096, 1024]\nparam %c : bf16[4096, 1024]\n";
  std::string q = "%q = matmul(%x, %a) : bf16[16, 4096]\n", k = "%k = matmul(%x, %b) : bf16[16, 1024]\n",
              v = "%v = matmul(%x, %c) : bf16[16, 1024]\n";
  std::string out = "output %q\noutput %k\noutput %v\n";
  PricedText p = priced(both(head + q + k + v + out, head + "kernel qkv cube {\n" + q + k + v + "}\n" + out));
  EXPECT_NEAR(p.price.gain.nominal, 2 * (4.1 + 1.0), 0.2);  // (n-1)(start + gap): the weights are read either way
}

std::string experts(int rows, int experts, bool fused) {
  return fmt::format(
      "input %x : i8[{0}, 4096]\nparam %w : i8[{1}, 4096, 3072]\ninput %g : i64[{1}]\nkernel mm cube {{\n%m = grouped_matmul(%x, %w, %g) : "
      "bf16[{0}, 3072]\n{2}"
      "%a = silu_mul(%m) : bf16[{0}, 1536]\n{3}%q, %s = dynamic_quantize(%a, dtype=i8) : i8[{0}, 1536], f32[{0}]\n}}\noutput %q\noutput "
      "%s\n",
      rows, experts, fused ? "" : "}\nkernel act vector {\n", fused ? "" : "}\nkernel quant vector {\n");
}
TEST(FamilyTest, expert_matmul_with_activation_and_quantisation) {
  PricedText many = priced(both(experts(128, 16, false), experts(128, 16, true)));
  EXPECT_GT(many.price.gain.nominal, 0);
  EXPECT_TRUE(many.price.worthwhile) << many.price.reason;
  PricedText few = priced(both(experts(1, 16, false), experts(1, 16, true)));
  EXPECT_FALSE(few.price.worthwhile);
  EXPECT_LT(few.price.gain.nominal, 0);  // half of the cores have no tile and stream no weight
}

TEST(FamilyTest, a_recurrence_in_triton_moves_its_state_slowly) {
  std::string head = "phase decode\nB = 16\ninput %q : bf16[16, 4096]\ncache %s : bf16[256, 32, 128, 128]\n",
              op = "%o = linear_attention(%q, %s) : bf16[16, 4096]\n";
  double triton = time_of(head + "kernel k vector triton {\n" + op + "}\n"), native = time_of(head + "kernel k vector {\n" + op + "}\n");
  EXPECT_GT(triton, 1.5 * native);
}

std::string all_reduced(int rows, bool fused) {
  return fmt::format(
      "input %x : bf16[{0}, 1536]\nparam %w : bf16[1536, 4096]\nkernel a {2} {{\n%m = matmul(%x, %w) : bf16[{0}, 4096]\n{1}%y = "
      "all_reduce(%m, world_size=8) : bf16[{0}, 4096]\n}}\noutput %y\n",
      rows, fused ? "" : "}\nkernel b communication {\n", fused ? "mixed" : "cube");
}
TEST(FamilyTest, matmul_and_all_reduce_overlap_only_when_large) {
  EXPECT_GT(priced(both(all_reduced(8192, false), all_reduced(8192, true))).price.gain.nominal, 20);
  EXPECT_LT(priced(both(all_reduced(16, false), all_reduced(16, true))).price.gain.nominal, 1);
}

std::string gathered(bool fused, bool wide_too = false) {
  return fmt::format(
      "input %x : bf16[512, 2048]\nkernel a {0} {{\n%g = all_gather(%x, dim=0, world_size=8) : bf16[4096, 2048]\n{1}%q, %s = dynamic_quantize(%g, dtype=i8) : "
      "i8[4096, 2048], f32[4096]\n}}\noutput %q\noutput %s\n{2}",
      fused ? "mixed" : "communication", fused ? "" : "}\nkernel b vector {\n", wide_too ? "output %g\n" : "");
}
TEST(FamilyTest, what_is_quantised_before_it_is_gathered_moves_half_the_bytes) {
  double collective = priced(both(gathered(false), gathered(false))).before[0].time.nominal;
  PricedText narrow = priced(both(gathered(false), gathered(true))), wide = priced(both(gathered(false, true), gathered(true, true)));
  EXPECT_GT(narrow.price.gain.nominal - wide.price.gain.nominal, 0.3 * collective);
}

TEST(FamilyTest, a_removed_copy_counts_in_full) {
  std::string after = "input %x : bf16[256, 4096]\n%y = silu(%x) : bf16[256, 4096]\noutput %y\n";
  std::string copy =
      "input %x : bf16[256, 4096]\nkernel t vector {\n%c = transpose(%x, dims=[1, 0]) : bf16[4096, 256]\n}\n%y = silu(%c) : bf16[4096, "
      "256]\noutput %y\n";
  PricedText p = priced(both(copy, after));
  EXPECT_NEAR(p.price.gain.nominal, p.before[0].time.nominal + 1.0, 0.01);
}

TEST(EagerTest, the_host_bounds_small_kernels) {
  Options eager;
  eager.graph_mode = graph::GraphMode::Eager;
  PricedText p = priced(both(chain(16, 1024, 2, false), chain(16, 1024, 2, true)), "910C", eager);
  EXPECT_DOUBLE_EQ(p.price.before.nominal, 25);  // 12.5 us each, whatever the size
  EXPECT_DOUBLE_EQ(p.price.gain.nominal, 12.5);
  std::string triton =
      "input %x0 : bf16[16, 1024]\nkernel k vector triton {\n%x1 = silu(%x0) : bf16[16, 1024]\n%x2 = silu(%x1) : bf16[16, 1024]\n}\noutput "
      "%x2\n";
  EXPECT_LT(priced(both(chain(16, 1024, 2, false), triton), "910C", eager).price.gain.nominal, 0);  // a Triton launch costs 85 us
}

TEST(ModelTest, attention_reads_the_cache_of_every_sequence) {
  std::string text =
      "phase decode\nB = 16\nL = 4096\ninput %q : bf16[16, 32, 128]\ncache %k : bf16[1000, 128, 8, 128]\ncache %v : bf16[1000, 128, 8, "
      "128]\n"
      "%o = attention(%q, %k, %v, heads=32, kv_heads=8, head_dim=128) : bf16[16, 32, 128]\n";
  EXPECT_NEAR(time_of(text), 12 + 2 * 16 * 4096 * 8 * 128 * 2 / 1.17e6, 2);  // HBM bandwidth
}

TEST(ModelTest, errors_are_clear) {
  EXPECT_EQ(price_text("", device(), {}).error().message,
            "nothing to price: expected operators, or two graphs `--- before` and `--- after`");
  EXPECT_TRUE(
      price_text("--- before\ninput %x : bf16[2]\n%y = silu(%x) : bf16[2]\n--- later\ninput %x : bf16[2]\n%y = silu(%x) : bf16[2]\n",
                 device(), {})
          .is_error());
  EXPECT_TRUE(price_text("nonsense", device(), {}).is_error());
}

TEST(ModelTest, step_time_of_a_deep_graph_is_fast) {
  std::string text = "input %x0 : bf16[16, 4096]\n";
  for (int i = 0; i < 8000; ++i) text += fmt::format("%x{} = silu(%x{}) : bf16[16, 4096]\n", i + 1, i);
  auto graphs = graph::parse_text(text);
  ASSERT_FALSE(graphs.is_error());
  Model model(device(), {});
  auto start = std::chrono::steady_clock::now();
  fusion::Estimate step = model.step_time((*graphs)[0].graph);
  double ms = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
  EXPECT_NEAR(step.nominal, 8000 * (2.0 + 7.3 / 3 + 0.26 * 0.3 + 1.0), 800);
  EXPECT_LT(step.low, step.nominal);
  EXPECT_LT(ms, 5000);  // a few ms when optimised; quadratic work would take minutes here
}

}  // namespace
}  // namespace fusescout::gain
