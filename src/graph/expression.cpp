#include "graph/expression.h"

#include <algorithm>
#include <cctype>
#include <iterator>

#include "base/check.h"

namespace fusescout::graph {
namespace {

// Dimensions never come near the limits; a text may. Arithmetic then wraps instead of being undefined.
int64_t wrap_add(int64_t a, int64_t b) { return static_cast<int64_t>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b)); }
int64_t wrap_mul(int64_t a, int64_t b) { return static_cast<int64_t>(static_cast<uint64_t>(a) * static_cast<uint64_t>(b)); }

int64_t python_floor_div(int64_t a, int64_t b) {
  if (b == -1) return wrap_mul(a, -1);
  int64_t q = a / b;
  return (a % b != 0 && (a < 0) != (b < 0)) ? q - 1 : q;
}
int64_t python_mod(int64_t a, int64_t b) { return b == -1 ? 0 : a - python_floor_div(a, b) * b; }

}  // namespace

Expressions::Expressions() { polynomials_.emplace_back(); }

Expressions::Polynomial Expressions::polynomial_of(Dim dim) const {
  if (dim.symbolic()) return polynomials_[dim.expr.index];
  Polynomial constant;
  if (dim.value != 0) constant[{}] = dim.value;
  return constant;
}

Dim Expressions::intern(Polynomial polynomial, int64_t value) {
  std::erase_if(polynomial, [](const auto& term) { return term.second == 0; });
  if (polynomial.empty() || (polynomial.size() == 1 && polynomial.begin()->first.empty())) return Dim(value);
  auto [it, added] = polynomial_ids_.emplace(polynomial, static_cast<uint32_t>(polynomials_.size()));
  if (added) polynomials_.push_back(std::move(polynomial));
  return Dim(value, ExprId{it->second});
}

std::string Expressions::atom_text(const Atom& atom) const {
  auto wrap = [&](Dim d) {
    std::string text = to_string(d);
    return text.find_first_of(" +-*/%") == std::string::npos ? text : "(" + text + ")";
  };
  switch (atom.op) {
    case ExprOp::FloorDiv: return wrap(atom.a) + "//" + wrap(atom.b);
    case ExprOp::Mod: return wrap(atom.a) + "%" + wrap(atom.b);
    case ExprOp::Min: return "min(" + to_string(atom.a) + ", " + to_string(atom.b) + ")";
    case ExprOp::Max: return "max(" + to_string(atom.a) + ", " + to_string(atom.b) + ")";
    case ExprOp::Symbol: break;
  }
  return atom.name.str();
}

Dim Expressions::atom(const Atom& atom, int64_t value) {
  auto [it, added] = atom_ids_.emplace(atom_text(atom), static_cast<uint32_t>(atoms_.size()));
  if (added) atoms_.push_back(atom);
  return intern({{{it->second}, 1}}, value);
}

Dim Expressions::symbol(Symbol name, int64_t value) {
  symbol_values_.emplace(name.str(), value);
  return atom(Atom{name, ExprOp::Symbol, {}, {}}, symbol_values_.at(name.str()));
}

size_t Expressions::term_count(Dim dim) const { return dim.symbolic() ? polynomials_[dim.expr.index].size() : 1; }

int64_t Expressions::symbol_value(Symbol name) const {
  auto it = symbol_values_.find(name.str());
  return it == symbol_values_.end() ? 0 : it->second;
}

Dim Expressions::add(Dim a, Dim b) {
  if (!a.symbolic() && !b.symbolic()) return Dim(wrap_add(a.value, b.value));
  Polynomial sum = polynomial_of(a);
  for (const auto& [monomial, coefficient] : polynomial_of(b)) {
    int64_t& entry = sum[monomial];
    entry = wrap_add(entry, coefficient);
  }
  return intern(std::move(sum), wrap_add(a.value, b.value));
}

Dim Expressions::sub(Dim a, Dim b) { return add(a, neg(b)); }

Dim Expressions::mul(Dim a, Dim b) {
  if (!a.symbolic() && !b.symbolic()) return Dim(wrap_mul(a.value, b.value));
  if (a == Dim(1)) return b;
  if (b == Dim(1)) return a;
  Polynomial product;
  for (const auto& [m1, c1] : polynomial_of(a)) {
    for (const auto& [m2, c2] : polynomial_of(b)) {
      Monomial m = m1;
      m.insert(m.end(), m2.begin(), m2.end());
      std::sort(m.begin(), m.end());
      int64_t& entry = product[m];
      entry = wrap_add(entry, wrap_mul(c1, c2));
    }
  }
  return intern(std::move(product), wrap_mul(a.value, b.value));
}

Dim Expressions::floor_div(Dim a, Dim b) {
  CHECK(b.value != 0);
  int64_t value = python_floor_div(a.value, b.value);
  if (!a.symbolic() && !b.symbolic()) return Dim(value);
  if (a == b) return Dim(1);
  // Exact when the divisor is one monomial that divides every term: (T*8)//8, (T*B)//T.
  Polynomial divisor = polynomial_of(b);
  if (divisor.size() == 1) {
    const auto& [dm, dc] = *divisor.begin();
    Polynomial quotient;
    bool exact = true;
    for (const auto& [m, c] : polynomial_of(a)) {
      Monomial rest;
      if (python_mod(c, dc) != 0 || !std::includes(m.begin(), m.end(), dm.begin(), dm.end())) {
        exact = false;
        break;
      }
      std::set_difference(m.begin(), m.end(), dm.begin(), dm.end(), std::back_inserter(rest));
      quotient[rest] += python_floor_div(c, dc);
    }
    if (exact) return intern(std::move(quotient), value);
  }
  return atom(Atom{{}, ExprOp::FloorDiv, a, b}, value);
}

Dim Expressions::mod(Dim a, Dim b) {
  CHECK(b.value != 0);
  int64_t value = python_mod(a.value, b.value);
  if (!a.symbolic() && !b.symbolic()) return Dim(value);
  if (mul(floor_div(a, b), b) == a) return Dim(0);
  return atom(Atom{{}, ExprOp::Mod, a, b}, value);
}

Dim Expressions::min(Dim a, Dim b) {
  if (a == b) return a;
  int64_t value = std::min(a.value, b.value);
  if (!a.symbolic() && !b.symbolic()) return Dim(value);
  return atom(Atom{{}, ExprOp::Min, a, b}, value);
}

Dim Expressions::max(Dim a, Dim b) {
  if (a == b) return a;
  int64_t value = std::max(a.value, b.value);
  if (!a.symbolic() && !b.symbolic()) return Dim(value);
  return atom(Atom{{}, ExprOp::Max, a, b}, value);
}

std::string Expressions::to_string(Dim dim) const {
  if (!dim.symbolic()) return std::to_string(dim.value);
  std::string text;
  const Polynomial& polynomial = polynomials_[dim.expr.index];
  // Higher terms first, the constant last.
  for (auto it = polynomial.rbegin(); it != polynomial.rend(); ++it) {
    const auto& [monomial, coefficient] = *it;
    uint64_t magnitude = coefficient < 0 ? 0 - static_cast<uint64_t>(coefficient) : static_cast<uint64_t>(coefficient);
    if (text.empty()) text += coefficient < 0 ? "-" : "";
    else text += coefficient < 0 ? " - " : " + ";
    std::string product;
    if (magnitude != 1 || monomial.empty()) product = std::to_string(magnitude);
    for (uint32_t id : monomial) {
      if (!product.empty()) product += "*";
      bool division = atoms_[id].op == ExprOp::FloorDiv || atoms_[id].op == ExprOp::Mod;
      std::string part = atom_text(atoms_[id]);
      product += division && (monomial.size() > 1 || magnitude != 1) ? "(" + part + ")" : part;
    }
    text += product;
  }
  return text;
}

int64_t Expressions::evaluate_atom(const Atom& atom, const std::map<Symbol, int64_t>& symbols) const {
  if (atom.op == ExprOp::Symbol) {
    auto it = symbols.find(atom.name);
    return it != symbols.end() ? it->second : symbol_value(atom.name);
  }
  int64_t a = evaluate(atom.a, symbols), b = evaluate(atom.b, symbols);
  switch (atom.op) {
    case ExprOp::FloorDiv: return b == 0 ? 0 : python_floor_div(a, b);
    case ExprOp::Mod: return b == 0 ? 0 : python_mod(a, b);
    case ExprOp::Min: return std::min(a, b);
    default: return std::max(a, b);
  }
}

int64_t Expressions::evaluate(Dim dim, const std::map<Symbol, int64_t>& symbols) const {
  if (!dim.symbolic()) return dim.value;
  int64_t sum = 0;
  for (const auto& [monomial, coefficient] : polynomials_[dim.expr.index]) {
    int64_t product = coefficient;
    for (uint32_t id : monomial) product = wrap_mul(product, evaluate_atom(atoms_[id], symbols));
    sum = wrap_add(sum, product);
  }
  return sum;
}

namespace {

// Recursive descent over what to_string writes.
struct Parser {
  Expressions& expressions;
  const std::string& text;
  size_t at = 0;
  bool ok = true;
  int depth = 0;

  void skip() {
    while (at < text.size() && text[at] == ' ') ++at;
  }
  bool take(std::string_view token) {
    skip();
    if (text.compare(at, token.size(), token) != 0) return false;
    at += token.size();
    return true;
  }
  Dim sum() {
    if (++depth > 64) ok = false;
    if (!ok) return Dim(0);
    Dim result = take("-") ? expressions.neg(term()) : term();
    while (ok) {
      if (take("+")) result = expressions.add(result, term());
      else if (take("-")) result = expressions.sub(result, term());
      else break;
    }
    --depth;
    return result;
  }
  Dim divide(Dim a, Dim b, bool floor) {
    if (b.value == 0) ok = false;
    return !ok ? Dim(0) : floor ? expressions.floor_div(a, b) : expressions.mod(a, b);
  }
  Dim multiply(Dim a, Dim b) {
    if (expressions.term_count(a) * expressions.term_count(b) > 256) ok = false;  // a product of sums grows without bounds
    return ok ? expressions.mul(a, b) : Dim(0);
  }
  Dim term() {
    Dim result = factor();
    while (ok) {
      if (take("//")) result = divide(result, factor(), true);
      else if (take("%")) result = divide(result, factor(), false);
      else if (take("*")) result = multiply(result, factor());
      else break;
    }
    return result;
  }
  Dim factor() {
    if (take("(")) {
      Dim inner = sum();
      if (!take(")")) ok = false;
      return inner;
    }
    bool is_min = take("min("), is_max = !is_min && take("max(");
    if (is_min || is_max) {
      Dim a = sum();
      if (!take(",")) ok = false;
      Dim b = sum();
      if (!take(")")) ok = false;
      return is_min ? expressions.min(a, b) : expressions.max(a, b);
    }
    skip();
    size_t start = at;
    auto is = [&](auto predicate) { return at < text.size() && predicate(static_cast<unsigned char>(text[at])); };
    if (is([](int c) { return std::isdigit(c); })) {
      uint64_t value = 0;   // the most negative number is the negation of one that does not fit
      while (is([](int c) { return std::isdigit(c); }) && at - start < 19) value = value * 10 + static_cast<uint64_t>(text[at++] - '0');
      return Dim(static_cast<int64_t>(value));
    }
    while (is([](int c) { return std::isalnum(c) || c == '_'; })) ++at;
    if (at == start) ok = false;
    if (!ok) return Dim(0);
    Symbol name(std::string_view(text).substr(start, at - start));
    return expressions.symbol(name, expressions.symbol_value(name));
  }
};

}  // namespace

bool Expressions::parse(const std::string& text, Dim& out) {
  out = Dim(0);
  if (text.size() > 1000) return false;
  Parser parser{*this, text};
  out = parser.sum();
  parser.skip();
  if (parser.ok && parser.at == text.size()) return true;
  out = Dim(0);
  return false;
}

}  // namespace fusescout::graph
