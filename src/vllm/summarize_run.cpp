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

// The part of a message between the first two quotes: "module 'torch.x' has no attribute 'y'" -> torch.x
std::string first_quoted(const std::string& message, size_t from = 0) {
  size_t begin = message.find('\'', from);
  size_t end = begin == std::string::npos ? begin : message.find('\'', begin + 1);
  return end == std::string::npos ? "" : message.substr(begin + 1, end - begin - 1);
}

bool of_trees(const std::string& module) { return module.starts_with("vllm") || module.starts_with("transformers"); }

// What the source did not raise by its own words may be what our torch or library lacks, and then it says nothing about the model.
bool may_be_our_gap(const Interpreter::Failure& failure) {
  const std::string& type = failure.type;
  const std::string& message = failure.message;
  if (type == "NameError" || type == "SyntaxError" || type == "RecursionError" || type == "NotImplementedError") return true;
  if (type == "ImportError") {
    size_t from = message.find(" from ");
    return from != std::string::npos && !of_trees(first_quoted(message, from));
  }
  if (type != "AttributeError") return false;
  if (message.starts_with("module ")) return !of_trees(first_quoted(message));
  static constexpr std::string_view native[] = {"Tensor", "Parameter", "Size", "dtype", "device", "function", "builtin_function_or_method", "str", "int", "float", "list", "tuple", "dict", "npu", "ndarray"};
  return std::find(std::begin(native), std::end(native), first_quoted(message)) != std::end(native);
}

}  // namespace

void summarize_run(Interpreter& interpreter, const std::optional<Interpreter::Failure>& failure, const AstOf& ast_of, graph::ModelRun& run) {
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
  for (const auto& [file, line] : failure->stack) run.stack.push_back({file, line, function_at(ast_of, file, line)});
  bool raised_by_trees = !run.stack.empty() && in_trees(run.stack.back().file);
  bool limits = std::any_of(interpreter.notes().begin(), interpreter.notes().end(), [](const Note& n) { return n.kind == NoteKind::Limit; });
  auto add_gap = [&](const char* what) {
    Diagnostic d;
    d.kind = Kind::UnsupportedPython;
    if (!run.stack.empty()) d.location = {run.stack.back().file, run.stack.back().line};
    d.message = what + run.exception;
    run.diagnostics.push_back(std::move(d));
  };
  if (raised_by_trees && !raises_itself(ast_of, run.stack.back()) && may_be_our_gap(*failure)) {
    gaps = true;
    add_gap("this cannot be followed: ");
  } else if (graph_made && (!raised_by_trees || assumed || gaps || limits)) {
    add_gap("the step is followed up to here only: ");
  }
  if (raised_by_trees && !assumed && !gaps && !limits) {
    run.status = graph::Status::Rejected;
  } else {
    run.status = graph_made ? graph::Status::Partial : graph::Status::Failed;
  }
}

}  // namespace fusescout::vllm
