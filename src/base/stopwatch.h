// Processor time of this thread: what a phase costs, whatever else the machine does.
#pragma once

#include <ctime>

namespace fusescout {

class Stopwatch {
 public:
  // Milliseconds since the start or the last lap.
  double lap() {
    double since = begin_;
    begin_ = now();
    return begin_ - since;
  }

 private:
  static double now() {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) * 1e-6;
  }
  double begin_ = now();
};

}  // namespace fusescout
