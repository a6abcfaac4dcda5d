// The new operator's interface: names after the source.
#include <algorithm>
#include <cctype>
#include <map>
#include <set>

#include <fmt/format.h>

#include "fusion/group.h"

namespace fusescout::fusion {

using namespace graph;

namespace {

bool numeric(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c); });
}

// "model.layers.3.self_attn.q_norm.weight" -> "q_norm_weight"
std::string last_words(std::string_view path, size_t count) {
  std::vector<std::string> words;
  std::string word;
  for (char c : path) {
    if (c == '.') {
      words.push_back(word);
      word.clear();
    } else {
      word += std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
    }
  }
  words.push_back(word);
  std::erase_if(words, [](const std::string& w) { return w.empty() || numeric(w); });
  std::string name;
  for (size_t i = words.size() > count ? words.size() - count : 0; i < words.size(); ++i) name += (name.empty() ? "" : "_") + words[i];
  if (name.empty() || std::isdigit(static_cast<unsigned char>(name[0]))) name = "tensor" + (name.empty() ? "" : "_" + name);
  return name;
}

// The outermost module call inside one layer that hands this tensor out.
std::string module_name(const Graph& graph, TensorId root) {
  EntryId producer = graph.tensors[root].producer;
  if (!producer.valid()) return {};
  std::string name;
  for (EntryId id = graph.entries[producer].parent; id.valid(); id = graph.entries[id].parent) {
    const Entry& entry = graph.entries[id];
    if (entry.kind != EntryKind::Module) continue;
    bool gives = std::any_of(entry.outputs.begin(), entry.outputs.end(), [&](TensorId output) { return graph.root(output) == root; });
    if (!gives || !entry.module.valid()) break;
    std::string path = graph.modules[entry.module].path.str();
    std::string word = last_words(path, 1);
    if (numeric(path.substr(path.rfind('.') + 1))) break;    // a decoder layer says nothing
    name = word;
  }
  return name;
}

bool is_weight(TensorKind kind) { return kind == TensorKind::Parameter || kind == TensorKind::Buffer || kind == TensorKind::Constant; }

std::string unique_name(std::set<std::string>& taken, const std::string& wanted) {
  std::string name = wanted;
  for (int i = 2; !taken.insert(name).second; ++i) name = fmt::format("{}_{}", wanted, i);
  return name;
}

// Attributes that a caller gives; the others are the operator's structure.
const std::map<std::string, std::string>& scalar_types() {
  static const std::map<std::string, std::string> types = {
      {"eps", "float"}, {"scale", "float"}, {"k", "int"}, {"rotary_dim", "int"}, {"neox", "bool"}, {"renormalize", "bool"}, {"routed_scaling_factor", "float"},
      {"heads", "int"}, {"kv_heads", "int"}, {"head_dim", "int"}, {"groups", "int"}, {"topk_groups", "int"}, {"value", "float"}, {"min", "float"},
      {"max", "float"}, {"beta", "float"}, {"threshold", "float"}, {"norm_type", "str"}, {"approximate", "str"}, {"group", "str"}, {"world_size", "int"},
      {"other", "float"}, {"experts", "int"}};
  return types;
}

std::string scalar_text(const Graph& graph, const Attribute& value) {
  if (const auto* b = std::get_if<bool>(&value)) return *b ? "True" : "False";
  if (const auto* d = std::get_if<Dim>(&value)) return graph.expressions.to_string(*d);
  if (const auto* f = std::get_if<double>(&value)) return fmt::format("{}", *f);
  if (const auto* s = std::get_if<std::string>(&value)) return "\"" + *s + "\"";
  return {};
}

}  // namespace

namespace {

// What the operator that reads it calls it, where that is fixed.
std::string role_name(const Graph& graph, const Group& group, TensorId tensor) {
  static const std::map<std::string_view, std::vector<std::string>> roles = {
      {"kv_cache_write", {"key", "value", "key_cache", "value_cache", "slot_mapping"}}, {"attention", {"query", "key", "value"}},
      {"expert_dispatch", {"hidden_states", "expert_ids"}}, {"expert_combine", {"expert_rows", "row_index", "topk_weights"}},
      {"grouped_matmul", {"x", "weight", "group_list"}}, {"moe_gating", {"router_logits", "correction_bias"}}, {"rope", {"", "cos", "sin"}}};
  for (OperatorId id : group.operators) {
    const Operator& op = graph.operators[id];
    auto names = roles.find(op.kind.view());
    if (names == roles.end()) continue;
    for (size_t i = 0; i < op.inputs.size() && i < names->second.size(); ++i) {
      if (op.inputs[i] == tensor && !names->second[i].empty()) return names->second[i];
    }
  }
  return {};
}

}  // namespace

std::string tensor_name(const Graph& graph, TensorId tensor) {
  TensorId root = graph.root(tensor);
  const Tensor& t = graph.tensors[graph.named(tensor)];
  if (!t.name.empty()) return last_words(t.name.view(), is_weight(t.kind) || t.kind == TensorKind::Cache ? 2 : 1);
  if (std::string module = module_name(graph, root); !module.empty()) return module + "_out";
  OperatorId op = graph.producer(root);
  return op.valid() ? graph.operators[op].kind.str() + "_out" : "tensor";
}

std::string scalar_name(std::string_view kind, std::string_view attribute) {
  static const std::map<std::string_view, std::string_view> operands = {
      {"mul", "factor"}, {"div", "divisor"}, {"floor_div", "divisor"}, {"remainder", "divisor"}, {"add", "offset"}, {"sub", "offset"}, {"pow", "exponent"},
      {"ge", "lower"}, {"gt", "lower"}, {"le", "upper"}, {"lt", "upper"}, {"eq", "equal_to"}, {"ne", "other_than"}};
  if (attribute != "other") return std::string(attribute);
  auto it = operands.find(kind);
  return it == operands.end() ? std::string(kind) + "_operand" : std::string(it->second);
}

Interface make_interface(const Flow& flow, const Group& group, const std::string& name) {
  const Graph& graph = flow.graph();
  Interface result;
  result.name = name;
  std::set<std::string> taken;
  for (TensorId input : group.inputs) {
    const Tensor& known = graph.tensors[graph.named(input)];
    InterfaceTensor tensor;
    tensor.tensor = input;
    std::string wanted = tensor_name(graph, input);
    // A name after an operator, or of a layer's caches together, says less than the reader's.
    if ((known.name.empty() || wanted == "tensor" || known.kind == TensorKind::Cache) && module_name(graph, graph.root(input)).empty()) {
      if (std::string role = role_name(graph, group, input); !role.empty()) wanted = role;
    }
    if (wanted == "tensor" && known.kind == TensorKind::Cache) wanted = "state";
    tensor.name = unique_name(taken, wanted);
    tensor.mutated = std::find(group.mutated.begin(), group.mutated.end(), input) != group.mutated.end();
    tensor.parameter = is_weight(known.kind);
    result.inputs.push_back(std::move(tensor));
  }
  // Weights behind activations, as signatures have them.
  std::stable_partition(result.inputs.begin(), result.inputs.end(), [](const InterfaceTensor& t) { return !t.parameter; });
  std::set<std::pair<std::string, std::string>> seen;
  for (OperatorId id : group.operators) {
    const Operator& op = graph.operators[id];
    for (const auto& [key, value] : op.attributes) {
      auto type = scalar_types().find(key.str());
      std::string text = scalar_text(graph, value);
      if (type == scalar_types().end() || text.empty()) continue;
      std::string wanted = scalar_name(op.kind.view(), key.view());
      if (!seen.emplace(wanted, text).second) continue;      // two norms with one eps take one eps
      // What a config gave may be of another type than the operator's.
      std::string found = std::holds_alternative<std::string>(value) ? "str" : std::holds_alternative<bool>(value) ? "bool" : type->second;
      if (found == "float" && std::holds_alternative<Dim>(value)) found = "int";
      result.scalars.push_back({unique_name(taken, wanted), found, text});
    }
  }
  for (TensorId output : group.outputs) {
    std::string base = tensor_name(graph, output);
    result.outputs.push_back({unique_name(taken, base), output, false, false});
  }
  return result;
}

std::vector<std::string> operator_texts(const Flow& flow, const Group& group) {
  const Graph& graph = flow.graph();
  std::vector<std::string> texts;
  for (OperatorId id : group.operators) {
    const Operator& op = graph.operators[id];
    std::string text = op.kind.str() + "(";
    for (size_t i = 0; i < op.inputs.size(); ++i) {
      OperatorId maker = graph.producer(op.inputs[i]);
      bool inside = maker.valid() && std::binary_search(group.operators.begin(), group.operators.end(), maker);
      text += (i == 0 ? "" : ", ") + (inside ? graph.operators[maker].kind.str() : tensor_name(graph, op.inputs[i]));
    }
    if (const Attribute* other = find_attribute(op, "other")) text += (op.inputs.empty() ? "" : ", ") + scalar_text(graph, *other);
    texts.push_back(text + ")");
  }
  return texts;
}

}  // namespace fusescout::fusion
