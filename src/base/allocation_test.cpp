#include "base/allocation.h"

#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace fusescout {
namespace {

// Blocks of all sizes, filled with what tells them apart; a block handed out twice would show.
std::vector<std::unique_ptr<std::string>> make_blocks(size_t count, char seed) {
  std::vector<std::unique_ptr<std::string>> blocks;
  for (size_t i = 0; i < count; ++i) blocks.push_back(std::make_unique<std::string>(i * 7 % 2000, static_cast<char>(seed + i % 64)));
  return blocks;
}

void expect_intact(const std::vector<std::unique_ptr<std::string>>& blocks, char seed) {
  for (size_t i = 0; i < blocks.size(); ++i) ASSERT_EQ(*blocks[i], std::string(i * 7 % 2000, static_cast<char>(seed + i % 64)));
}

TEST(Allocation, CountsWhatThisThreadHolds) {
  int64_t before = allocated_bytes();
  auto blocks = make_blocks(1000, ' ');
  EXPECT_GT(allocated_bytes() - before, 1000 * 900);
  EXPECT_LT(allocated_bytes() - before, 1000 * 1200);
  blocks.clear();
  blocks.shrink_to_fit();
  EXPECT_EQ(allocated_bytes(), before);
}

TEST(Allocation, BlocksDieOnOtherThreads) {
  auto kept = make_blocks(500, ' ');
  for (int round = 0; round < 20; ++round) {
    std::vector<std::unique_ptr<std::string>> first, second;
    std::thread a([&] { first = make_blocks(3000, '0'); }), b([&] { second = make_blocks(3000, '1'); });
    a.join();
    b.join();
    std::thread c([&, moved = std::move(first)]() mutable { expect_intact(moved, '0'); moved.clear(); });
    expect_intact(second, '1');
    second.clear();
    c.join();
  }
  expect_intact(kept, ' ');
}

TEST(Allocation, EmptyAndLargeBlocks) {
  std::set<void*> seen;
  for (size_t size : {0, 0, 1, 16, 17, 1024, 1025, 1 << 20}) {
    void* block = ::operator new(static_cast<size_t>(size));
    std::memset(block, 1, static_cast<size_t>(size));
    EXPECT_EQ(reinterpret_cast<uintptr_t>(block) % 16, 0u);
    EXPECT_TRUE(seen.insert(block).second);
  }
  for (void* block : seen) ::operator delete(block);
}

}  // namespace
}  // namespace fusescout
