// Conditions of patterns on a match.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "fusion/matcher.h"

namespace fusescout::fusion {

using namespace graph;

namespace {

struct Value {
  double number = 0;
  std::string text;
  bool is_text = false;
  bool known = true;
};

// Whether an attention, or the cache that one reads, takes the value: with no product in between, and no other heavy work.
bool attended(const Flow& flow, TensorId tensor) {
  constexpr size_t most = 64;
  std::vector<TensorId> values = {tensor};
  for (size_t i = 0; i < values.size() && i < most; ++i) {
    for (NodeId id : flow.consumers(values[i])) {
      const Node& node = flow.node(id);
      if (node.kind.view() == "attention" || node.kind.view() == "kv_cache_write") return true;
      if (node.info == nullptr || node.info->operator_class == OperatorClass::MatMul || node.info->operator_class == OperatorClass::Opaque) continue;
      for (TensorId output : node.outputs) {
        if (std::find(values.begin(), values.end(), output) == values.end()) values.push_back(output);
      }
    }
  }
  return false;
}

class Evaluator {
 public:
  Evaluator(const Flow& flow, const Match& match) : flow_(flow), match_(match) {}

  Value value(const Predicate& p) {
    switch (p.op) {
      case PredicateOp::Number: return {p.number, {}, false, true};
      case PredicateOp::Text: return {0, p.text, true, true};
      case PredicateOp::Attribute: return attribute(p);
      case PredicateOp::DType:
      case PredicateOp::Rank:
      case PredicateOp::Size:
      case PredicateOp::Extent:
      case PredicateOp::Users:
      case PredicateOp::Contiguous:
      case PredicateOp::Parameter:
      case PredicateOp::Attended:
      case PredicateOp::Item: return property(p);
      case PredicateOp::Not: {
        Value v = value(p.arguments[0]);
        v.number = v.number == 0 ? 1 : 0;
        return v;
      }
      case PredicateOp::And:
      case PredicateOp::Or: {
        Value a = value(p.arguments[0]);
        bool decided = a.known && (p.op == PredicateOp::And ? a.number == 0 : a.number != 0);
        return decided ? a : value(p.arguments[1]);
      }
      default: return binary(p);
    }
  }

  std::string found;   // what was looked at, in order

 private:
  Value binary(const Predicate& p) {
    Value a = value(p.arguments[0]), b = value(p.arguments[1]);
    Value result;
    result.known = a.known && b.known;
    if (p.op == PredicateOp::Eq || p.op == PredicateOp::Ne) {
      bool equal = a.is_text || b.is_text ? a.is_text && b.is_text && a.text == b.text : a.number == b.number;
      result.number = equal == (p.op == PredicateOp::Eq) ? 1 : 0;
      return result;
    }
    double x = a.number, y = b.number;
    switch (p.op) {
      case PredicateOp::Add: result.number = x + y; break;
      case PredicateOp::Sub: result.number = x - y; break;
      case PredicateOp::Mul: result.number = x * y; break;
      case PredicateOp::FloorDiv: result.number = y == 0 ? 0 : std::floor(x / y); break;
      case PredicateOp::Mod: result.number = y == 0 ? 0 : x - y * std::floor(x / y); break;
      case PredicateOp::Lt: result.number = x < y; break;
      case PredicateOp::Le: result.number = x <= y; break;
      case PredicateOp::Gt: result.number = x > y; break;
      case PredicateOp::Ge: result.number = x >= y; break;
      default: break;
    }
    return result;
  }

  void note(const std::string& what, const std::string& is) {
    std::string text = what + " = " + is;
    if (found.find(text) == std::string::npos) found += (found.empty() ? "" : ", ") + text;
  }

  Value attribute(const Predicate& p) {
    for (const auto& [name, bound] : match_.attributes) {
      if (name.view() != p.text) continue;
      Value v;
      if (const auto* b = std::get_if<bool>(&bound)) v.number = *b ? 1 : 0;
      else if (const auto* d = std::get_if<Dim>(&bound)) v.number = static_cast<double>(d->value);
      else if (const auto* f = std::get_if<double>(&bound)) v.number = *f;
      else if (const auto* t = std::get_if<std::string>(&bound)) v = {0, *t, true, true};
      else if (const auto* t2 = std::get_if<graph::DType>(&bound)) v = {0, std::string(dtype_name(*t2)), true, true};
      note(p.text, v.is_text ? v.text : fmt::format("{}", v.number));
      return v;
    }
    return {0, {}, false, false};
  }

  Value property(const Predicate& p) {
    const PatternGraph& pattern = *match_.graph;
    TensorId id;
    for (size_t i = 0; i < pattern.values.size(); ++i) {
      if (pattern.values[i].name == p.value) id = match_.values[i];
    }
    if (!id.valid()) return {0, {}, false, false};
    const Tensor& tensor = flow_.graph().tensors[id];
    std::string name = p.value.str();
    Value v;
    switch (p.op) {
      case PredicateOp::DType:
        v = {0, std::string(dtype_name(tensor.dtype)), true, true};
        note(name + ".dtype", v.text);
        return v;
      case PredicateOp::Rank:
        v.number = static_cast<double>(tensor.shape.size());
        note(name + ".rank", fmt::format("{}", v.number));
        return v;
      case PredicateOp::Size:
        v.number = 1;
        for (Dim dim : tensor.shape) v.number *= static_cast<double>(dim.value);
        note(name + ".size", fmt::format("{}", v.number));
        return v;
      case PredicateOp::Extent: {
        auto rank = static_cast<int64_t>(tensor.shape.size());
        auto axis = static_cast<int64_t>(p.number);
        if (axis < 0) axis += rank;
        if (axis < 0 || axis >= rank) return {0, {}, false, false};
        v.number = static_cast<double>(tensor.shape[static_cast<size_t>(axis)].value);
        note(fmt::format("{}.shape[{}]", name, static_cast<int64_t>(p.number)), fmt::format("{}", v.number));
        return v;
      }
      case PredicateOp::Users:
        v.number = static_cast<double>(flow_.live_consumers(id)) + (flow_.is_output(id) ? 1 : 0);
        note(name + ".users", fmt::format("{}", v.number));
        return v;
      case PredicateOp::Contiguous:
        v.number = flow_.graph().contiguous(tensor) ? 1 : 0;
        note(name + ".contiguous", v.number != 0 ? "yes" : "no");
        return v;
      case PredicateOp::Parameter: {
        TensorKind kind = flow_.graph().tensors[flow_.graph().root(id)].kind;
        v.number = kind == TensorKind::Parameter || kind == TensorKind::Buffer || kind == TensorKind::Constant;
        note(name + ".is_parameter", v.number != 0 ? "yes" : "no");
        return v;
      }
      case PredicateOp::Attended:
        v.number = attended(flow_, id) ? 1 : 0;
        note(name + ".attended", v.number != 0 ? "yes" : "no");
        return v;
      default:
        v.number = dtype_size(tensor.dtype);
        note(name + ".itemsize", fmt::format("{}", v.number));
        return v;
    }
  }

  const Flow& flow_;
  const Match& match_;
};

}  // namespace

Evaluated evaluate(const Flow& flow, const Match& match, const Predicate& predicate) {
  Evaluator evaluator(flow, match);
  Value v = evaluator.value(predicate);
  // What a variant does not have (a value, an attribute) cannot be wrong.
  return {!v.known || v.number != 0, std::move(evaluator.found)};
}

}  // namespace fusescout::fusion
