// CHECK: our own bugs end the program with exit code 101 and a place; input never reaches one.
#pragma once

namespace fusescout {
[[noreturn]] void check_failed(const char* condition, const char* file, int line);
}

#define CHECK(condition)                                                  \
  do {                                                                    \
    if (!(condition)) ::fusescout::check_failed(#condition, __FILE__, __LINE__); \
  } while (false)
