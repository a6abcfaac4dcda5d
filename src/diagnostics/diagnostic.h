// What the program has to say about its own reading of the sources: never about fusion. Text starts lower case, code in backticks, no full stop.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/symbol.h"

namespace fusescout::diagnostics {

enum class Kind : uint8_t {
  SyntaxError,       // a source file that is not Python
  OpaqueCall,        // a call whose meaning is unknown: it is in the graph, with no operators
  UnknownValue,      // a value that the evaluator could not compute reached the forward pass
  Assumption,        // a branch was decided by rule on an unknown value
  Condition,         // a branch was decided on a symbolic integer: the result holds for this scenario
  Limit,             // steps, depth, memory or time ran out
  UnsupportedPython, // a feature of Python that the evaluator lacks
  SignatureMismatch, // a catalogue entry does not fit the call
  ShapeMismatch,     // a body and its fake_impl disagree
  MissingFile,       // a source that was looked for is not there
};
std::string_view kind_name(Kind kind);               // "opaque-call"

struct Location {
  Symbol file;                                       // relative to the tree: "vllm/model_executor/layers/linear.py"; empty: none
  uint32_t line = 0;                                 // 1-based
  friend bool operator==(const Location&, const Location&) = default;
};

struct Diagnostic {
  Kind kind = Kind::UnknownValue;
  Location location;
  std::string message;
  std::vector<std::pair<Location, std::string>> labels;  // further places that explain it, each with a word
  uint32_t count = 1;                                // how often it arose (once a layer, say)
};

// Sorted by place, equal ones counted together.
std::vector<Diagnostic> merge(std::vector<Diagnostic> diagnostics);
// "vllm/x.py:12: opaque-call: `foo` has no meaning in the catalogue (61 times)"
std::string to_text(const Diagnostic& diagnostic);

}  // namespace fusescout::diagnostics
