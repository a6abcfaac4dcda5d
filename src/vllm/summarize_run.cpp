#include "vllm/summarize_run.h"

#include <algorithm>

namespace fusescout::vllm {

using diagnostics::Diagnostic;
using diagnostics::Kind;
using python::Interpreter;
using python::Note;
using python::NoteKind;

namespace {

Kind kind_of(const Note& note) {
  // What the layers above the evaluator say of a call (torch/operators.cpp, catalogue/install.cpp).
  if (note.message.starts_with("the call does not fit the catalogue's")) return Kind::SignatureMismatch;
  if (note.message.ends_with("the shapes are those of its fake implementation")) return Kind::OpaqueCall;
  switch (note.kind) {
    case NoteKind::Unknown: return Kind::UnknownValue;
    case NoteKind::Assumption: return Kind::Assumption;
    case NoteKind::Condition: return Kind::Condition;
    case NoteKind::Limit: return Kind::Limit;
    case NoteKind::Unsupported: return Kind::UnsupportedPython;
  }
  return Kind::UnknownValue;
}

// A program of the trees, as opposed to our own library and stand-ins.
bool in_trees(Symbol file) {
  std::string_view path = file.view();
  return path.starts_with("vllm/") || path.starts_with("vllm_ascend/") || path.starts_with("transformers/");
}

}  // namespace

void summarize_run(Interpreter& interpreter, const std::optional<Interpreter::Failure>& failure, graph::ModelRun& run) {
  std::vector<Diagnostic> diagnostics;
  bool assumed = false, gaps = false;
  for (const Note& note : interpreter.notes()) {
    Diagnostic d;
    d.kind = kind_of(note);
    d.location = {note.file, note.line};
    d.message = note.message;
    // An unknown matters where it decides or reaches an operator; the layer that meets it says so itself.
    if (d.kind == Kind::UnknownValue) continue;
    if (note.kind == NoteKind::Assumption) assumed = true;
    if (note.kind == NoteKind::Limit || note.kind == NoteKind::Unsupported) gaps = true;
    diagnostics.push_back(std::move(d));
  }
  bool opaque = false;
  for (const graph::Entry& entry : run.graph.entries) {
    if (!entry.opaque) continue;
    opaque = true;
    Diagnostic d;
    d.kind = Kind::OpaqueCall;
    if (entry.frame.valid()) d.location = {run.graph.frames[entry.frame].file, run.graph.frames[entry.frame].line};
    d.message = "`" + entry.op.str() + "` has no meaning here";
    diagnostics.push_back(std::move(d));
  }
  run.diagnostics = diagnostics::merge(std::move(diagnostics));

  bool graph_made = run.graph.entries.size() != 0;
  if (!failure) {
    run.status = !graph_made ? graph::Status::Failed : opaque || assumed || gaps ? graph::Status::Partial : graph::Status::Complete;
    return;
  }
  run.exception = failure->type + (failure->message.empty() ? "" : ": " + failure->message);
  for (const auto& [file, line] : failure->stack) run.stack.push_back({file, line, ""});
  bool raised_by_trees = !run.stack.empty() && in_trees(run.stack.back().file);
  bool limits = std::any_of(interpreter.notes().begin(), interpreter.notes().end(), [](const Note& n) { return n.kind == NoteKind::Limit; });
  if (raised_by_trees && !assumed && !gaps && !limits) {
    run.status = graph::Status::Rejected;
  } else {
    run.status = graph_made ? graph::Status::Partial : graph::Status::Failed;
  }
}

}  // namespace fusescout::vllm
