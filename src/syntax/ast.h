// The compact abstract syntax tree of one Python file (Python 3.8 to 3.12 source). Flat arrays: one `Node` per construct, children as
// ranges of `Ast::children`, so that a tree is written to and read from the cache as it is. Nothing outside src/syntax sees tree-sitter.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/symbol.h"

namespace fusescout::syntax {

using NodeId = uint32_t;
inline constexpr NodeId no_node = UINT32_MAX;  // an absent optional child

// Children in order, in square brackets; `?` may be no_node; `*` any number; `value` names what Node::value holds.
// Operators and flags are in Node::flag. Parentheses leave no trace. Comments are dropped.
enum class NodeKind : uint8_t {
  // --- statements
  Module,        // [statement*]
  Block,         // [statement*]                       every suite is a Block
  FunctionDef,   // [Parameters, Block, returns?, decorator*]   value = name symbol; flag bit 0 = async; bit 1 = is a generator (own yield)
  ClassDef,      // [Block, Arguments?, decorator*]    value = name symbol; Arguments as in Call
  Return,        // [expression?]
  Delete,        // [target*]
  Assign,        // [expression, target+]              a = b = v : [v, a, b]
  AugAssign,     // [target, expression]               flag = BinaryOp
  AnnAssign,     // [target, annotation, expression?]
  For,           // [target, iterable, Block, orelse?]   flag bit 0 = async
  While,         // [test, Block, orelse?]
  If,            // [test, Block, orelse?]             elif = orelse is a Block holding one If
  With,          // [Block, WithItem+]                 flag bit 0 = async
  WithItem,      // [expression, target?]
  Match,         // [subject, MatchCase+]
  MatchCase,     // [pattern, guard?, Block]
  Raise,         // [exception?, cause?]
  Try,           // [Block, orelse?, finally?, ExceptHandler*]
  ExceptHandler, // [type?, Block]                     value = name symbol or empty; flag bit 0 = except*
  Assert,        // [test, message?]
  Import,        // [ImportAlias+]
  ImportFrom,    // [ImportAlias+]                     value = dotted module symbol (may be empty); flag = number of leading dots
  ImportAlias,   // []                                 value = dotted name symbol ("*" for a star import); value2 = `as` symbol or empty
  Global,        // [Name+]
  Nonlocal,      // [Name+]
  ExpressionStatement,  // [expression]
  Pass, Break, Continue,  // []
  // --- expressions
  BoolOp,        // [operand, operand+]                flag = 0 and, 1 or
  NamedExpr,     // [Name, expression]                 :=
  BinaryOp,      // [left, right]                      flag = BinaryOperator
  UnaryOp,       // [operand]                          flag = UnaryOperator
  Lambda,        // [Parameters, expression]
  IfExpr,        // [test, then, else]
  Dict,          // [(key?, value)*]                   pairs; key == no_node for `**value`
  Set,           // [element+]
  ListComp,      // [element, Comprehension+]
  SetComp,       // [element, Comprehension+]
  DictComp,      // [key, value, Comprehension+]
  GeneratorExp,  // [element, Comprehension+]
  Comprehension, // [target, iterable, condition*]     flag bit 0 = async
  Await,         // [expression]
  Yield,         // [expression?]
  YieldFrom,     // [expression]
  Compare,       // [left, (right)+]                   operators: Ast::compare_ops[value .. value + n_rights)
  Call,          // [callee, Arguments]
  Arguments,     // [argument*]                        argument = expression | Starred | Keyword
  Keyword,       // [expression]                       value = name symbol; empty for `**expression`
  JoinedStr,     // [(StringLiteral | FormattedValue)*]   f-string
  FormattedValue,// [expression, format JoinedStr?]    flag = conversion 's' 'r' 'a' or 0; value = symbol of the source text if `=` given
  NoneLiteral, TrueLiteral, FalseLiteral, EllipsisLiteral,  // []
  IntLiteral,    // []                                 value = index into Ast::ints
  BigIntLiteral, // []                                 value = symbol of the digits (does not fit int64)
  FloatLiteral,  // []                                 value = index into Ast::floats
  ComplexLiteral,// []                                 value = index into Ast::floats (imaginary part)
  StringLiteral, // []                                 value = string symbol, escapes resolved, adjacent literals joined (UTF-8)
  BytesLiteral,  // []                                 value = string symbol
  Attribute,     // [object]                           value = name symbol
  Subscript,     // [object, index]                    a[b, c] has a Tuple as index
  Starred,       // [expression]
  Name,          // []                                 value = name symbol
  List,          // [element*]
  Tuple,         // [element*]
  Slice,         // [lower?, upper?, step?]
  // --- parameters
  Parameters,    // [Parameter*]                       in order of the source
  Parameter,     // [default?, annotation?]            value = name symbol; flag = ParameterKind
  // --- patterns of `match`
  PatternValue,  // [expression]                       compared with ==
  PatternSingleton, // [None/True/False literal]       compared with is
  PatternCapture,// []                                 value = name symbol; empty for `_`
  PatternSequence, // [pattern*]
  PatternStar,   // []                                 value = name symbol or empty
  PatternMapping,// [(key, pattern)*]                  value = `**rest` symbol or empty
  PatternClass,  // [class expression, pattern*]       keyword patterns are PatternKeyword
  PatternKeyword,// [pattern]                          value = name symbol
  PatternOr,     // [pattern+]
  PatternAs,     // [pattern]                          value = name symbol
  // --- what could not be parsed
  SyntaxError,   // []                                 stands where a statement would; the rest of the file is there
};

enum class BinaryOperator : uint8_t { Add, Sub, Mul, MatMul, Div, FloorDiv, Mod, Pow, LShift, RShift, BitAnd, BitOr, BitXor };
enum class UnaryOperator : uint8_t { Not, Neg, Pos, Invert };
enum class CompareOperator : uint8_t { Eq, NotEq, Lt, LtE, Gt, GtE, Is, IsNot, In, NotIn };
enum class ParameterKind : uint8_t { PositionalOnly, Normal, Star, KeywordOnly, DoubleStar };  // a bare `*` leaves no Parameter

struct Node {
  NodeKind kind = NodeKind::Pass;
  uint8_t flag = 0;
  uint16_t column = 0;           // 0-based, saturating
  uint32_t line = 0;             // 1-based, first line
  uint32_t end_line = 0;         // last line
  uint32_t first_child = 0;      // into Ast::children
  uint32_t child_count = 0;
  uint32_t value = 0;            // see NodeKind; a symbol is an index into Ast::symbols
  uint32_t value2 = 0;
};
static_assert(sizeof(Node) == 28);

// An array that is made here, or stands in memory of the cache, where it is read without being copied.
template <typename T> class Items {
 public:
  Items() = default;
  explicit Items(std::span<const T> elsewhere) : items_(elsewhere) {}
  Items(Items&& other) noexcept = default;               // a moved vector stays where it is
  Items& operator=(Items&& other) noexcept = default;

  void push_back(const T& item) {
    own_.push_back(item);
    items_ = own_;
  }
  void append(std::span<const T> more) {
    own_.insert(own_.end(), more.begin(), more.end());
    items_ = own_;
  }
  T& own(size_t i) { return own_[i]; }                   // of an array that was made here
  const T& operator[](size_t i) const { return items_[i]; }
  const T* data() const { return items_.data(); }
  size_t size() const { return items_.size(); }
  bool empty() const { return items_.empty(); }
  auto begin() const { return items_.begin(); }
  auto end() const { return items_.end(); }

 private:
  std::vector<T> own_;
  std::span<const T> items_;
};

struct Ast {
  Items<Node> nodes;                     // nodes[root] is the Module
  Items<NodeId> children;
  std::vector<Symbol> symbols;           // symbols[0] is the empty string; file-local numbering
  Items<int64_t> ints;
  Items<double> floats;
  Items<CompareOperator> compare_ops;
  NodeId root = 0;
  uint32_t first_error_line = 0;         // 0: the file is well formed
  std::string first_error;               // what is wrong there: "unexpected `)`"

  const Node& operator[](NodeId id) const { return nodes[id]; }
  std::span<const NodeId> children_of(const Node& node) const { return {children.data() + node.first_child, node.child_count}; }
  NodeId child(const Node& node, uint32_t i) const { return children[node.first_child + i]; }
  Symbol symbol(const Node& node) const { return symbols[node.value]; }
  // The docstring of a Module, FunctionDef or ClassDef, or empty.
  std::string_view docstring(NodeId definition) const;
};

}  // namespace fusescout::syntax
