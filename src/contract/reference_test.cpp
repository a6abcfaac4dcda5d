// What a body in plain torch says about each number that an operator carries: all of them are part of its meaning.
#include <gtest/gtest.h>

#include <algorithm>

#include "contract/testing.h"

namespace fusescout::contract {
namespace {

Contract contract_of(const std::string& text) {
  graph::ModelRun run = run_of(text);
  return make_contract(finding_of(run.graph, "work"), run, no_source);
}

void expect_body(const std::string& graph, const std::string& line) {
  Contract c = contract_of(graph);
  EXPECT_NE(c.reference.find(line), std::string::npos) << "wanted: " << line << "\n" << c.reference;
  EXPECT_TRUE(c.complete) << graph;
  check_python(c);
}

void expect_no_body(const std::string& graph, const std::string& note) {
  Contract c = contract_of(graph);
  EXPECT_FALSE(c.complete) << c.reference;
  EXPECT_NE(std::find(c.notes.begin(), c.notes.end(), note), c.notes.end()) << (c.notes.empty() ? "" : c.notes[0]);
  check_python(c, false);
}

TEST(Reference, each_group_has_its_own_scales) {
  std::string product = "T = 8\ninput %x : i8[T, 64]\nparam %w : i8[4, 64, 32]\nparam %s : f32[4, 32]\ninput %counts : i64[4]\n"
                        "%y = grouped_matmul(%x, %w, %counts, group_list_type=1) : i32[T, 32]\n%d = dequantize(%y, %s, dtype=bf16) : bf16[T, 32]\noutput %d\n";
  expect_body(product, "_of_groups(s, counts, grouped_matmul_out, counts=True)");
}

TEST(Reference, a_range_has_start_and_step) {
  expect_body("T = 8\ninput %x : i64[T]\n%r = arange() : i64[T]\n%y = add(%x, %r) : i64[T]\noutput %y\n", "torch.arange(T, dtype=torch.int64");
  expect_body("T = 8\ninput %x : i64[T]\n%r = arange(start=3, step=2) : i64[T]\n%y = add(%x, %r) : i64[T]\noutput %y\n",
              "3 + 2 * torch.arange(T, dtype=torch.int64");
  expect_body("T = 8\ninput %x : f32[T]\n%r = arange(start=0.5, step=0.25) : f32[T]\n%y = add(%x, %r) : f32[T]\noutput %y\n",
              "0.5 + 0.25 * torch.arange(T, dtype=torch.float32");
  expect_body("input %x : f32[5]\n%r = linspace(start=1.0, end=3.0) : f32[5]\n%y = add(%x, %r) : f32[5]\noutput %y\n",
              "torch.linspace(1.0, 3.0, 5, dtype=torch.float32");
  expect_body("input %x : f32[5]\n%r = linspace(start=1.0, end=3.0, logarithmic=True) : f32[5]\n%y = add(%x, %r) : f32[5]\noutput %y\n",
              "torch.logspace(1.0, 3.0, 5, dtype=torch.float32");
}

TEST(Reference, ones_on_the_diagonal) {
  expect_body("T = 8\ninput %x : f32[T, 4]\n%e = eye() : f32[T, 4]\n%y = add(%x, %e) : f32[T, 4]\noutput %y\n",
              "torch.eye(T, 4, dtype=torch.float32");
}

TEST(Reference, the_smallest_ones) {
  expect_body("T = 8\ninput %x : f32[T, 64]\n%v, %i = topk(%x, dim=-1, k=4, largest=False) : f32[T, 4], i64[T, 4]\noutput %v\noutput %i\n",
              "torch.topk(x, 4, dim=-1, largest=False)");
}

TEST(Reference, repeated_and_flipped) {
  expect_body("T = 8\ninput %x : f32[T, 4]\n%y = repeat(%x, dim=-1, interleave=3) : f32[T, 12]\noutput %y\n", "x.repeat_interleave(3, dim=-1)");
  expect_body("T = 8\ninput %x : f32[T, 4]\n%y = repeat(%x, repeats=[1, 3]) : f32[T, 12]\noutput %y\n", "x.repeat([1, 3])");
  expect_body("T = 8\ninput %x : f32[T, 4]\n%y = roll(%x, dims=[-1], flip=True) : f32[T, 4]\noutput %y\n", "torch.flip(x, [-1])");
  expect_body("T = 8\ninput %x : f32[T, 4]\n%y = roll(%x, dims=[-1], shifts=[2]) : f32[T, 4]\noutput %y\n", "torch.roll(x, [2], [-1])");
}

TEST(Reference, numbers_in_either_place_of_a_choice) {
  expect_body("T = 8\ninput %c : bool[T]\ninput %y : f32[T]\n%z = where(%c, %y, value=1.5) : f32[T]\noutput %z\n", "torch.where(c, 1.5, y)");
  expect_body("T = 8\ninput %c : bool[T]\ninput %y : f32[T]\n%z = where(%c, %y, other=1.5) : f32[T]\noutput %z\n", "torch.where(c, y, 1.5)");
  expect_body("T = 8\ninput %c : bool[T]\n%z = where(%c, other=0.0, value=1.5) : f32[T]\noutput %z\n", "torch.where(c, 1.5, 0.0)");
  expect_body("T = 8\ninput %x : f32[T]\ninput %m : bool[T]\ninput %v : f32[]\n%z = masked_fill(%x, %m, %v) : f32[T]\noutput %z\n",
              "x.masked_fill(m, v)");
}

TEST(Reference, products_of_another_kind) {
  expect_body("T = 8\ninput %a : f32[T]\ninput %b : f32[4]\n%y = mul(%a, %b, outer=True) : f32[T, 4]\noutput %y\n", "torch.outer(a, b)");
  expect_body("T = 8\ninput %a : f32[T, 4]\ninput %b : f32[T, 5]\n%y = matmul(%a, %b, equation=\"ti,tj->ij\") : f32[4, 5]\noutput %y\n",
              "torch.einsum(\"ti,tj->ij\", a, b)");
}

TEST(Reference, roundings) {
  expect_body("T = 8\ninput %x : f32[T]\n%y = round(%x, decimals=2) : f32[T]\noutput %y\n", "torch.round(x, decimals=2)");
  expect_body("T = 8\ninput %x : f32[T]\n%y = floor_div(%x, mode=\"trunc\", other=3) : f32[T]\noutput %y\n",
              "torch.div(x, 3, rounding_mode=\"trunc\")");
  expect_body("T = 8\ninput %x : f32[T]\ninput %z : f32[T]\n%y = rsub(%x, %z, alpha=2) : f32[T]\noutput %y\n", "torch.rsub(x, z, alpha=2)");
}

TEST(Reference, reductions_of_all) {
  expect_body("T = 8\ninput %x : f32[T, 4]\n%y = argmax(%x, dim=[-2, -1]) : i64[]\noutput %y\n", "torch.argmax(x)");
  expect_body("T = 8\ninput %x : f32[T, 4]\n%y = prod(%x, dim=[-2, -1], keepdim=True) : f32[1, 1]\noutput %y\n", "torch.prod(x).reshape((1, 1))");
  expect_body("T = 8\ninput %x : f32[T, 4]\n%y = sum(%x, dim=[-2, -1]) : f32[]\noutput %y\n", "torch.sum(x, dim=[-2, -1], keepdim=False)");
}

TEST(Reference, columns_written_at_an_index) {
  expect_body("T = 8\ninput %x : f32[4, T]\ninput %i : i64[2]\ninput %v : f32[4, 2]\n%y = index_copy(%x!, %i, %v, dim=-1) : f32[4, T]\noutput %y\n",
              "x.index_copy_(-1, i.long(), v)");
}

TEST(Reference, a_part_is_written_into_what_lies_beside_it) {
  graph::ModelRun run = run_of(
      "T = 8\ninput %k : f32[T, 128]\ninput %x : f32[T, 64]\n%right = slice(%k, dim=1, start=64, end=128) : f32[T, 64]{128, 1}@64\n"
      "%r = tanh(%x) : f32[T, 64]{128, 1}@64 &%right\n%now = refresh(%k, %r) : f32[T, 128]\n%o = neg(%now) : f32[T, 128]\noutput %o\n");
  fusion::Finding f = finding_of(run.graph, "work");
  for (fusion::InterfaceTensor& input : f.interface.inputs) input.mutated = input.name == "k";
  Contract c = make_contract(f, run, no_source);
  EXPECT_NE(c.reference.find("k[:, 64:128].copy_(tanh_out)"), std::string::npos) << c.reference;
  EXPECT_NE(c.reference.find("torch.neg(k)"), std::string::npos) << c.reference;
  check_python(c);
}

// What no body reads is no detail: the body would compute something else.
TEST(Reference, a_number_that_no_body_knows_makes_it_incomplete) {
  expect_no_body("T = 8\ninput %x : f32[T]\n%y = tanh(%x, slope=2.0) : f32[T]\noutput %y\n",
                 "the reference has no body for `tanh` with `slope`");
  expect_no_body("T = 8\ninput %x : f32[T]\ninput %z : f32[T]\n%y = rms_norm(%x, %z, %z) : f32[T]\noutput %y\n",
                 "the reference has no body for `rms_norm` of 3 inputs");
}

}  // namespace
}  // namespace fusescout::contract
