// The result of src/fusion: every candidate with its verdict. Data only; report and contract read it.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "diagnostics/diagnostic.h"
#include "fusion/pricer.h"
#include "graph/graph.h"

namespace fusescout::fusion {

using diagnostics::Location;

enum class Verdict : uint8_t {
  Opportunity,
  AlreadyFused,  // the group is one kernel today: `by`
  Available,     // a kernel with this meaning exists, but this path does not call it: `by`
  Blocked,       // a condition does not hold
  NoGain,        // legal, but the accept rule says no
  BrokenPass,    // a graph pass of the trees that is on and cannot match what the code emits
};
std::string_view verdict_name(Verdict verdict);        // "opportunity", "already_fused", ...

enum class Family : uint8_t { Norm, MatMul, MoE, Attention, Activation, Vector };
std::string_view family_name(Family family);           // "Norm", ...

struct Span {                                          // lines of one source file, inclusive
  Symbol file;
  uint32_t first_line = 0, last_line = 0;
  friend bool operator==(const Span&, const Span&) = default;
};

// One checked requirement, kept whether it holds or not.
struct Condition {
  std::string name;      // "single_user", "dtype", "contiguous", ...
  bool holds = true;
  std::string value;     // what was found: "3 users"
  std::string reason;    // lower case, no full stop
};

struct InterfaceTensor {
  std::string name;              // after the source's variable or parameter, unique in the interface
  graph::TensorId tensor;
  bool mutated = false;          // an input that is written in place
  bool parameter = false;        // a weight
};
struct InterfaceScalar { std::string name, type, value; };  // "eps", "float", "1e-06"
struct Interface {
  std::string name;              // "fused_add_rms_norm"
  std::vector<InterfaceTensor> inputs;
  std::vector<InterfaceScalar> scalars;
  std::vector<InterfaceTensor> outputs;
};

// The same finding in one decoder layer.
struct Occurrence {
  Symbol layer;                          // "model.layers.3"; empty: outside the layers
  std::vector<graph::OperatorId> operators;
  std::vector<graph::KernelId> kernels;  // that hold them today
};

struct FusedBy {                         // who does it already, or could
  std::string name;                      // kernel, pass, class
  std::string how;                       // "kernel", "graph pass", "override", "patch", "registry", "layer" (that holds a merged weight)
  Location location;
  std::string guard;                     // under which condition; may be empty
  std::string signature = {};            // of a kernel that exists, for who would call it; may be empty
};

struct Finding {
  std::string id;                        // stable from run to run: pattern, place, and a number when both are equal
  std::string pattern;                   // "add_rms_norm", "elementwise_chain"
  Family family = Family::Vector;
  std::string kind;                      // "pattern", "chain", "horizontal", "layout" (a copy or cast goes), "repeated" (work done more than once),
                                         // "kernel" (of a catalogue's kernel without a pattern), "merged" (weights side by side), "pass"
  std::string name_zh, name_en;
  std::string today_zh, today_en;        // "3 kernels: ..."
  std::string target_zh, target_en;
  std::string why_zh, why_en;            // why it helps
  Verdict verdict = Verdict::Blocked;
  std::string reason;                    // of everything that is no opportunity
  bool part = false;                     // of a larger variant of its pattern that comes to nothing in these places
  std::string alternative_to;            // of an opportunity: id of the better one that takes a kernel of it; not in the sum
  std::vector<Span> locations;           // where the operators stand; the first is the primary one
  std::vector<Occurrence> occurrences;   // one for each layer; the first is the representative
  std::vector<std::string> layers;       // names of them
  std::vector<std::string> operators_text;   // "add(x, residual)", ...
  std::vector<std::string> kernels_text;     // names of today's kernels, representative layer
  std::vector<FusedBy> by;
  std::vector<Condition> conditions;
  Interface interface;
  std::vector<ProposedKernel> proposal;  // of the representative
  double bytes_saved = 0;                // device memory neither written nor read any more, one occurrence
  int launches_saved = 0;                // of one occurrence
  Price price;                           // of one occurrence
  Estimate step_gain;                    // over all occurrences
  double step_share = 0;                 // of the step, nominal; low and high beside it
  double step_share_low = 0, step_share_high = 0;
  Feasibility feasibility;
  std::vector<std::string> risks;
};

struct Analysis {
  std::vector<Finding> findings;         // opportunities first, by gain; then by place
  Estimate step_time;
  Estimate step_time_after;              // all opportunities and available kernels applied, alternatives left out
};

}  // namespace fusescout::fusion
