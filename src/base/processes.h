// Work in processes of its own. They are forked, so that each starts from everything this one has prepared, at no cost, and none can disturb
// another: what crashes, runs out of memory or never ends is one failed piece of work.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "base/error_or.h"

namespace fusescout {

struct ProcessLimits {            // 0: none
  unsigned seconds = 0;           // of processor time
  size_t memory_bytes = 0;        // in memory at a time
};

// Does work(0) to work(count - 1), at most `jobs` at a time, each in a process, and hands the results to `done` in this one as they come.
// An error says why a process gave no result. `meanwhile` is done here once the first are on their way. The caller has no other threads.
void run_in_processes(size_t count, unsigned jobs, const ProcessLimits& limits, const std::function<std::string(size_t)>& work,
                      const std::function<void(size_t, ErrorOr<std::string>)>& done, std::function<void()> meanwhile = {});

}  // namespace fusescout
