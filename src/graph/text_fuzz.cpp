// Any bytes give a graph or an error; a graph prints to a text that reads back the same.
#include <cstdlib>

#include "graph/text.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace fusescout::graph;
  auto graphs = parse_text(std::string_view(reinterpret_cast<const char*>(data), size));
  if (graphs.is_error()) return 0;
  for (const NamedGraph& graph : *graphs) {
    std::string once = to_text(graph.graph);
    auto again = parse_text(once);
    if (again.is_error() || to_text((*again)[0].graph) != once) std::abort();
  }
  return 0;
}
