#include "base/shared_memory.h"

#include <gtest/gtest.h>

#include <cstring>
#include <new>
#include <string>
#include <vector>

#include "base/processes.h"

namespace fusescout {
namespace {

TEST(SharedMemory, WhatAProcessPutsThereOthersRead) {
  SharedMemory memory;
  std::string_view before = memory.put("before");
  std::vector<std::string_view> views(4);
  run_in_processes(
      views.size(), 3, {},
      [&](size_t i) {
        std::string_view text = memory.put(std::string(before) + std::string(i * 10'000, static_cast<char>('a' + i)));
        return std::string(reinterpret_cast<const char*>(&text), sizeof text);
      },
      [&](size_t i, ErrorOr<std::string> view) { std::memcpy(&views[i], view.value().data(), sizeof views[i]); });
  for (size_t i = 0; i < views.size(); ++i) EXPECT_EQ(views[i], "before" + std::string(i * 10'000, static_cast<char>('a' + i)));
  memory.drop(views[3]);
  EXPECT_EQ(views[2], "before" + std::string(20'000, 'c'));
  EXPECT_EQ(before, "before");
}

TEST(SharedMemory, NothingTakesNoRoom) {
  SharedMemory memory;
  EXPECT_EQ(memory.put(""), "");
  memory.drop("");
}

TEST(SharedMemory, NoRoomIsAnError) {
  SharedMemory memory;
  EXPECT_THROW(memory.put(std::string_view("x", size_t{1} << 60)), std::bad_alloc);
  EXPECT_EQ(memory.put("y"), "y");
}

}  // namespace
}  // namespace fusescout
