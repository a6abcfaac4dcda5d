// Pointers are followed syntactically: a variable derives from a parameter when it is assigned that parameter, plus or minus an offset, a
// block pointer over it, a cast of it. `tl.store`, `tl.atomic_*` and `descriptor.store` write, `tl.load` reads. Loads give values, not pointers.
#include "torch/triton_access.h"

#include <optional>
#include <string_view>

#include "python/scope.h"
#include "syntax/ast.h"

namespace fusescout::torch {

using python::Function;
using python::Interpreter;
using python::Value;
using syntax::Ast;
using syntax::no_node;
using syntax::Node;
using syntax::NodeId;
using syntax::NodeKind;

namespace {

using Origins = std::set<Symbol>;       // parameters of the kernel that a pointer may come from

struct Analysis {
  Interpreter& interpreter;
  KernelAccess access;
  int depth = 0;
};

const syntax::Ast& tree_of(Function* function) {
  python::complete(*function);
  return *function->file->ast;
}

class Body {
 public:
  Body(Analysis& analysis, Function* function, std::map<Symbol, Origins> origins, std::map<Symbol, Value> known)
      : analysis_(analysis), function_(function), ast_(tree_of(function)), origins_(std::move(origins)), known_(std::move(known)) {}

  void run() {
    const Node& definition = ast_[function_->node];
    // Assignments in loops feed earlier lines: again until nothing changes.
    for (int round = 0; round < 6; ++round) {
      changed_ = false;
      block(ast_.child(definition, 1));
      if (!changed_) break;
    }
  }
  const Origins& returned() const { return returned_; }

 private:
  void block(NodeId id) {
    if (id == no_node) return;
    for (NodeId statement : ast_.children_of(ast_[id])) this->statement(statement);
  }

  void statement(NodeId id) {
    const Node& node = ast_[id];
    switch (node.kind) {
      case NodeKind::Assign: {
        NodeId value = ast_.child(node, 0);
        expression(value);
        auto children = ast_.children_of(node);
        for (size_t i = 1; i < children.size(); ++i) assign(children[i], value);
        break;
      }
      case NodeKind::AnnAssign:
        if (ast_.child(node, 2) != no_node) {
          expression(ast_.child(node, 2));
          assign(ast_.child(node, 0), ast_.child(node, 2));
        }
        break;
      case NodeKind::AugAssign:
        expression(ast_.child(node, 1));
        add(ast_.child(node, 0), pointer(ast_.child(node, 1)));
        break;
      case NodeKind::If: {
        std::optional<bool> taken = decide(ast_.child(node, 0));
        expression(ast_.child(node, 0));
        if (taken != false) block(ast_.child(node, 1));
        if (taken != true) block(ast_.child(node, 2));
        break;
      }
      case NodeKind::Return:
        if (ast_.child(node, 0) != no_node) {
          expression(ast_.child(node, 0));
          returned_.merge(pointer(ast_.child(node, 0)));
        }
        break;
      case NodeKind::For:
        expression(ast_.child(node, 1));
        block(ast_.child(node, 2));
        break;
      case NodeKind::While:
        expression(ast_.child(node, 0));
        block(ast_.child(node, 1));
        break;
      case NodeKind::FunctionDef:
      case NodeKind::ClassDef: break;
      case NodeKind::Block: block(id); break;
      default:
        for (NodeId child : ast_.children_of(node)) {
          if (child == no_node) continue;
          if (ast_[child].kind == NodeKind::Block) block(child);
          else expression(child);
        }
    }
  }

  void add(NodeId target, const Origins& from) {
    if (from.empty() || ast_[target].kind != NodeKind::Name) return;
    Origins& known = origins_[ast_.symbol(ast_[target])];
    size_t before = known.size();
    known.insert(from.begin(), from.end());
    changed_ = changed_ || known.size() != before;
  }

  void assign(NodeId target, NodeId value) {
    const Node& to = ast_[target];
    const Node& from = ast_[value];
    if (to.kind == NodeKind::Tuple && from.kind == NodeKind::Tuple && to.child_count == from.child_count) {
      for (uint32_t i = 0; i < to.child_count; ++i) assign(ast_.child(to, i), ast_.child(from, i));
      return;
    }
    if (to.kind == NodeKind::Tuple) {
      for (NodeId element : ast_.children_of(to)) add(element, pointer(value));
      return;
    }
    add(target, pointer(value));
  }

  // Looks for reads and writes in an expression.
  void expression(NodeId id) {
    const Node& node = ast_[id];
    if (node.kind == NodeKind::Call) call(node);
    for (NodeId child : ast_.children_of(node)) {
      if (child != no_node) expression(child);
    }
  }

  std::string_view called_name(const Node& call) const {
    const Node& callee = ast_[ast_.child(call, 0)];
    return callee.kind == NodeKind::Attribute || callee.kind == NodeKind::Name ? ast_.symbol(callee).view() : std::string_view();
  }

  // The i-th positional argument of a call, or the keyword; no_node when absent.
  NodeId argument(const Node& call, uint32_t position, std::string_view keyword) const {
    uint32_t i = 0;
    for (NodeId id : ast_.children_of(ast_[ast_.child(call, 1)])) {
      const Node& node = ast_[id];
      if (node.kind == NodeKind::Keyword) {
        if (ast_.symbol(node).view() == keyword) return ast_.child(node, 0);
      } else if (i++ == position) {
        return id;
      }
    }
    return no_node;
  }

  // A method of a descriptor, not a function of `tl`.
  Origins receiver(const Node& call) {
    const Node& callee = ast_[ast_.child(call, 0)];
    return callee.kind == NodeKind::Attribute ? pointer(ast_.child(callee, 0)) : Origins();
  }

  void call(const Node& node) {
    std::string_view name = called_name(node);
    bool reads = name == "load" || name.starts_with("atomic_"), writes = name == "store" || name.starts_with("atomic_");
    if (reads || writes) {
      Origins origins = receiver(node);
      if (NodeId target = argument(node, 0, "pointer"); origins.empty() && target != no_node) origins = pointer(target);
      if (reads) analysis_.access.loaded.insert(origins.begin(), origins.end());
      if (writes) analysis_.access.stored.insert(origins.begin(), origins.end());
      return;
    }
    inside(node);
  }

  // Calls another kernel function: what it does to its parameters it does to ours. Gives what it returns.
  Origins inside(const Node& node) {
    const Node& callee = ast_[ast_.child(node, 0)];
    if (callee.kind != NodeKind::Name || analysis_.depth > 8) return {};
    Value value = analysis_.interpreter.module_attribute(function_->module, ast_.symbol(callee), analysis_.interpreter.epoch());
    Function* function = value.defined() ? kernel_function(value) : nullptr;
    if (function == nullptr) return {};
    std::map<Symbol, Origins> origins;
    std::map<Symbol, Value> known;
    for (uint32_t i = 0; i < function->scope->parameter_names.size(); ++i) {
      Symbol parameter = function->scope->parameter_names[i];
      NodeId given = argument(node, i, parameter.view());
      if (given == no_node) continue;
      origins[parameter] = pointer(given);
      if (Value constant = value_of(given); constant.defined()) known[parameter] = constant;
    }
    ++analysis_.depth;
    Body body(analysis_, function, std::move(origins), std::move(known));
    body.run();
    --analysis_.depth;
    return body.returned();
  }

  Origins pointer(NodeId id) {
    const Node& node = ast_[id];
    auto both = [&](uint32_t a, uint32_t b) {
      Origins origins = pointer(ast_.child(node, a));
      origins.merge(pointer(ast_.child(node, b)));
      return origins;
    };
    switch (node.kind) {
      case NodeKind::Name: {
        auto it = origins_.find(ast_.symbol(node));
        return it == origins_.end() ? Origins() : it->second;
      }
      case NodeKind::BinaryOp: {
        auto op = static_cast<syntax::BinaryOperator>(node.flag);
        return op == syntax::BinaryOperator::Add || op == syntax::BinaryOperator::Sub ? both(0, 1) : Origins();
      }
      case NodeKind::IfExpr: {
        std::optional<bool> taken = decide(ast_.child(node, 0));
        if (taken) return pointer(ast_.child(node, *taken ? 1 : 2));
        return both(1, 2);
      }
      case NodeKind::Subscript: return pointer(ast_.child(node, 0));
      case NodeKind::Tuple: {
        Origins origins;
        for (NodeId child : ast_.children_of(node)) origins.merge(pointer(child));
        return origins;
      }
      case NodeKind::Call: {
        std::string_view name = called_name(node);
        if (name == "to" || name == "cast" || name == "reshape" || name == "expand_dims") {
          if (Origins origins = receiver(node); !origins.empty()) return origins;
        }
        for (std::string_view over : {"make_block_ptr", "make_tensor_descriptor", "advance", "multiple_of", "max_contiguous", "cast", "broadcast_to", "where"}) {
          if (name != over) continue;
          NodeId base = argument(node, over == "where" ? 1 : 0, "base");
          return base == no_node ? Origins() : pointer(base);
        }
        return inside(node);
      }
      default: return {};
    }
  }

  Value value_of(NodeId id) {
    const Node& node = ast_[id];
    switch (node.kind) {
      case NodeKind::Name: {
        auto it = known_.find(ast_.symbol(node));
        return it == known_.end() ? Value() : it->second;
      }
      case NodeKind::NoneLiteral: return Value::none();
      case NodeKind::TrueLiteral: return Value::of(true);
      case NodeKind::FalseLiteral: return Value::of(false);
      default: return Value();
    }
  }

  // A test on the launch's flags: a flag, `not`, `x is None`, `and`, `or`.
  std::optional<bool> decide(NodeId id) {
    const Node& node = ast_[id];
    if (node.kind == NodeKind::UnaryOp && static_cast<syntax::UnaryOperator>(node.flag) == syntax::UnaryOperator::Not) {
      std::optional<bool> inner = decide(ast_.child(node, 0));
      return inner ? std::optional(!*inner) : std::nullopt;
    }
    if (node.kind == NodeKind::BoolOp) {
      bool is_or = node.flag == 1, all = true;
      for (NodeId child : ast_.children_of(node)) {
        std::optional<bool> part = decide(child);
        if (part == is_or) return is_or;
        all = all && part.has_value();
      }
      return all ? std::optional(!is_or) : std::nullopt;
    }
    if (node.kind == NodeKind::Compare && node.child_count == 2 && ast_[ast_.child(node, 1)].kind == NodeKind::NoneLiteral) {
      Value value = value_of(ast_.child(node, 0));
      if (!value.defined()) return std::nullopt;
      syntax::CompareOperator op = ast_.compare_ops[node.value];
      return value.is_none() == (op == syntax::CompareOperator::Is || op == syntax::CompareOperator::Eq);
    }
    Value value = value_of(id);
    if (value.is_bool()) return value.boolean;
    if (value.is_int()) return value.integer != 0;
    if (value.is_none()) return false;
    return std::nullopt;
  }

  Analysis& analysis_;
  Function* function_;
  const Ast& ast_;
  std::map<Symbol, Origins> origins_;
  std::map<Symbol, Value> known_;
  Origins returned_;
  bool changed_ = false;
};

}  // namespace

Function* kernel_function(const Value& kernel) {
  static const Symbol fn("fn");
  Value at = kernel;
  for (int i = 0; i < 8 && at.defined(); ++i) {
    if (auto* function = at.as<Function>()) return function;
    auto* wrapper = at.as<python::Instance>();
    if (wrapper == nullptr || wrapper->attributes == nullptr || wrapper->attributes->find(fn) == nullptr) return nullptr;
    at = *wrapper->attributes->find(fn);
  }
  return nullptr;
}

KernelAccess kernel_access(Interpreter& interpreter, Function* kernel, const std::map<Symbol, Value>& arguments) {
  Analysis analysis{interpreter, {}, 0};
  std::map<Symbol, Origins> origins;
  for (Symbol parameter : kernel->scope->parameter_names) origins[parameter] = {parameter};
  Body(analysis, kernel, std::move(origins), arguments).run();
  return std::move(analysis.access);
}

}  // namespace fusescout::torch
