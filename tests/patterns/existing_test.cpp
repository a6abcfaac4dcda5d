// Code that is written out where a kernel exists: the compounds of patterns/compound/ and the meanings of catalogue/available.py meet.
#include <fmt/format.h>

#include "catalogue/load_kernels.h"
#include "source/data_files.h"
#include "support.h"

namespace fusescout {
namespace {

// Names of the existing kernels for which something of this code is available, each with a blank behind.
std::string existing_for(const std::string& code) {
  static const std::vector<fusion::FusedKernelMeaning> available = [] {
    source::DataFiles data;
    auto kernels = catalogue::load_kernels(data);
    EXPECT_FALSE(kernels.is_error()) << (kernels.is_error() ? kernels.error().message : "");
    std::vector<fusion::FusedKernelMeaning> meanings;
    if (!kernels.is_error()) {
      for (catalogue::FusedKernel& kernel : *kernels) meanings.push_back({kernel.name, {}, kernel.guard, std::move(kernel.graph), {}, std::move(kernel.sizes)});
    }
    return meanings;
  }();
  auto parsed = graph::parse_text("T = 16\ninput %x : bf16[T, 64]\ninput %y : bf16[T, 64]\nparam %w : bf16[64]\nparam %b : bf16[64]\n" + code);
  EXPECT_FALSE(parsed.is_error()) << (parsed.is_error() ? parsed.error().message : "") << "\n" << code;
  if (parsed.is_error()) return "error";
  graph::ModelRun model;
  model.graph = std::move((*parsed)[0].graph);
  std::string names;
  for (const fusion::Finding& finding : fusion::analyze(model, all_patterns(), available, LaunchPricer()).findings) {
    if (finding.verdict == fusion::Verdict::Available && finding.alternative_to.empty()) names += finding.by[0].name + " ";
  }
  return names;
}

TEST(Existing, gelu_by_tanh) {
  auto written_out = [](const std::string& factor) {
    return "%p = pow(%x, other=3) : bf16[T, 64]\n%a = mul(%p, other=0.044715) : bf16[T, 64]\n%s = add(%x, %a) : bf16[T, 64]\n%i = mul(%s, other=" + factor +
           ") : bf16[T, 64]\n%h = mul(%x, other=0.5) : bf16[T, 64]\n%t = tanh(%i) : bf16[T, 64]\n%o = add(%t, other=1) : bf16[T, 64]\n%g = mul(%h, %o) : bf16[T, 64]\noutput %g\n";
  };
  EXPECT_EQ(existing_for(written_out("0.7978845608")), "aten.gelu ");
  EXPECT_EQ(existing_for(written_out("0.8")), "");
}

TEST(Existing, layer_norm) {
  std::string centred = "%m = mean(%x, dim=-1, keepdim=True) : bf16[T, 1]\n%c = sub(%x, %m) : bf16[T, 64]\n%q = pow(%c, other=2) : bf16[T, 64]\n"
                        "%v = mean(%q, dim=-1, keepdim=True) : bf16[T, 1]\n%e = add(%v, other=1e-05) : bf16[T, 1]\n%r = rsqrt(%e) : bf16[T, 1]\n";
  EXPECT_EQ(existing_for(centred + "%n = mul(%c, %r) : bf16[T, 64]\n%o = mul(%n, %w) : bf16[T, 64]\noutput %o\n"), "aten.layer_norm ");
  EXPECT_EQ(existing_for(centred + "%n = mul(%c, %r) : bf16[T, 64]\n%o = mul(%n, %y) : bf16[T, 64]\noutput %o\n"), "") << "a gate is no weight";
  EXPECT_EQ(existing_for("%s = add(%x, %y) : bf16[T, 64]\n%n = layer_norm(%s, %w, %b, eps=1e-05) : bf16[T, 64]\noutput %n, %s\n"), "torch_npu.npu_add_layer_norm ");
  EXPECT_EQ(existing_for("%s = add(%x, %y) : bf16[T, 64]\n%n = layer_norm(%s, %w, eps=1e-05) : bf16[T, 64]\noutput %n, %s\n"), "torch_npu.npu_add_layer_norm ")
      << "zeros are a bias";
}

TEST(Existing, a_product_with_a_bias_and_the_sum_over_ranks) {
  std::string weights = "param %m : bf16[64, 64]\n";
  EXPECT_EQ(existing_for(weights + "%p = matmul(%x, %m) : bf16[T, 64]\n%r = all_reduce(%p, group=\"tp\") : bf16[T, 64]\noutput %r\n"), "torch_npu.npu_mm_all_reduce_base ");
  EXPECT_EQ(existing_for(weights + "%p = matmul(%x, %m, %b) : bf16[T, 64]\n%r = all_reduce(%p, group=\"tp\") : bf16[T, 64]\noutput %r\n"), "torch_npu.npu_mm_all_reduce_base ");
}

TEST(Existing, rms_norm_and_gate) {
  std::string gated = "%g = silu(%y) : bf16[T, 64]\n%z = mul(%x, %g) : bf16[T, 64]\n";
  EXPECT_EQ(existing_for(gated + "%n = rms_norm(%z, %w, eps=1e-05) : bf16[T, 64]\noutput %n\n"), "triton.layer_norm_fwd_kernel ");
  EXPECT_EQ(existing_for(gated + "%h = view(%z) : bf16[T, 4, 16]\n%k = view(%w) : bf16[4, 16]\n%n = rms_norm(%h, %k, eps=1e-05) : bf16[T, 4, 16]\noutput %n\n"),
            "triton.layer_norm_fwd_kernel ");
  EXPECT_EQ(existing_for("%p = pow(%x, other=2) : bf16[T, 64]\n%m = mean(%p, dim=-1, keepdim=True) : bf16[T, 1]\n%e = add(%m, other=1e-05) : bf16[T, 1]\n"
                         "%r = rsqrt(%e) : bf16[T, 1]\n%n = mul(%x, %r) : bf16[T, 64]\n%o = mul(%n, %w) : bf16[T, 64]\noutput %o\n"), "torch_npu.npu_rms_norm ");
}

TEST(Existing, geglu) {
  std::string halves = "%p, %q = split(%x) : bf16[T, 32], bf16[T, 32]\n";
  EXPECT_EQ(existing_for(halves + "%g = gelu(%p, approximate=\"tanh\") : bf16[T, 32]\n%o = mul(%g, %q) : bf16[T, 32]\noutput %o\n"), "torch_npu.npu_geglu ");
  EXPECT_EQ(existing_for(halves + "%g = gelu(%q, approximate=\"tanh\") : bf16[T, 32]\n%o = mul(%g, %p) : bf16[T, 32]\noutput %o\n"), "") << "of the second half";
}

// The halves of a head times angles that a table has for each position.
std::string rotated(const std::string& out, const std::string& head) {
  return fmt::format("%{0}1, %{0}2 = chunk({1}) : bf16[T, 2, 8], bf16[T, 2, 8]\n%{0}a = mul(%{0}1, %cos) : bf16[T, 2, 8]\n%{0}b = mul(%{0}2, %sin) : bf16[T, 2, 8]\n"
                     "%{0}c = sub(%{0}a, %{0}b) : bf16[T, 2, 8]\n%{0}d = mul(%{0}2, %cos) : bf16[T, 2, 8]\n%{0}e = mul(%{0}1, %sin) : bf16[T, 2, 8]\n"
                     "%{0}f = add(%{0}d, %{0}e) : bf16[T, 2, 8]\n%{0} = cat(%{0}c, %{0}f, dim=-1) : bf16[T, 2, 16]\n", out, head);
}

TEST(Existing, rope) {
  std::string heads = "%q, %k = split(%x) : bf16[T, 32], bf16[T, 32]\n%qh = view(%q) : bf16[T, 2, 16]\n%kh = view(%k) : bf16[T, 2, 16]\n";
  std::string table = "buffer %table : bf16[4096, 16]\ninput %positions : i64[T]\n%angles = index_select(%table, %positions, dim=-2) : bf16[T, 16]\n"
                      "%cs, %sn = chunk(%angles) : bf16[T, 8], bf16[T, 8]\n%cos = view(%cs) : bf16[T, 1, 8]\n%sin = view(%sn) : bf16[T, 1, 8]\n";
  EXPECT_EQ(existing_for(table + heads + rotated("qr", "%qh") + rotated("kr", "%kh") + "output %qr, %kr\n"), "torch_npu._npu_rotary_embedding ");
  std::string given = "input %cos : bf16[T, 1, 8]\ninput %sin : bf16[T, 1, 8]\n";
  EXPECT_EQ(existing_for(given + heads + rotated("qr", "%qh") + "output %qr\n"), "torch_npu.npu_rotary_mul ");
}

}  // namespace
}  // namespace fusescout
