#include "graph/wrapper.h"

namespace fusescout::graph {
namespace {

// Room for the result and arguments laid out for the kernel are part of its launch.
bool serves_launch(const Entry& e) {
  return e.is_view || e.op.view() == "aten.contiguous" || e.op.view() == "aten.reshape" || e.op.view().find("empty") != std::string_view::npos;
}

}  // namespace

bool wraps_triton(const Graph& graph, EntryId begin, EntryId end) {
  uint32_t calls = 0;
  bool triton = false;
  for (uint32_t i = begin.index; i < end.index; ++i) {
    const Entry& e = graph.entries[EntryId{i}];
    if (e.kind == EntryKind::Refresh) continue;
    if (e.kind != EntryKind::Call) return false;
    bool kernel = e.op.view().starts_with("triton.");
    if (!kernel && !e.op.view().starts_with("aten.")) return false;
    triton |= kernel;
    calls += !serves_launch(e);
  }
  return triton && calls > 1;
}

}  // namespace fusescout::graph
