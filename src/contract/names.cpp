#include "contract/names.h"

#include <algorithm>
#include <cctype>
#include <set>

namespace fusescout::contract {

using graph::Entry;
using graph::EntryId;
using graph::EntryKind;
using graph::Frame;
using graph::FrameId;
using graph::Graph;
using graph::TensorId;

namespace {

bool identifier_start(char c) { return std::isalpha(static_cast<unsigned char>(c)) || c == '_'; }
bool identifier_part(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

// Expressions that can be tensors, in order: names, `a.b.c`, and what a method is called on.
std::vector<std::string> operands(const std::string& text) {
  static const std::set<std::string> no_tensors = {"self", "torch", "F",      "torch_npu", "torch_npu.npu", "super",  "None",
                                                   "True", "False", "if",     "else",      "not",           "and",    "or",
                                                   "in",   "is",    "return", "len",       "int",           "lambda", "for"};
  std::vector<std::string> out;
  size_t subscripts = 0;                                       // an index is a number as a rule
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '[' && (subscripts > 0 || (i > 0 && (identifier_part(text[i - 1]) || text[i - 1] == ']' || text[i - 1] == ')'))))
      ++subscripts;
    if (text[i] == ']' && subscripts > 0) --subscripts;
    if (subscripts > 0) continue;
    if (!identifier_start(text[i])) {
      if (std::isdigit(static_cast<unsigned char>(text[i]))) while (i + 1 < text.size() && identifier_part(text[i + 1])) ++i;
      if (text[i] == '.') while (i + 1 < text.size() && identifier_part(text[i + 1])) ++i;      // of a call's or an item's result
      continue;
    }
    size_t start = i;
    while (i < text.size() && (identifier_part(text[i]) || (text[i] == '.' && i + 1 < text.size() && identifier_start(text[i + 1])))) ++i;
    std::string word = text.substr(start, i - start);
    bool called = i < text.size() && text[i] == '(';
    bool keyword = i < text.size() && text[i] == '=' && text.compare(i, 2, "==") != 0;
    --i;
    if (keyword) continue;
    std::string root = word.substr(0, word.find('.'));
    if (called) {
      size_t dot = word.rfind('.');
      if (dot == std::string::npos || root == "self" || root == "torch" || root == "F" || root == "torch_npu") continue;   // a function
      word = word.substr(0, dot);
    } else if (word.ends_with(".shape") || word.ends_with(".dtype") || word.ends_with(".device") || word.starts_with("torch.")) {
      continue;
    }
    if (!no_tensors.contains(word)) out.push_back(word);
  }
  return out;
}

// "a, b" -> names; nothing when a target is no plain name.
std::vector<std::string> targets(const std::string& left) {
  std::vector<std::string> out;
  std::string name;
  for (char c : left + ",") {
    if (identifier_part(c)) name += c;
    else if (c == ',') {
      if (name.empty()) return {};
      out.push_back(name);
      name.clear();
    } else if (c == ':') return out.empty() && !name.empty() ? std::vector{name} : std::vector<std::string>();   // `x: Tensor`
    else if (c != ' ' && c != '(' && c != ')') return {};
  }
  return out;
}

bool equal(const graph::Shape& a, const graph::Shape& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const graph::Dim& x, const graph::Dim& y) { return x.value == y.value; });
}

}  // namespace

bool same_place(const Graph& graph, TensorId a, TensorId b) {
  if (a == b) return true;
  const graph::Tensor &x = graph.tensors[a], &y = graph.tensors[b];
  return graph.root(a) == graph.root(b) && equal(x.shape, y.shape) && equal(x.strides, y.strides) &&
         x.storage_offset.value == y.storage_offset.value;
}

std::pair<uint32_t, uint32_t> entries_of(const Graph& graph, const Activation& activation) {
  if (!activation.module.valid()) return {0, static_cast<uint32_t>(graph.entries.size())};
  return {activation.module.index + 1, graph.entries[activation.module].end.index};
}

Names::Names(const Graph& graph, const Activation& activation, const SourceText& text, uint32_t line)
    : graph_(graph), activation_(activation), text_(text) {
  auto [first, last] = text.function_around(text.index_at(line));
  read_parameters(first);
  // Entries of each statement in order of execution. A statement of a loop counts once, as it ran last.
  std::map<size_t, std::vector<EntryId>> direct;
  std::map<size_t, EntryId> nested;
  auto [begin, end] = entries_of(graph, activation);
  for (uint32_t e = begin; e < end; ++e) {
    const Entry& entry = graph.entries[EntryId{e}];
    if (entry.kind == EntryKind::Refresh) continue;
    for (FrameId f = entry.frame; f.valid(); f = graph.frames[f].parent) {
      const Frame& frame = graph.frames[f];
      if (frame.parent != activation.caller || frame.file != activation.file || frame.function != activation.function) continue;
      size_t statement = text.index_at(frame.line);
      bool inside = false;                                     // another call of this statement
      for (EntryId up = entry.parent; !inside && up.valid() && up.index >= begin; up = graph.entries[up].parent) {
        inside = graph.entries[up].frame == f;
      }
      if (!inside && entry.frame == f) direct[statement].push_back(EntryId{e});
      else if (!inside) nested[statement] = EntryId{e};
      break;
    }
  }
  // A statement without calls ran if its block did: some statement of the block left a call.
  const auto& statements = text.statements();
  auto block_ran = [&](size_t statement) {
    size_t indent = statements[statement].indent, begin_of = statement, end_of = statement + 1;
    if (indent == statements[first].indent) return true;
    while (begin_of > first && statements[begin_of - 1].indent >= indent) --begin_of;
    while (end_of < last && statements[end_of].indent >= indent) ++end_of;
    for (size_t i = begin_of; i < end_of; ++i) {
      if (direct.contains(i) || nested.contains(i)) return true;
    }
    return false;
  };
  for (size_t i = first; i < last; ++i) {
    if (!direct.contains(i) && !nested.contains(i) && !block_ran(i)) continue;
    auto d = direct.find(i);
    auto n = nested.find(i);
    read_statement(i, d == direct.end() ? std::vector<EntryId>() : d->second, n == nested.end() ? EntryId{} : n->second);
  }
}

void Names::read_parameters(size_t first_statement) {
  if (!activation_.module.valid() || first_statement == 0) return;
  const std::string& head = text_.statements()[first_statement - 1].text;
  size_t open = head.find('(');
  if (open == std::string::npos) return;
  std::vector<std::string> parameters;
  int depth = 0;
  std::string name, type;                                     // as annotated: what names another type is no tensor
  bool naming = true, typing = false;
  for (size_t i = open; i < head.size(); ++i) {
    char c = head[i];
    if (c == '(' || c == '[' || c == '{') ++depth;
    if (c == ')' || c == ']' || c == '}') --depth;
    if ((c == ',' && depth == 1) || depth == 0) {
      if (!name.empty() && name != "self" && (type.empty() || type.find("Tensor") != std::string::npos)) parameters.push_back(name);
      name.clear();
      type.clear();
      naming = true;
      typing = false;
      if (depth == 0) break;
    } else if (depth == 1 && (c == ':' || c == '=')) {
      naming = false;
      typing = c == ':';
    } else if (typing) {
      type += c;
    } else if (naming && (identifier_part(c) || c == '*')) {
      name += c;
    }
  }
  const Entry& module = graph_.entries[activation_.module];
  std::set<std::string> known;
  for (TensorId input : module.inputs) {                      // the source's own inputs keep their names on their way down
    std::string own = graph_.tensors[graph_.root(input)].name.str();
    if (std::find(parameters.begin(), parameters.end(), own) == parameters.end()) continue;
    bindings_.push_back({0, false, own, input});
    known.insert(own);
  }
  std::vector<TensorId> others;
  for (TensorId input : module.inputs) {
    if (!known.contains(graph_.tensors[graph_.root(input)].name.str())) others.push_back(input);
  }
  std::erase_if(parameters, [&](const std::string& p) { return known.contains(p) || p[0] == '*'; });
  for (size_t i = 0; i < others.size() && i < parameters.size(); ++i) bindings_.push_back({0, false, parameters[i], others[i]});
}

void Names::read_statement(size_t statement, const std::vector<EntryId>& direct, EntryId nested) {
  const std::string& text = text_.statements()[statement].text;
  size_t equals = text.find(" = ");
  bool augmented = false;
  for (const char* sign : {" += ", " -= ", " *= ", " /= "}) {
    if (size_t i = text.find(sign); i != std::string::npos && i < equals) {
      equals = i;
      augmented = true;
    }
  }
  std::string right = equals == std::string::npos ? text : text.substr(equals + (augmented ? 4 : 3));
  std::vector<std::string> left = equals == std::string::npos ? std::vector<std::string>() : targets(text.substr(0, equals));
  std::vector<EntryId> calls = direct;
  // What is read: where as many operands are written as the calls take from outside.
  std::vector<TensorId> taken;
  std::set<uint32_t> made;
  for (EntryId call : calls) {
    for (TensorId input : graph_.entries[call].inputs) {
      if (!made.contains(input.index) && graph_.tensors[graph_.root(input)].kind != graph::TensorKind::Parameter) taken.push_back(input);
    }
    for (TensorId output : graph_.entries[call].outputs) made.insert(output.index);
  }
  std::vector<std::string> words = operands(right);
  if (equals != std::string::npos && text.find('[') < equals) {      // x[...] = y writes into x
    std::vector<std::string> into = operands(text.substr(0, equals));
    words.insert(words.end(), into.begin(), into.end());   // evaluated last
  }
  if (augmented && left.size() == 1) words.insert(words.begin(), left[0]);
  // Names that hold a tensor for certain go first; the rest is matched in order when the numbers agree.
  std::vector<std::string> open_words;
  std::vector<TensorId> open_tensors = taken;
  for (const std::string& word : words) {
    TensorId held;
    for (const Binding& b : bindings_) {
      if (b.name == word) held = b.tensor;
    }
    auto known =
        std::find_if(open_tensors.begin(), open_tensors.end(), [&](TensorId t) { return held.valid() && same_place(graph_, t, held); });
    if (known != open_tensors.end()) open_tensors.erase(known);
    else if (!held.valid()) open_words.push_back(word);
  }
  if (open_words.size() == open_tensors.size()) {
    for (size_t i = 0; i < open_words.size(); ++i) bindings_.push_back({statement, true, open_words[i], open_tensors[i]});
  }
  for (EntryId call : calls) {                                 // what is written in place has a new value under the old name
    const Entry& entry = graph_.entries[call];
    for (uint8_t i : entry.mutates) {
      for (TensorId output : entry.outputs) {
        if (i >= entry.inputs.size() || graph_.tensors[output].storage != graph_.tensors[entry.inputs[i]].storage) continue;
        for (size_t b = bindings_.size(); b-- > 0;) {
          if (!same_place(graph_, bindings_[b].tensor, entry.inputs[i])) continue;
          bindings_.push_back({statement, false, bindings_[b].name, output});
          break;
        }
      }
    }
  }
  if (left.empty()) return;
  EntryId last = calls.empty() ? nested : calls.back();
  bool below = nested.valid() && (calls.empty() || nested > last);   // a function that the statement calls made it
  if (below) last = nested;
  if (!last.valid()) {                                         // another name for what there is
    bool plain = !right.empty() && std::all_of(right.begin(), right.end(), [](char c) { return identifier_part(c) || c == '.'; });
    for (size_t i = bindings_.size(); plain && left.size() == 1 && i-- > 0;) {
      if (bindings_[i].name != right) continue;
      bindings_.push_back({statement, false, left[0], bindings_[i].tensor});
      return;
    }
    return;
  }
  const std::vector<TensorId>& outputs = graph_.entries[last].outputs;
  if (below && (outputs.size() != 1 || left.size() != 1)) return;
  // Where there are more targets than tensors some are none, and which is only known of those that nobody reads.
  if (left.size() > outputs.size()) std::erase(left, "_");
  if (left.size() > outputs.size()) return;
  if (left.size() == 1 && outputs.size() > 1 && !right.ends_with("[0]")) return;     // a tuple
  for (size_t i = 0; i < left.size() && i < outputs.size(); ++i) bindings_.push_back({statement, false, left[i], outputs[i]});
}

std::string Names::before(TensorId tensor, size_t statement) const {
  std::set<std::string> hidden;
  std::string dotted;
  for (size_t i = bindings_.size(); i-- > 0;) {
    const Binding& b = bindings_[i];
    if (b.statement > statement || (b.statement == statement && !b.read)) continue;
    if (!hidden.insert(b.name).second || !same_place(graph_, b.tensor, tensor)) continue;
    if (b.name.find('.') == std::string::npos) return b.name;
    if (dotted.empty()) dotted = b.name;
  }
  return dotted;
}

Names::Target Names::after(TensorId tensor, const std::vector<size_t>& statements) const {
  for (size_t i = bindings_.size(); i-- > 0;) {
    const Binding& b = bindings_[i];
    if (b.read || std::find(statements.begin(), statements.end(), b.statement) == statements.end()) continue;
    if (graph_.root(b.tensor) == graph_.root(tensor)) return {b.name, b.tensor};
  }
  return {};
}

}  // namespace fusescout::contract
