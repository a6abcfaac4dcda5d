#include <algorithm>
#include <queue>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "graph/text.h"
#include "graph/text_layout.h"

namespace fusescout::graph {
namespace {

// One line of the body: an operator; an entry that launches nothing (a view, a refresh, a call without operators); neither: a view without
// an entry.
struct Line {
  OperatorId op;
  EntryId entry;
  std::vector<TensorId> inputs, outputs;
  uint32_t item = UINT32_MAX;
};

// What is printed as a whole: a kernel with its braces, or one line.
struct Item {
  KernelId kernel;
  std::vector<uint32_t> lines;
  uint32_t key = 0;  // position of its last line in the order of execution
  std::set<uint32_t> needs;
};

bool identifier_character(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.'; }

std::string sanitized(std::string_view name) {
  std::string text(name);
  for (char& c : text) {
    if (!identifier_character(c)) c = '_';
  }
  if (text.empty() || !(std::isalpha(static_cast<unsigned char>(text[0])) || text[0] == '_')) text.insert(0, "t");
  return text;
}

class Printer {
 public:
  explicit Printer(const Graph& graph) : graph_(graph), expressions_(graph.expressions) {}

  std::string print() {
    collect_lines();
    make_items();
    order_items();
    name_tensors();
    if (!graph_.phase.empty()) out_ += "phase " + graph_.phase + "\n";
    for (const auto& [name, value] : expressions_.symbols()) out_ += name + " = " + std::to_string(value) + "\n";
    for (TensorId id : declared_) print_declaration(id);
    for (TensorId id : early_views_) print_view(id);
    for (uint32_t item : order_) print_item(items_[item]);
    if (!graph_.outputs.empty()) {
      out_ += "output ";
      for (size_t i = 0; i < graph_.outputs.size(); ++i) out_ += (i ? ", " : "") + name(graph_.outputs[i]);
      out_ += "\n";
    }
    return std::move(out_);
  }

 private:
  void add_line(Line line) {
    // A pass-through gives its input back: no new tensor, no line.
    std::erase_if(line.outputs, [&](TensorId id) { return !defined_by_.emplace(id.index, static_cast<uint32_t>(lines_.size())).second; });
    if (line.entry.valid() && line.outputs.empty()) return;
    lines_.push_back(std::move(line));
  }

  // A view that no entry made, of a tensor that a line makes: a line of its own, before its first use.
  void add_view_line(TensorId id) {
    if (!id.valid() || defined_by_.contains(id.index)) return;
    TensorId base = graph_.tensors[id].view_of;
    if (!base.valid()) return;
    add_view_line(base);
    if (defined_by_.contains(base.index)) add_line({{}, {}, {base}, {id}});
  }

  // Operators in the order of their calls, views and refreshes in between.
  void collect_lines() {
    std::vector<std::pair<uint32_t, uint32_t>> order;  // (call, operator)
    std::unordered_set<uint32_t> described;
    uint32_t last = 0;
    for (uint32_t i = 0; i < graph_.operators.size(); ++i) {
      const Operator& op = graph_.operators[OperatorId{i}];
      if (op.call.valid()) last = op.call.index;
      described.insert(last);
      order.emplace_back(last, i);
    }
    std::stable_sort(order.begin(), order.end(), [](auto a, auto b) { return a.first < b.first; });
    size_t next = 0;
    auto add_operators_before = [&](uint32_t entry) {
      for (; next < order.size() && order[next].first < entry; ++next) {
        OperatorId id{order[next].second};
        const Operator& op = graph_.operators[id];
        for (TensorId input : op.inputs) add_view_line(input);
        // Where a call writes its result to is no operand, but named.
        if (op.call.valid()) {
          const Entry& call = graph_.entries[op.call];
          for (uint8_t i : call.mutates) add_view_line(i < call.inputs.size() ? call.inputs[i] : TensorId{});
        }
        add_line({id, {}, op.inputs, op.outputs});
      }
    };
    for (uint32_t i = 0; i < graph_.entries.size(); ++i) {
      const Entry& entry = graph_.entries[EntryId{i}];
      bool launches_unknown = entry.launches > 0 && !described.contains(i);
      if (!entry.is_view && entry.kind != EntryKind::Refresh && !launches_unknown) continue;
      add_operators_before(i);
      for (TensorId input : entry.inputs) add_view_line(input);
      add_line({{}, EntryId{i}, entry.inputs, entry.outputs});
    }
    add_operators_before(UINT32_MAX);
    for (TensorId output : graph_.outputs) add_view_line(output);
  }

  void make_items() {
    std::unordered_map<uint32_t, uint32_t> item_of_kernel;
    for (uint32_t i = 0; i < lines_.size(); ++i) {
      if (!lines_[i].op.valid()) continue;
      KernelId kernel = graph_.operators[lines_[i].op].kernel;
      uint32_t item = static_cast<uint32_t>(items_.size());
      if (kernel.valid()) item = item_of_kernel.try_emplace(kernel.index, item).first->second;
      if (item == items_.size()) items_.push_back({kernel, {}, 0, {}});
      lines_[i].item = item;
    }
    // A view between two operators of one kernel lies inside its braces. `wanted_by`: kernels that read a tensor, views looked through.
    std::unordered_map<uint32_t, std::set<uint32_t>> wanted_by;
    for (uint32_t i = static_cast<uint32_t>(lines_.size()); i-- > 0;) {
      Line& line = lines_[i];
      if (line.item != UINT32_MAX) {
        for (TensorId id : line.inputs) wanted_by[id.index].insert(line.item);
        continue;
      }
      std::set<uint32_t> wanted;
      for (TensorId id : line.outputs) wanted.insert(wanted_by[id.index].begin(), wanted_by[id.index].end());
      for (TensorId id : line.inputs) wanted_by[id.index].insert(wanted.begin(), wanted.end());
    }
    for (uint32_t i = 0; i < lines_.size(); ++i) {
      Line& line = lines_[i];
      if (line.item == UINT32_MAX) {
        for (TensorId id : line.inputs) {
          auto made = defined_by_.find(id.index);
          if (made == defined_by_.end() || made->second >= i) continue;
          uint32_t item = lines_[made->second].item;
          if (!items_[item].kernel.valid()) continue;
          for (TensorId output : line.outputs) {
            if (wanted_by[output.index].contains(item)) line.item = item;
          }
        }
        if (line.item == UINT32_MAX) {
          line.item = static_cast<uint32_t>(items_.size());
          items_.push_back({});
        }
      }
      items_[line.item].lines.push_back(i);
      items_[line.item].key = i;
    }
    for (const Line& line : lines_) {
      for (TensorId id : line.inputs) {
        auto made = defined_by_.find(id.index);
        if (made != defined_by_.end() && lines_[made->second].item != line.item) items_[line.item].needs.insert(lines_[made->second].item);
      }
    }
  }

  // Calls that a pass merged, or a view between two operators of one call, may stand in another order than the data flows.
  void order_lines(Item& item) {
    std::vector<uint32_t> sorted, waiting = item.lines;
    std::unordered_set<uint32_t> open(waiting.begin(), waiting.end());
    while (!waiting.empty()) {
      std::vector<uint32_t> later;
      for (uint32_t line : waiting) {
        bool blocked = std::any_of(lines_[line].inputs.begin(), lines_[line].inputs.end(), [&](TensorId id) {
          auto made = defined_by_.find(id.index);
          return made != defined_by_.end() && made->second != line && open.contains(made->second);
        });
        if (blocked) {
          later.push_back(line);
        } else {
          sorted.push_back(line);
          open.erase(line);
        }
      }
      if (later.size() == waiting.size()) {
        sorted.insert(sorted.end(), later.begin(), later.end());
        break;
      }
      waiting = std::move(later);
    }
    item.lines = std::move(sorted);
  }

  // Definitions before uses, else in the order of execution. A partition with a cycle (no legal one) is printed all the same.
  void order_items() {
    std::vector<std::vector<uint32_t>> users(items_.size());
    std::vector<size_t> missing(items_.size());
    using Entry = std::pair<uint32_t, uint32_t>;
    std::priority_queue<Entry, std::vector<Entry>, std::greater<>> ready;
    std::vector<uint32_t> by_key(items_.size());
    for (uint32_t i = 0; i < items_.size(); ++i) {
      by_key[i] = i;
      order_lines(items_[i]);
      missing[i] = items_[i].needs.size();
      for (uint32_t needed : items_[i].needs) users[needed].push_back(i);
      if (missing[i] == 0) ready.emplace(items_[i].key, i);
    }
    std::vector<bool> done(items_.size());
    while (!ready.empty()) {
      uint32_t item = ready.top().second;
      ready.pop();
      done[item] = true;
      order_.push_back(item);
      for (uint32_t user : users[item]) {
        if (--missing[user] == 0) ready.emplace(items_[user].key, user);
      }
    }
    std::sort(by_key.begin(), by_key.end(), [&](uint32_t a, uint32_t b) { return items_[a].key < items_[b].key; });
    for (uint32_t item : by_key) {
      if (!done[item]) order_.push_back(item);
    }
  }

  // A tensor that no line makes is declared; a view that was made before the forward pass becomes a view line in front.
  void declare(TensorId id) {
    if (!id.valid() || defined_by_.contains(id.index) || !seen_.insert(id.index).second) return;
    const Tensor& tensor = graph_.tensors[id];
    if (tensor.view_of.valid()) {
      declare(tensor.view_of);
      early_views_.push_back(id);
    } else {
      declared_.push_back(id);
    }
  }

  void name_tensors() {
    for (TensorId id : graph_.inputs) declare(id);
    std::vector<TensorId> used;
    for (uint32_t item : order_) {
      for (uint32_t line : items_[item].lines) {
        used.insert(used.end(), lines_[line].inputs.begin(), lines_[line].inputs.end());
        // A buffer that the call writes its result to is no operand of the operator.
        EntryId call = lines_[line].op.valid() ? graph_.operators[lines_[line].op].call : EntryId{};
        if (!call.valid()) continue;
        for (uint8_t i : graph_.entries[call].mutates) {
          if (i < graph_.entries[call].inputs.size()) used.push_back(graph_.entries[call].inputs[i]);
        }
      }
    }
    used.insert(used.end(), graph_.outputs.begin(), graph_.outputs.end());
    // Views in front come first in the text, so what they show is declared first, too.
    for (TensorId id : used) {
      if (graph_.tensors[id].view_of.valid()) declare(id);
    }
    for (TensorId id : used) declare(id);
    std::stable_partition(declared_.begin(), declared_.end(), [&](TensorId id) { return declared_as(id) == "input"; });
    std::unordered_map<std::string, int> short_names;
    auto tail = [](std::string_view text, int parts) {
      size_t at = text.size();
      while (parts-- > 0 && at != 0 && at != std::string_view::npos) at = text.rfind('.', at - 1);
      return at == 0 || at == std::string_view::npos ? text : text.substr(at + 1);
    };
    auto short_name = [&](std::string_view text) {
      std::string_view two = tail(text, 2);
      return sanitized(!two.empty() && std::isdigit(static_cast<unsigned char>(two[0])) ? tail(text, 3) : two);
    };
    for (TensorId id : declared_) ++short_names[short_name(graph_.tensors[id].name.view())];
    for (TensorId id : declared_) {
      std::string_view full = graph_.tensors[id].name.view();
      std::string candidate = short_name(full);
      if (full.empty()) candidate = "u0";
      else if (short_names[candidate] > 1) candidate = sanitized(full);
      assign(id, candidate);
    }
    for (TensorId id : early_views_) assign_number_or_name(id);
    for (uint32_t item : order_) {
      for (uint32_t line : items_[item].lines) {
        for (TensorId id : lines_[line].outputs) assign_number_or_name(id);
      }
    }
  }

  void assign(TensorId id, const std::string& candidate) {
    std::string unique = candidate;
    for (int i = 1; !taken_.insert(unique).second; ++i) unique = candidate + "_" + std::to_string(i);
    names_[id.index] = unique;
  }

  void assign_number_or_name(TensorId id) {
    Symbol given = graph_.tensors[id].name;
    if (given.empty()) names_[id.index] = std::to_string(next_number_++);
    else assign(id, sanitized(given.view()));
  }

  std::string name(TensorId id) const {
    auto it = names_.find(id.index);
    return "%" + (it == names_.end() ? "missing" : it->second);
  }

  std::string dims(const Shape& shape) const {
    std::string text;
    for (size_t i = 0; i < shape.size(); ++i) text += (i ? ", " : "") + expressions_.to_string(shape[i]);
    return text;
  }

  // What the reader takes when a line does not say; without `strides_known` it must.
  struct Inferred {
    Layout layout;
    bool strides_known = true;
  };
  Inferred plain(const Tensor& tensor) { return {{contiguous_strides(expressions_, tensor.shape), Dim(0)}}; }

  // Strides are written also where the reader could infer them, when they are not contiguous: a person cannot see them otherwise.
  std::string type(const Tensor& tensor, const Inferred& inferred) {
    std::string text = std::string(dtype_name(tensor.dtype)) + "[" + dims(tensor.shape) + "]";
    bool as_inferred = inferred.strides_known && tensor.strides == inferred.layout.strides;
    if (!as_inferred || tensor.strides != contiguous_strides(expressions_, tensor.shape)) text += "{" + dims(tensor.strides) + "}";
    if (tensor.storage_offset == Dim(0) && inferred.layout.offset == Dim(0)) return text;
    std::string offset = expressions_.to_string(tensor.storage_offset);
    return text + "@" + (offset.find(' ') == std::string::npos ? offset : "(" + offset + ")");
  }

  std::string_view declared_as(TensorId id) const {
    const Tensor& tensor = graph_.tensors[id];
    if (std::find(graph_.inputs.begin(), graph_.inputs.end(), id) != graph_.inputs.end()) return "input";
    if (tensor.kind != TensorKind::Intermediate) return tensor_kind_name(tensor.kind);
    return tensor.producer.valid() && graph_.entries[tensor.producer].launches == 0 ? "empty" : "input";
  }

  void print_declaration(TensorId id) {
    const Tensor& tensor = graph_.tensors[id];
    out_ += std::string(declared_as(id)) + " " + name(id);
    if (!tensor.name.empty() && tensor.name.view() != names_[id.index]) out_ += " " + quoted(tensor.name.view());
    out_ += " : " + type(tensor, plain(tensor)) + "\n";
    if (tensor.storage.valid()) storage_owner_.emplace(tensor.storage.index, id);
  }

  // Of a view without an entry.
  void print_view(TensorId id) {
    const Tensor& tensor = graph_.tensors[id];
    const Tensor& base = graph_.tensors[tensor.view_of];
    auto layouts = infer_view_layouts(expressions_, "view", base, {}, {tensor.shape});
    Inferred inferred = layouts ? Inferred{(*layouts)[0]} : Inferred{{{}, base.storage_offset}, false};
    out_ += name(id) + " = view(" + name(tensor.view_of) + ") : " + type(tensor, inferred) + "\n";
  }

  std::string location(FrameId frame, ModuleId module) const {
    std::string text;
    if (frame.valid()) text = "# " + graph_.frames[frame].file.str() + ":" + std::to_string(graph_.frames[frame].line);
    else if (module.valid() && !graph_.modules[module].path.empty()) text = "# -:0";
    if (module.valid() && !text.empty() && !graph_.modules[module].path.empty()) text += " " + graph_.modules[module].path.str();
    return text;
  }

  void print_item(const Item& item) {
    bool braces = item.kernel.valid();
    if (braces) {
      const Kernel& kernel = graph_.kernels[item.kernel];
      const OperatorKind* kind = lines_[item.lines[0]].op.valid() ? find_operator_kind(graph_.operators[lines_[item.lines[0]].op].kind.view()) : nullptr;
      bool plain = item.lines.size() == 1 && kind != nullptr && kernel.name.view() == default_kernel_name(*kind) && kernel.unit == default_unit(*kind);
      if (plain && !kernel.triton && kernel.fused_by.empty() && kernel.calls.size() <= 1 && kind->name != "transpose") braces = false;
    }
    if (braces) print_kernel_head(graph_.kernels[item.kernel]);
    for (uint32_t line : item.lines) {
      if (braces) out_ += "  ";
      if (lines_[line].op.valid()) print_operator(graph_.operators[lines_[line].op]);
      else if (lines_[line].entry.valid()) print_entry(lines_[line], braces);
      else print_view(lines_[line].outputs[0]);
    }
    if (braces) out_ += "}\n";
  }

  void print_kernel_head(const Kernel& kernel) {
    std::string_view name = kernel.name.view();
    bool bare = !name.empty() && std::all_of(name.begin(), name.end(), identifier_character);
    out_ += "kernel " + (bare ? std::string(name) : quoted(name)) + " " + std::string(unit_name(kernel.unit));
    if (kernel.triton) out_ += " triton";
    if (!kernel.fused_by.empty()) {
      out_ += " by " + quoted(kernel.fused_by);
      if (!kernel.fused_by_file.empty()) out_ += " " + kernel.fused_by_file.str() + ":" + std::to_string(kernel.fused_by_line);
    }
    out_ += " {\n";
  }

  void finish_line(std::string line, const std::string& where) {
    if (!where.empty()) {
      line.resize(std::max<size_t>(line.size() + 2, 60), ' ');
      line += where;
    }
    out_ += line + "\n";
  }

  std::string attribute_text(const Attribute& attribute) const {
    if (const bool* flag = std::get_if<bool>(&attribute)) return *flag ? "True" : "False";
    if (const Dim* dim = std::get_if<Dim>(&attribute)) return expressions_.to_string(*dim);
    if (const double* real = std::get_if<double>(&attribute)) return real_text(*real);
    if (const auto* text = std::get_if<std::string>(&attribute)) return quoted(*text);
    if (const DType* dtype = std::get_if<DType>(&attribute)) return std::string(dtype_name(*dtype));
    return "[" + dims(std::get<std::vector<Dim>>(attribute)) + "]";
  }

  void print_operator(const Operator& op) {
    std::vector<TensorId> written;
    std::string operands;
    for (TensorId id : op.inputs) {
      operands += (operands.empty() ? "" : ", ") + name(id);
      if (!op.call.valid()) continue;
      const Entry& call = graph_.entries[op.call];
      bool marked = std::any_of(call.mutates.begin(), call.mutates.end(), [&](uint8_t i) { return i < call.inputs.size() && call.inputs[i] == id; });
      if (!marked) continue;
      operands += "!";
      written.push_back(id);
    }
    for (const auto& [key, value] : op.attributes) operands += (operands.empty() ? "" : ", ") + key.str() + "=" + attribute_text(value);
    std::vector<std::pair<const Shape*, DType>> outputs;
    for (TensorId id : op.outputs) outputs.emplace_back(&graph_.tensors[id].shape, graph_.tensors[id].dtype);
    std::vector<TensorId> inferred = infer_aliases(graph_, written, outputs);
    std::string left, types;
    for (size_t i = 0; i < op.outputs.size(); ++i) {
      const Tensor& tensor = graph_.tensors[op.outputs[i]];
      TensorId alias = inferred[i].valid() && graph_.tensors[inferred[i]].storage == tensor.storage ? inferred[i] : TensorId{};
      if (auto owner = storage_owner_.find(tensor.storage.index); !alias.valid() && tensor.storage.valid() && owner != storage_owner_.end()) {
        alias = owner->second;
      }
      Inferred layout = plain(tensor);
      if (alias.valid()) {
        layout.layout.offset = graph_.tensors[alias].storage_offset;
        if (graph_.tensors[alias].shape == tensor.shape) layout.layout.strides = graph_.tensors[alias].strides;
      }
      left += (i ? ", " : "") + name(op.outputs[i]);
      types += (i ? ", " : "") + type(tensor, layout);
      if (alias != inferred[i]) types += alias.valid() ? " &" + name(alias) : " &new";
      if (tensor.storage.valid()) storage_owner_.emplace(tensor.storage.index, op.outputs[i]);
    }
    std::string line = left + (left.empty() ? "" : " = ") + op.kind.str() + "(" + operands + ")" + (types.empty() ? "" : " : ") + types;
    finish_line(line, op.call.valid() ? location(graph_.entries[op.call].frame, graph_.entries[op.call].module) : "");
  }

  void print_entry(const Line& line, bool inside) {
    const Entry& entry = graph_.entries[line.entry];
    std::string_view op = entry.op.view();
    if (op.substr(0, 5) == "aten.") op.remove_prefix(5);
    std::string verb(entry.kind == EntryKind::Refresh ? "refresh" : !entry.is_view ? "opaque" : is_view_name(op) ? op : "view");
    std::vector<Shape> shapes;
    for (TensorId id : line.outputs) shapes.push_back(graph_.tensors[id].shape);
    std::optional<std::vector<Layout>> layouts;
    const Tensor* base = entry.inputs.empty() ? nullptr : &graph_.tensors[entry.inputs[0]];
    if (entry.is_view && base != nullptr && !(inside && verb == "transpose")) layouts = infer_view_layouts(expressions_, verb, *base, {}, shapes);
    std::string left, operands, types;
    for (size_t i = 0; i < line.outputs.size(); ++i) {
      const Tensor& tensor = graph_.tensors[line.outputs[i]];
      Inferred inferred = plain(tensor);
      if (verb == "refresh" && base != nullptr) inferred = {{base->strides, base->storage_offset}};
      else if (layouts) inferred = {(*layouts)[i]};
      else if (entry.is_view && base != nullptr) inferred = {{{}, base->storage_offset}, false};
      left += (i ? ", " : "") + name(line.outputs[i]);
      types += (i ? ", " : "") + type(tensor, inferred);
      if (tensor.storage.valid()) storage_owner_.emplace(tensor.storage.index, line.outputs[i]);
    }
    size_t shown = entry.is_view ? std::min<size_t>(entry.inputs.size(), 1) : entry.inputs.size();
    for (size_t i = 0; i < shown; ++i) operands += (i ? ", " : "") + name(entry.inputs[i]);
    if (verb == "opaque") operands += (operands.empty() ? "name=" : ", name=") + quoted(entry.op.view());
    finish_line(left + " = " + verb + "(" + operands + ") : " + types, location(entry.frame, entry.module));
  }

  const Graph& graph_;
  Expressions expressions_;
  std::string out_;
  std::vector<Line> lines_;
  std::unordered_map<uint32_t, uint32_t> defined_by_;  // tensor to line
  std::vector<Item> items_;
  std::vector<uint32_t> order_;
  std::vector<TensorId> declared_, early_views_;
  std::unordered_set<uint32_t> seen_;
  std::unordered_map<uint32_t, std::string> names_;
  std::unordered_set<std::string> taken_;
  std::unordered_map<uint32_t, TensorId> storage_owner_;  // the first tensor printed with this storage
  uint32_t next_number_ = 0;
};

}  // namespace

std::string to_text(const Graph& graph) { return Printer(graph).print(); }

}  // namespace fusescout::graph
