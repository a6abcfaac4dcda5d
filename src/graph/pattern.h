// A fusion of the panorama as data: what `patterns/<family>/<name>.py` says, evaluated once (docs/patterns.md describes the notation).
// The catalogue layer runs the file and hands its text form to parse_pattern; src/fusion matches it on canonical operators.
//
//   pattern add_rms_norm norm
//   name "Add + RMSNorm" "残差 Add + RMSNorm"                   en, zh
//   why "one pass over the row" "对行只读写一次"
//   source patterns/norm/add_rms_norm.py
//   graph                                                       one for each variant
//     called "Add + RMSNorm + SiLU" "Add + RMSNorm + SiLU"      optional: the variant has a name of its own
//     %0 = add(%x, %residual)
//     %1 = ?cast(%0)                                            optional: where it is absent its result is its operand
//     %2 = rms_norm(%1, %weight, ..., eps=$eps)                 `...`: any further operands; left out attributes are free
//     %3 = silu|gelu(%2[0/2])                                   one of several kinds; the first half of the last axis of %2
//     output %2, %0
//     kernel %2, %3                                             optional: the group becomes several kernels, and what makes these is one of them
//   replacement                                                 optional; of a compound: exactly one operator
//     ...
//   only %x.rank > 1                                            where this does not hold it is another thing, not a blocked one
//   require %x.dtype == "bf16" and %x.shape[-1] % 16 == 0 : "the row is not a multiple of 32 bytes"
//
// Operands: `%x` the whole tensor, `%x[*]` any part of it, `%x[0/2]` a part of the last axis, `%x[even]` and `%x[odd]` its elements,
// `%x[first]` some columns and `%x[rest]` those that follow them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/error_or.h"
#include "base/symbol.h"
#include "graph/graph.h"

namespace fusescout::graph {

enum class Selector : uint8_t { Whole, Any, Part, Even, Odd, First, Rest };

struct PatternOperand {
  uint32_t value = 0;                 // index into PatternGraph::values
  Selector selector = Selector::Whole;
  uint8_t part = 0, parts = 0;        // Part: the part-th of `parts` equal pieces of the last axis
};

struct PatternValue {
  Symbol name;                        // without the %
  uint32_t node = UINT32_MAX;         // that makes it; UINT32_MAX: an input
  uint32_t output = 0;
};

struct Metavariable { Symbol name; };  // of an attribute: bound by the first match, then equal
using PatternAttribute = std::variant<Attribute, Metavariable>;

struct PatternNode {
  std::vector<Symbol> kinds;          // one of them
  std::vector<PatternOperand> operands;
  bool rest = false;                  // any further operands
  std::vector<std::pair<Symbol, PatternAttribute>> attributes;
  std::vector<uint32_t> outputs;      // values, in order; an operator may have more
};

struct PatternGraph {                 // optional operators are resolved: each combination is a graph of its own
  std::string name_en, name_zh;       // of a variant that is called otherwise than the pattern; empty: like it
  std::vector<PatternValue> values;
  std::vector<PatternNode> nodes;     // in order of execution
  std::vector<uint32_t> outputs;
  std::vector<std::vector<uint32_t>> kernels;   // nodes, by kernel that takes their place; empty: all are one
};

enum class PredicateOp : uint8_t {
  Number, Text, DType, Rank, Size, Extent, Users, Contiguous, Parameter, Attended, Item, Attribute,  // leaves
  Add, Sub, Mul, FloorDiv, Mod, Eq, Ne, Lt, Le, Gt, Ge, And, Or, Not,
};

// A condition on a match; a tree. Numbers are doubles (exact for what occurs), truth is a number.
struct Predicate {
  PredicateOp op = PredicateOp::Number;
  double number = 0;                  // Number; Extent: the axis
  std::string text;                   // Text; Attribute: the metavariable
  Symbol value;                       // the pattern's value that DType, Rank, Size (elements), Extent, Users, Contiguous, Parameter, Attended, Item (bytes) ask
  std::vector<Predicate> arguments;
};

struct PatternRequirement {
  Predicate predicate;
  std::string text;                   // as written
  std::string reason;                 // of a no; lower case, no full stop. Empty (`only`): part of the pattern, where it fails there is no match
};

struct Pattern {
  std::string name;                   // "add_rms_norm"
  std::string family;                 // the folder: norm, matmul, moe, attention, activation, vector; or compound
  std::string name_en, name_zh;
  std::string why_en, why_zh;
  std::string source;                 // "patterns/norm/add_rms_norm.py"
  std::vector<PatternGraph> graphs;   // the largest first
  std::vector<PatternGraph> replacement;  // none or one
  std::vector<PatternRequirement> requirements;
  bool compound() const { return family == "compound"; }  // raises primitive code to one operator; is no fusion by itself
};

// Several patterns may follow each other. An error names the line.
ErrorOr<std::vector<Pattern>> parse_patterns(std::string_view text);
// Its text form: parse_patterns reads it back.
std::string to_text(const Pattern& pattern);

}  // namespace fusescout::graph
