#include "contract/original.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "contract/names.h"
#include "contract/python_text.h"

namespace fusescout::contract {

using graph::Argument;
using graph::Dim;
using graph::Entry;
using graph::EntryId;
using graph::EntryKind;
using graph::Graph;
using graph::OperatorId;
using graph::Tensor;
using graph::TensorId;

namespace {

class Calls {
 public:
  Calls(const Graph& graph, const fusion::Interface& interface, const std::vector<OperatorId>& operators)
      : graph_(graph), interface_(interface) {
    for (OperatorId id : operators) {
      if (graph.operators[id].call.valid()) group_.insert(graph.operators[id].call);
    }
  }

  std::string write(const std::vector<fusion::InterfaceTensor>& returned) {
    std::vector<EntryId> wanted(group_.begin(), group_.end());
    for (const fusion::InterfaceTensor& output : returned) need(output.tensor);
    for (EntryId call : wanted) {
      const Entry& entry = graph_.entries[call];
      for (size_t i = 0; i < entry.inputs.size(); ++i) {
        // A buffer of somebody else that the call writes: what it held does not matter.
        bool written = std::find(entry.mutates.begin(), entry.mutates.end(), i) != entry.mutates.end();
        std::set<EntryId> views = views_;
        std::set<uint32_t> seen = seen_;
        bool known = known_;
        need(entry.inputs[i]);
        if (!written || known_ == known) continue;
        known_ = known;
        views_ = std::move(views);
        seen_ = std::move(seen);
        buffers_.insert(entry.inputs[i].index);
      }
    }
    if (!known_) return {};
    std::set<EntryId> all = views_;
    all.insert(group_.begin(), group_.end());
    std::string text = "def original(call";
    for (const fusion::InterfaceTensor& input : interface_.inputs) text += ", " + python_name(input.name);
    text += "):\n";
    for (uint32_t index : buffers_) {
      const Tensor& t = graph_.tensors[TensorId{index}];
      text += fmt::format("    t{} = torch.zeros({}, dtype={})\n", index, shape_text(t.shape), torch_dtype(t.dtype));
    }
    for (EntryId id : all) text += "    " + line(id) + "\n";
    std::string result;
    for (const fusion::InterfaceTensor& output : returned) result += (result.empty() ? "" : ", ") + name(output.tensor);
    return text + "    return [" + result + "]\n";
  }

 private:
  const fusion::InterfaceTensor* given(TensorId t) const {
    for (const fusion::InterfaceTensor& input : interface_.inputs) {
      if (same_place(graph_, input.tensor, t)) return &input;
    }
    return nullptr;
  }
  bool in_group(EntryId id) const { return group_.contains(id); }

  // A view that its own producer was given and wrote through: there is no other tensor that stands for it before.
  bool written_through(TensorId t) const {
    const Tensor& tensor = graph_.tensors[t];
    if (!tensor.producer.valid() || !tensor.view_of.valid()) return false;
    const std::vector<TensorId>& inputs = graph_.entries[tensor.producer].inputs;
    return std::find(inputs.begin(), inputs.end(), t) != inputs.end();
  }

  // Follows a tensor back to an input or a call of the group; calls in between only look at tensors.
  void need(TensorId t) {
    if (!seen_.insert(t.index).second || given(t)) return;
    const Tensor& tensor = graph_.tensors[t];
    if (!tensor.producer.valid()) {
      known_ = known_ && tensor.view_of.valid();
      if (tensor.view_of.valid()) need(tensor.view_of);
      return;
    }
    if (written_through(t)) return need(tensor.view_of);
    const Entry& producer = graph_.entries[tensor.producer];
    if (in_group(tensor.producer)) return;
    if (producer.kind == EntryKind::Refresh) return need(producer.inputs[0]);
    bool looks = producer.kind == EntryKind::Call && producer.launches == 0 && producer.mutates.empty() && !producer.opaque;
    if (!looks) {
      known_ = false;
      return;
    }
    views_.insert(tensor.producer);
    for (TensorId input : producer.inputs) need(input);
  }

  std::string name(TensorId t) {
    if (const auto* input = given(t)) return python_name(input->name);
    if (buffers_.contains(t.index)) return fmt::format("t{}", t.index);
    const Tensor& tensor = graph_.tensors[t];
    if (!tensor.producer.valid() || written_through(t)) {
      auto list = [](const graph::Shape& shape) { return shape_text(shape); };
      return fmt::format("call(\"as_strided\", \"\", {}, {}, {}, {})", name(tensor.view_of), list(tensor.shape), list(tensor.strides),
                         tensor.storage_offset.value);
    }
    const Entry& producer = graph_.entries[tensor.producer];
    if (producer.kind == EntryKind::Refresh) return name(producer.inputs[0]);
    if (std::find(producer.outputs.begin(), producer.outputs.end(), t) != producer.outputs.end()) return fmt::format("t{}", t.index);
    for (uint8_t i : producer.mutates) {     // the object that was written
      if (i < producer.inputs.size() && graph_.tensors[producer.inputs[i]].storage == tensor.storage) return name(producer.inputs[i]);
    }
    return fmt::format("t{}", t.index);
  }

  std::string value(const Argument& argument) {
    if (const auto* t = std::get_if<TensorId>(&argument.value)) return name(*t);
    if (const auto* b = std::get_if<bool>(&argument.value)) return *b ? "True" : "False";
    if (const auto* d = std::get_if<Dim>(&argument.value)) return std::to_string(d->value);
    if (const auto* f = std::get_if<double>(&argument.value)) return float_literal(*f);
    if (const auto* s = std::get_if<std::string>(&argument.value)) return fmt::format("\"{}\"", *s);
    if (const auto* d = std::get_if<graph::DType>(&argument.value)) return torch_dtype(*d);
    if (const auto* list = std::get_if<std::shared_ptr<graph::ArgumentList>>(&argument.value)) {
      std::string text = "[";
      for (const Argument& a : **list) text += (text.size() > 1 ? ", " : "") + value(a);
      return text + "]";
    }
    return "None";     // absent, or no value of the device's
  }

  std::string line(EntryId id) {
    const Entry& entry = graph_.entries[id];
    std::string text = fmt::format("call(\"{}\", \"{}\"", entry.op.view(), entry.overload.view());
    for (const Argument& a : entry.arguments) text += ", " + (a.name.empty() ? "" : python_name(a.name.view()) + "=") + value(a);
    text += ")";
    std::string outputs;
    for (TensorId t : entry.outputs) outputs += (outputs.empty() ? "" : ", ") + fmt::format("t{}", t.index);
    return (outputs.empty() ? "" : outputs + " = ") + text;
  }

  const Graph& graph_;
  const fusion::Interface& interface_;
  std::set<EntryId> group_, views_;
  std::set<uint32_t> seen_, buffers_;
  bool known_ = true;
};

}  // namespace

std::string original_calls(const Graph& graph, const fusion::Interface& interface, const std::vector<OperatorId>& operators,
                           const std::vector<fusion::InterfaceTensor>& returned) {
  return Calls(graph, interface, operators).write(returned);
}

}  // namespace fusescout::contract
