// Symbolic integers: an expression over named symbols (T = tokens, B = sequences, L = context, ...) together with the scenario's value.
// Expressions are hash-consed and normalised to sums of products, so equal expressions have equal ids.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/symbol.h"

namespace fusescout::graph {

struct ExprId {
  uint32_t index = 0;  // 0: a plain constant, which needs no expression
  friend constexpr bool operator==(ExprId, ExprId) = default;
};

// A concolic integer: `value` holds in the scenario at hand; `expr` says how it depends on the symbols.
struct Dim {
  int64_t value = 0;
  ExprId expr;
  constexpr Dim() = default;
  constexpr Dim(int64_t v) : value(v) {}  // NOLINT: a plain integer is a Dim
  constexpr Dim(int64_t v, ExprId e) : value(v), expr(e) {}
  constexpr bool symbolic() const { return expr.index != 0; }
  friend constexpr bool operator==(const Dim&, const Dim&) = default;
};

enum class ExprOp : uint8_t { Symbol, FloorDiv, Mod, Min, Max };

class Expressions {
 public:
  Expressions();
  Dim symbol(Symbol name, int64_t value);       // the same name twice gives the same expression and the first value
  Dim add(Dim a, Dim b);
  Dim sub(Dim a, Dim b);
  Dim mul(Dim a, Dim b);
  Dim floor_div(Dim a, Dim b);                  // Python's: rounds down; b.value != 0
  Dim mod(Dim a, Dim b);                        // Python's sign rule; b.value != 0
  Dim min(Dim a, Dim b);
  Dim max(Dim a, Dim b);
  Dim neg(Dim a) { return mul(a, Dim(-1)); }
  // "8*T", "T*B + 1", "T//2"; a constant prints its value.
  std::string to_string(Dim dim) const;
  // Reads what to_string writes; unknown symbols get the value 0. False, and {0}, when the text is no expression.
  bool parse(const std::string& text, Dim& out);
  // The value under other values of the symbols (missing ones keep theirs).
  int64_t evaluate(Dim dim, const std::map<Symbol, int64_t>& symbols) const;
  size_t term_count(Dim dim) const;             // of the sum of products; 1 for a constant
  int64_t symbol_value(Symbol name) const;      // 0 when unknown
  const std::map<std::string, int64_t>& symbols() const { return symbol_values_; }

 private:
  // An atom is a symbol or an operation that is no polynomial; a polynomial maps sorted lists of atoms to coefficients.
  struct Atom { Symbol name; ExprOp op = ExprOp::Symbol; Dim a, b; };
  using Monomial = std::vector<uint32_t>;
  using Polynomial = std::map<Monomial, int64_t>;
  Polynomial polynomial_of(Dim dim) const;
  Dim intern(Polynomial polynomial, int64_t value);
  Dim atom(const Atom& atom, int64_t value);
  std::string atom_text(const Atom& atom) const;
  int64_t evaluate_atom(const Atom& atom, const std::map<Symbol, int64_t>& symbols) const;

  std::vector<Atom> atoms_;
  std::map<std::string, uint32_t> atom_ids_;
  std::vector<Polynomial> polynomials_;         // by ExprId::index
  std::map<Polynomial, uint32_t> polynomial_ids_;
  std::map<std::string, int64_t> symbol_values_;
};

}  // namespace fusescout::graph
