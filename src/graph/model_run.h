// One model in one scenario, evaluated: what src/vllm hands over and everything after it reads. Data only.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "diagnostics/diagnostic.h"
#include "graph/graph.h"
#include "graph/scenario.h"
#include "graph/wrapper.h"

namespace fusescout::graph {

enum class Status : uint8_t {
  Complete,   // no opaque call, no assumption beyond the scenario's facts
  Partial,    // a graph, with gaps that the diagnostics name
  Rejected,   // the trees' own code raises on this config or platform
  Failed,     // no graph
};
std::string_view status_name(Status status);

using diagnostics::Location;

// A class that takes part, with what vllm-ascend makes of it.
struct ClassUse {
  std::string name;
  Location upstream;
  std::string replaced_by;      // empty: not replaced
  Location replacement;
  std::string replaced_how;     // "patch", "override" (register_oot), "registry"
  uint32_t count = 1;           // instances
};

struct ModelClasses {           // what the report's section 1 and `locate` name; each list in order of first use
  std::vector<ClassUse> main, decoder_layer, attention, mlp, moe;
};

struct StackEntry { Symbol file; uint32_t line = 0; std::string function; };

// A graph pass of the trees that was registered for this scenario, and what it did.
struct PassResult {
  // A match whose replacement is several launches: the kernels of the graph stay as they were.
  struct Apart {
    std::vector<std::string> kernels;      // that the replacement launches
    std::vector<EntryId> calls;            // that it replaces
  };
  std::string pass, pattern;    // class names
  Location location;            // of the pattern class
  std::vector<std::pair<std::string, std::string>> constants;
  bool registered = true;
  int64_t range_low = 0, range_high = 0;   // compile range it applies to; both 0: any
  bool applicable = true;
  int matches = 0;
  int refused = 0;              // found by structure, turned down by a check
  std::string why;              // of no match
  std::vector<std::string> absent;  // operators of the pattern that the step never calls
  Location nearest;             // the line of the model's code that comes nearest,
  Location differs;             // and the line of the pattern that is another there
  std::string stops;            // why its replacement ends the compilation; empty: it does not
  std::vector<Apart> apart;
};

struct ModelRun {
  std::string model;            // as asked for
  std::string architecture;     // registry key
  Scenario scenario;
  Status status = Status::Failed;
  Graph graph;                  // entries, kernels after graph passes (Kernel::fused_by)
  std::vector<Wrapper> wrappers; // an inner one before the one that calls it
  ModelClasses classes;
  std::vector<PassResult> passes;
  // What counts as the model's own code, for the place that an operator is shown at: folders of registered models, and functions from
  // elsewhere that were put in place of one of a model's or module's (file, qualified name).
  std::vector<std::string> model_folders;   // "vllm/model_executor/models/"
  std::vector<std::pair<Symbol, Symbol>> model_functions;
  std::vector<diagnostics::Diagnostic> diagnostics;
  std::string exception;        // Rejected or Failed: "ValueError: ..."
  std::vector<StackEntry> stack;  // its Python stack, outermost first
  std::vector<std::pair<std::string, std::string>> versions;  // "vllm" -> "0.17.0"
  uint64_t steps = 0;           // statements executed
  double milliseconds = 0;
  std::vector<std::pair<std::string, double>> phases;   // "forward" -> milliseconds of processor time
};

}  // namespace fusescout::graph
