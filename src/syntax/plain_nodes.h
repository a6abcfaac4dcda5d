// What both halves of the plain reader share: tokens, and nodes made of them. Internal to src/syntax.
#pragma once

#include <algorithm>

#include "syntax/concrete_tree.h"
#include "syntax/tokens.h"

namespace fusescout::syntax {

// Thrown away as a whole when something is not plain: nothing is ever repaired.
struct NotPlain {};

class PlainNodes {
 protected:
  using K = ConcreteKind;
  using NodeRef = uint32_t;

  PlainNodes(ConcreteTree& tree, const std::vector<Token>& tokens) : tree_(tree), tokens_(tokens) {}

  // --- tokens
  const Token& now() const { return tokens_[at_]; }
  const Token& ahead(size_t n = 1) const { return tokens_[std::min(at_ + n, tokens_.size() - 1)]; }
  static bool is(const Token& t, TokenKind kind, std::string_view text) { return t.kind == kind && t.code == code_of(text); }
  bool at_op(std::string_view text) const { return is(now(), TokenKind::Operator, text); }
  bool at_word(std::string_view text) const { return is(now(), TokenKind::Keyword, text); }
  std::string_view text(const Token& t) const { return tree_.source.substr(t.start, t.end - t.start); }
  void advance() { ++at_; }
  bool skip_op(std::string_view text) { return at_op(text) ? (advance(), true) : false; }
  bool skip_word(std::string_view text) { return at_word(text) ? (advance(), true) : false; }
  void expect_op(std::string_view text) { if (!skip_op(text)) throw NotPlain(); }
  void expect_word(std::string_view text) { if (!skip_word(text)) throw NotPlain(); }
  void expect(TokenKind kind) { if (now().kind != kind) throw NotPlain(); advance(); }

  // --- nodes
  struct Place { uint32_t start, line, column; };
  Place here() const { return {now().start, now().line, now().column}; }
  Place place_of(NodeRef id) const { return {tree_.nodes[id].start, tree_.nodes[id].line, tree_.nodes[id].column}; }

  // The current token as a node.
  NodeRef leaf(K kind) {
    const Token& t = now();
    tree_.nodes.push_back({kind, Field::none, false, t.start, t.end, t.line, t.end_line, t.column, 0, 0});
    advance();
    return static_cast<NodeRef>(tree_.nodes.size() - 1);
  }
  NodeRef name() {
    if (now().kind != TokenKind::Name) throw NotPlain();
    return leaf(K::identifier);
  }
  // Children wait on a stack until the node around them is made.
  size_t mark() const { return waiting_.size(); }
  void push(NodeRef child, Field field = Field::none) {
    tree_.nodes[child].field = field;
    waiting_.push_back(child);
  }
  void push_token(Field field = Field::none) { push(leaf(K::anonymous), field); }
  // From `place` to the token before this one; its children are those since `mark`.
  NodeRef make(K kind, Place place, size_t mark) {
    const Token& last = tokens_[at_ - 1];
    auto id = static_cast<NodeRef>(tree_.nodes.size());
    tree_.nodes.push_back({kind, Field::none, false, place.start, last.end, place.line, last.end_line, place.column, 0, 0});
    return adopt(id, mark);
  }
  NodeRef adopt(NodeRef id, size_t mark) {
    for (size_t i = mark; i < waiting_.size(); ++i) {
      if (i == mark) tree_.nodes[id].first_child = waiting_[i];
      else tree_.nodes[waiting_[i - 1]].next = waiting_[i];
    }
    waiting_.resize(mark);
    return id;
  }
  NodeRef around(K kind, Place place, NodeRef child, Field field = Field::none) {
    size_t m = mark();
    push(child, field);
    return make(kind, place, m);
  }

  void move(Position& position, uint32_t to) const {
    for (; position.at < to; ++position.at) {
      if (tree_.source[position.at] != '\n') continue;
      ++position.line;
      position.line_start = position.at + 1;
    }
  }

  // One level further inside: no deeper than the conversion would follow.
  class Deeper {
   public:
    explicit Deeper(uint32_t& depth) : depth_(depth) {
      if (++depth_ > 100) throw NotPlain();
    }
    ~Deeper() { --depth_; }

   private:
    uint32_t& depth_;
  };

  ConcreteTree& tree_;
  const std::vector<Token>& tokens_;
  size_t at_ = 0;
  std::vector<NodeRef> waiting_;
  uint32_t depth_ = 0;
};

class PlainExpressions : protected PlainNodes {
 public:
  PlainExpressions(ConcreteTree& tree, const std::vector<Token>& tokens) : PlainNodes(tree, tokens) {}
  // All tokens are one expression: what stands between the braces of an f-string.
  NodeRef only_expression();

 protected:
  NodeRef expression();                  // with `if else`, lambda, `:=`
  NodeRef expressions();                 // `a, *b`: an expression_list where there is a comma
  NodeRef starred_or_expression();
  NodeRef target();                      // of `for` and `as`
  NodeRef targets();
  NodeRef yield();
  NodeRef annotation();
  NodeRef parameters(bool of_lambda);
  NodeRef arguments();
  bool ends_expressions() const;

 private:
  // In an annotation, but not inside brackets there, `name[...]` has a node of its own.
  class Type {
   public:
    Type(PlainExpressions& owner, bool value) : flag_(owner.in_type_), before_(flag_) { flag_ = value; }
    ~Type() { flag_ = before_; }

   private:
    bool &flag_, before_;
  };
  void no_type() const { if (in_type_) throw NotPlain(); }
  NodeRef disjunction();
  NodeRef conjunction();
  NodeRef inversion();
  NodeRef comparison();
  NodeRef binary(int level);
  NodeRef unary();
  NodeRef power();
  NodeRef primary();
  NodeRef atom();
  NodeRef lambda();
  NodeRef parameter(bool of_lambda);
  NodeRef subscript(NodeRef object);
  NodeRef generic_type(NodeRef object);
  NodeRef slice_or_expression();
  void comprehension_clauses();
  NodeRef in_parentheses();
  NodeRef in_brackets();
  NodeRef in_braces();
  NodeRef strings();
  NodeRef string(const Token& token);
  void interpolations(const Token& token, Position& position, uint32_t begin, uint32_t end, bool in_format);
  NodeRef interpolation(const Token& token, Position& position, uint32_t end);
  NodeRef node_at(K kind, uint32_t begin, uint32_t end, Position& position);

  bool in_type_ = false;
};

}  // namespace fusescout::syntax
