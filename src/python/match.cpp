// The `match` statement.
#include "python/interpreter.h"
#include "python/names.h"

namespace fusescout::python {

using syntax::Ast;
using syntax::no_node;
using syntax::Node;
using syntax::NodeId;
using syntax::NodeKind;

Interpreter::Flow Interpreter::execute_match(Frame& frame, const Node& node) {
  const Ast& ast = *frame.file->ast;
  auto children = ast.children_of(node);
  Value subject = evaluate(frame, children[0]);
  for (size_t i = 1; i < children.size(); ++i) {
    const Node& match_case = ast[children[i]];
    if (!match_pattern(frame, ast.child(match_case, 0), subject)) continue;
    NodeId guard = ast.child(match_case, 1);
    if (guard != no_node && !truth(evaluate(frame, guard))) continue;
    return execute_block(frame, ast.child(match_case, 2));
  }
  return Flow::Next;
}

bool Interpreter::match_pattern(Frame& frame, NodeId id, const Value& subject) {
  const Ast& ast = *frame.file->ast;
  const Node& node = ast[id];
  auto children = ast.children_of(node);
  switch (node.kind) {
    case NodeKind::PatternValue: return equal(subject, evaluate(frame, children[0]));
    case NodeKind::PatternSingleton: return subject.identical(evaluate(frame, children[0]));
    case NodeKind::PatternCapture:
      if (!ast.symbol(node).empty()) store_name(frame, id, subject);
      return true;
    case NodeKind::PatternOr:
      for (NodeId c : children) {
        if (match_pattern(frame, c, subject)) return true;
      }
      return false;
    case NodeKind::PatternAs:
      if (!match_pattern(frame, children[0], subject)) return false;
      store_name(frame, id, subject);
      return true;
    case NodeKind::PatternSequence: {
      Value plain = unwrap(subject);
      if (plain.as<List>() == nullptr && plain.as<Tuple>() == nullptr) return false;
      std::vector<Value> items = to_vector(plain);
      size_t star = children.size();
      for (size_t i = 0; i < children.size(); ++i) {
        if (ast[children[i]].kind == NodeKind::PatternStar) star = i;
      }
      if (star == children.size() ? items.size() != children.size() : items.size() + 1 < children.size()) return false;
      size_t behind = star == children.size() ? 0 : children.size() - star - 1;
      for (size_t i = 0; i < children.size(); ++i) {
        if (i == star) {
          if (!ast.symbol(ast[children[i]]).empty())
            store_name(frame, children[i], list(std::vector<Value>(items.begin() + static_cast<ptrdiff_t>(star), items.end() - static_cast<ptrdiff_t>(behind))));
        } else if (!match_pattern(frame, children[i], i < star ? items[i] : items[items.size() - (children.size() - i)])) {
          return false;
        }
      }
      return true;
    }
    case NodeKind::PatternMapping: {
      auto* mapping = unwrap(subject).as<Dict>();
      if (mapping == nullptr) return false;
      Dict* rest = dict();
      for (const Dict::Entry& e : mapping->entries) {
        if (e.key.defined()) rest->set(*this, e.key, e.hash, e.value);
      }
      for (size_t i = 0; i + 1 < children.size(); i += 2) {
        Value key = evaluate(frame, children[i]);
        Value* found = dict_find(mapping, key);
        if (found == nullptr || !match_pattern(frame, children[i + 1], *found)) return false;
        dict_erase(rest, key);
      }
      if (!ast.symbol(node).empty()) store_name(frame, id, rest);
      return true;
    }
    case NodeKind::PatternClass: {
      Value cls = evaluate(frame, children[0]);
      if (!is_instance(subject, cls)) return false;
      std::vector<Value> positional_names;
      size_t next_positional = 0;
      for (size_t i = 1; i < children.size(); ++i) {
        const Node& part = ast[children[i]];
        if (part.kind == NodeKind::PatternKeyword) {
          Value v = find_attribute(subject, ast.symbol(part));
          if (!v.defined() || !match_pattern(frame, ast.child(part, 0), v)) return false;
          continue;
        }
        Value match_args = find_attribute(cls, names::__match_args__);
        if (!match_args.defined()) {   // int(x), str(x): the subject itself
          if (next_positional++ > 0 || !match_pattern(frame, children[i], subject)) return false;
          continue;
        }
        if (positional_names.empty()) positional_names = to_vector(match_args);
        if (next_positional >= positional_names.size()) raise_type_error("too many positional patterns");
        Value v = find_attribute(subject, Symbol(text_of(positional_names[next_positional++])));
        if (!v.defined() || !match_pattern(frame, children[i], v)) return false;
      }
      return true;
    }
    default: return false;
  }
}

}  // namespace fusescout::python
