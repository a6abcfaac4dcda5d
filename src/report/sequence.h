// `dump sequence`: every call of a library module and every call of an operator, in order, nested. The field reference is in docs/sequence.md.
#pragma once

#include <string>
#include <vector>

#include "graph/model_run.h"

namespace fusescout::report {

// One entry of the sequence: what is emitted of the graph's entries.
struct SequenceEntry {
  graph::EntryId entry;           // of a wrapper: the first one inside
  const graph::Wrapper* wrapper = nullptr;
  std::vector<uint32_t> within;   // indices of all enclosing entries of the sequence, outermost first
  bool leaf = true;               // encloses no other
  bool closed = false;            // a Triton wrapper: what is inside is no entry
};
std::vector<SequenceEntry> make_sequence(const graph::ModelRun& run);

// The innermost place in the model's own code, or the innermost of all when there is none.
const graph::Frame* model_frame(const graph::ModelRun& run, graph::FrameId frame);

std::string sequence_to_json(const graph::ModelRun& run);
enum class SequenceView { Module, Kernel };   // top level, or leaves
std::string sequence_to_text(const graph::ModelRun& run, SequenceView view);

}  // namespace fusescout::report
