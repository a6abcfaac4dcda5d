// From the concrete tree to the Ast. Internal to src/syntax; parse() is the front door.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "syntax/ast.h"
#include "syntax/concrete_tree.h"

namespace fusescout::syntax {

class Converter {
 public:
  Converter(const ConcreteTree& tree, Ast& ast);
  void run();

 private:
  using C = ConcreteNode;
  using K = ConcreteKind;
  using Ids = std::vector<NodeId>;

  // --- reading the concrete tree
  const C* first(const C& n) const { return n.first_child == 0 ? nullptr : &tree_.nodes[n.first_child]; }
  const C* next(const C& n) const { return n.next == 0 ? nullptr : &tree_.nodes[n.next]; }
  const C* field(const C& n, Field f) const;
  std::vector<const C*> named(const C& n) const;      // children that are no tokens
  bool has_token(const C& n, std::string_view text) const;
  std::string_view text(const C& n) const { return tree_.text(n); }

  // --- writing the Ast
  NodeId add(NodeKind kind, const C& at, const Ids& children = {}, uint8_t flag = 0, uint32_t value = 0, uint32_t value2 = 0);
  uint32_t symbol(std::string_view text);
  void fail(const C& at, std::string message);
  std::string unexpected(const C& n) const;

  // --- statements (convert_statement.cpp)
  NodeId block(const C& n);
  void statements_of(const C& n, Ids& out);
  void statement(const C& n, Ids& out);
  NodeId statement_node(const C& n);
  NodeId if_statement(const C& n);
  NodeId elif_chain(const std::vector<const C*>& alternatives, size_t i);
  NodeId try_statement(const C& n);
  NodeId with_statement(const C& n);
  void with_items(const C& value, Ids& out);
  NodeId function(const C& n, const Ids& decorators);
  NodeId class_definition(const C& n, const Ids& decorators);
  NodeId match_statement(const C& n);
  NodeId pattern(const C& n);
  NodeId dotted_value(const C& n);
  NodeId patterns_as_sequence(const std::vector<const C*>& patterns, bool always, const C& at);
  NodeId import(const C& n);
  uint32_t dotted(const C& n);
  NodeId assignment(const C& n);
  NodeId orelse(const C* clause);

  // --- expressions (convert_expression.cpp)
  NodeId expression(const C& n);
  NodeId expressions(const C& n, const std::vector<const C*>& parts, bool tuple);
  NodeId parameters(const C* n, const C& at);
  NodeId arguments(const C& n);
  NodeId comparison(const C& n);
  NodeId comprehension(const C& n, NodeKind kind);
  NodeId subscript(const C& n);
  NodeId slice(const C& n);
  NodeId number(const C& n);
  NodeId string(const C& n);
  NodeId type(const C& n);
  void collect_string(const C& n, Ids& parts, std::string& pending, bool& bytes, bool& formatted);
  void flush_string(const C& n, Ids& parts, std::string& pending);
  NodeId format_spec(const C& n);

  const ConcreteTree& tree_;
  Ast& ast_;
  std::unordered_map<std::string_view, uint32_t> symbols_;
  bool failed_ = false;             // something in the statement at hand could not be converted
  uint32_t depth_ = 0;
  bool yields_ = false;             // a `yield` was met in the function at hand
};

// "\n", "\x41", "\N{...}" and so on resolved; `bytes`: no \u and \N.
std::string unescape(std::string_view text, bool bytes);

}  // namespace fusescout::syntax
