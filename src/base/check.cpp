#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace fusescout {
void check_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "fusescout: internal error: `%s` does not hold at %s:%d; please report this\n", condition, file, line);
  std::fflush(stderr);
  std::_Exit(101);
}
}  // namespace fusescout
