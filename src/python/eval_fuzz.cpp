// No program ends the evaluator: it runs to an end, raises, or meets a limit.
#include "python/testing.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fusescout::python::TestProgram program;
  program.limits.steps = 20'000;
  program.limits.depth = 150;
  program.limits.heap_bytes = size_t{64} << 20;
  program.run(std::string(reinterpret_cast<const char*>(data), size));
  return 0;
}
