#include "contract/contract.h"

#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/format.h>

#include "contract/call_site.h"
#include "contract/computed.h"
#include "contract/helpers.h"
#include "contract/original.h"
#include "contract/python_text.h"
#include "contract/reference.h"
#include "contract/test_inputs.h"

namespace fusescout::contract {

using fusion::Finding;
using fusion::Interface;
using fusion::InterfaceScalar;
using fusion::InterfaceTensor;
using graph::Graph;
using graph::Tensor;
using graph::TensorId;
using graph::TensorKind;

namespace {

constexpr int64_t alignment = 32;  // bytes of the last axis that a vector core moves at once

std::string layout_text(const Graph& graph, const Tensor& t) {
  if (graph.contiguous(t)) return "contiguous";
  std::string strides;
  for (const graph::Dim& s : t.strides) strides += (strides.empty() ? "" : ", ") + std::to_string(s.value);
  return fmt::format("strides ({}){}", strides, t.storage_offset.value ? fmt::format(", offset {}", t.storage_offset.value) : "");
}

std::string alignment_text(const Tensor& t) {
  if (t.shape.empty()) return "scalar";
  int64_t bytes = std::llround(static_cast<double>(t.shape.back().value) * graph::dtype_size(t.dtype));
  return bytes % alignment == 0 ? fmt::format("last axis {} bytes, a multiple of {}", bytes, alignment)
                                : fmt::format("last axis {} bytes, no multiple of {}", bytes, alignment);
}

TensorContract describe(const Graph& graph, const InterfaceTensor& tensor, const std::string& role) {
  const Tensor& t = graph.tensors[tensor.tensor];
  TensorContract out;
  out.name = python_name(tensor.name);
  out.role = role;
  if (out.role.empty())
    out.role = tensor.parameter ? "weight" : graph.tensors[graph.root(tensor.tensor)].kind == TensorKind::Cache ? "cache" : "input";
  out.shape_symbols = symbolic_shape(graph, t.shape);
  out.shape = shape_text(t.shape);
  out.dtype = torch_dtype(t.dtype);
  out.layout = layout_text(graph, t);
  out.alignment = alignment_text(t);
  out.mutated = tensor.mutated;
  return out;
}

class Writer {
 public:
  Writer(const Finding& finding, const graph::ModelRun& run, const SourceTexts& sources) : finding_(finding), graph_(run.graph) {
    out_.named = finding.interface;
    out_.name = python_name(finding.interface.name);
    if (!finding.occurrences.empty()) operators_ = finding.occurrences[0].operators;
    std::vector<graph::OperatorId> proposed;
    for (const fusion::ProposedKernel& kernel : finding.proposal)
      proposed.insert(proposed.end(), kernel.operators.begin(), kernel.operators.end());
    if (!proposed.empty()) operators_ = proposed;
    std::sort(operators_.begin(), operators_.end());
    // A result that lies in the storage of an argument is that argument, written in place: an operator may not return it as well.
    std::vector<size_t> returned;
    for (size_t i = 0; i < interface().outputs.size(); ++i) {
      bool in_place = std::any_of(interface().inputs.begin(), interface().inputs.end(), [&](const InterfaceTensor& input) {
        const Tensor &a = graph_.tensors[input.tensor], &b = graph_.tensors[interface().outputs[i].tensor];
        return a.storage.valid() && a.storage == b.storage;
      });
      if (!in_place) returned.push_back(i);
    }
    for (size_t i : returned) returned_.push_back(interface().outputs[i]);
    CallSites places = call_sites(finding_, operators_, returned_, run, sources, place_notes_);
    if (!finding.proposal.empty() && !places.patch.empty()) {
      std::string names;
      for (const std::string& name : computed_numbers(finding_, operators_, graph_, sources)) names += fmt::format("{}`{}`", names.empty() ? "" : ", ", name);
      if (!names.empty()) place_notes_.push_back(fmt::format("call site: the source computes {}: pass what it has there, the numbers are those of this run on rank 0", names));
    }
    // What need not run is told where it meets others, which stay.
    if (finding.proposal.empty() && !finding.occurrences.empty()) {
      const std::vector<graph::KernelId>& goes = finding.occurrences[0].kernels;
      std::erase_if(operators_, [&](graph::OperatorId op) { return std::find(goes.begin(), goes.end(), graph_.operators[op].kernel) == goes.end(); });
    }
    out_.call_sites = std::move(places.sites);
    out_.patch = std::move(places.patch);
    take_names(places, returned);
    returned_.clear();
    for (size_t i : returned) returned_.push_back(interface().outputs[i]);
    for (const InterfaceTensor& tensor : interface().inputs) out_.inputs.push_back(describe(graph_, tensor, ""));
    for (const InterfaceTensor& tensor : interface().outputs) out_.outputs.push_back(describe(graph_, tensor, "output"));
  }

  Contract write() {
    out_.signature = fmt::format("def {}({}) -> {}", out_.name, parameters(true), result_type());
    out_.interface = fmt::format("{}:\n{}    return torch.ops.fusescout.{}({})\n", out_.signature, docstring(), out_.name, arguments());
    write_reference();
    write_registration();
    write_test();
    out_.python = fmt::format("import torch\nimport torch.nn.functional as F\n\n\n{}\n\n{}\n\n{}\n\n{}", out_.reference, out_.registration,
                              out_.interface, out_.test);
    out_.notes.insert(out_.notes.end(), place_notes_.begin(), place_notes_.end());
    out_.original = original_calls(graph_, interface(), operators_, returned_);
    return std::move(out_);
  }

 private:
  const Interface& interface() const { return out_.named; }

  // Parameters are called as the source's variables are where the call stands; weights keep the name of their module.
  void take_names(const CallSites& places, const std::vector<size_t>& returned) {
    std::set<std::string> taken;
    for (const InterfaceScalar& s : interface().scalars) taken.insert(s.name);
    auto rename = [&](std::string& name, const std::string& expression, const char* otherwise) {
      std::string wanted = expression.substr(expression.rfind('.') + 1);
      if (wanted.empty() || wanted != python_name(wanted)) wanted = name;
      if (taken.contains(wanted)) wanted += otherwise;
      name = wanted;
      for (int n = 2; !taken.insert(name).second; ++n) name = fmt::format("{}_{}", wanted, n);
    };
    for (size_t i = 0; i < out_.named.inputs.size(); ++i) {
      bool source = i < places.arguments.size() && !out_.named.inputs[i].parameter;
      rename(out_.named.inputs[i].name, source ? places.arguments[i] : "", "");
    }
    for (size_t i = 0; i < out_.named.outputs.size(); ++i) {
      auto at = std::find(returned.begin(), returned.end(), i);
      size_t which = static_cast<size_t>(at - returned.begin());
      rename(out_.named.outputs[i].name, at != returned.end() && which < places.targets.size() ? places.targets[which] : "", "_out");
    }
  }

  // "x: torch.Tensor, eps: float = 1e-06"; without types and defaults: for a definition that takes all of them.
  std::string parameters(bool typed) const {
    std::string text;
    auto add = [&](const std::string& p) { text += (text.empty() ? "" : ", ") + p; };
    for (const TensorContract& t : out_.inputs) add(typed ? t.name + ": torch.Tensor" : t.name);
    for (const InterfaceScalar& s : interface().scalars)
      add(typed ? fmt::format("{}: {} = {}", python_name(s.name), s.type, default_of(s)) : python_name(s.name));
    return text;
  }
  static std::string default_of(const InterfaceScalar& s) {
    if (s.type == "float" && (s.value == "inf" || s.value == "-inf" || s.value == "nan")) return fmt::format("float(\"{}\")", s.value);
    return s.value;
  }
  std::string arguments() const { return parameters(false); }
  std::string result_type() const {
    if (returned_.empty()) return "None";
    if (returned_.size() == 1) return "torch.Tensor";
    std::string text = "tuple[";
    for (size_t i = 0; i < returned_.size(); ++i) text += i ? ", torch.Tensor" : "torch.Tensor";
    return text + "]";
  }

  std::string docstring() const {
    std::string text = "    \"\"\"" + (finding_.target_en.empty() ? finding_.name_en : finding_.target_en) + "\n";
    if (!finding_.operators_text.empty()) {
      text += "\n    Computes:\n";
      for (const std::string& op : finding_.operators_text) text += "        " + op + "\n";
    }
    auto line = [&](const TensorContract& t) {
      std::string more = t.mutated ? "; written in place" : "";
      text += fmt::format("        {}: {} {} = {}, {}; {}{}{}\n", t.name, t.dtype, t.shape_symbols, t.shape, t.layout, t.alignment,
                          t.role == "input" || t.role == "output" ? "" : "; " + t.role, more);
    };
    text += "\n    Args:\n";
    for (const TensorContract& t : out_.inputs) line(t);
    for (const InterfaceScalar& s : interface().scalars)
      text += fmt::format("        {}: {}, here {}\n", python_name(s.name), s.type, default_of(s));
    text += "\n    Returns:\n";
    if (returned_.empty()) text += "        nothing: the result is written in place\n";
    for (const TensorContract& t : out_.outputs) {
      bool returned =
          std::any_of(returned_.begin(), returned_.end(), [&](const InterfaceTensor& r) { return python_name(r.name) == t.name; });
      if (returned) line(t);
    }
    std::string safe;
    for (char c : text) safe += c == '\\' ? std::string("\\\\") : std::string(1, c);
    return safe + "    \"\"\"\n";
  }

  void write_reference() {
    ReferenceWriter writer(graph_, interface(), operators_);
    std::vector<TensorId> results;
    for (const InterfaceTensor& output : returned_) results.push_back(output.tensor);
    Reference reference = writer.write(results);
    out_.reference = helper_sources(reference.helpers) + fmt::format("def {}_reference({}):\n", out_.name, parameters(true));
    for (const std::string& line : reference.lines) out_.reference += "    " + line + "\n";
    out_.complete = reference.complete;
    out_.notes.insert(out_.notes.end(), reference.notes.begin(), reference.notes.end());
  }

  void write_registration() {
    std::string schema;
    char alias = 'a';
    for (const TensorContract& t : out_.inputs) {
      std::string type = "Tensor";
      if (t.mutated) type += fmt::format("({}!)", alias++);
      schema += (schema.empty() ? "" : ", ") + type + " " + t.name;
    }
    for (const InterfaceScalar& s : interface().scalars) {
      std::string given = s.type == "float" ? "float" : s.type == "int" ? "int" : s.type == "bool" ? "bool" : "str";
      schema += (schema.empty() ? "" : ", ") + given + " " + python_name(s.name);
    }
    std::string result = returned_.empty() ? "()" : returned_.size() == 1 ? "Tensor" : "(";
    for (size_t i = 0; i < returned_.size() && returned_.size() > 1; ++i) result += i ? ", Tensor" : "Tensor";
    if (returned_.size() > 1) result += ")";

    Sizes sizes(graph_);
    for (const InterfaceTensor& input : interface().inputs) sizes.add_argument(python_name(input.name), graph_.tensors[input.tensor]);
    std::string made;
    std::string device = out_.inputs.empty() ? "" : fmt::format(", device={}.device", out_.inputs[0].name);
    for (const InterfaceTensor& output : returned_) {
      const Tensor& t = graph_.tensors[output.tensor];
      made += (made.empty() ? "" : ", ") + fmt::format("torch.empty({}, dtype={}{})", sizes.list(t.shape), torch_dtype(t.dtype), device);
    }
    std::string meta;
    for (const std::string& line : sizes.definitions()) meta += "    " + line + "\n";
    meta += fmt::format("    return {}\n", made.empty() ? "None" : made);
    out_.registration = fmt::format(
        "LIBRARY = torch.library.Library(\"fusescout\", \"FRAGMENT\")\n"
        "LIBRARY.define(\"{0}({1}) -> {2}\")\n"
        "# Everywhere until there is a kernel; then: LIBRARY.impl(\"{0}\", kernel, \"PrivateUse1\")\n"
        "LIBRARY.impl(\"{0}\", {0}_reference, \"CompositeExplicitAutograd\")\n\n\n"
        "@torch.library.register_fake(\"fusescout::{0}\", lib=LIBRARY)\n"
        "def {0}_meta({3}):\n{4}",
        out_.name, schema, result, parameters(false), meta);
  }

  void write_test() {
    std::string inputs, names;
    for (const InterfaceTensor& input : interface().inputs) {
      inputs += fmt::format("        \"{}\": {},\n", python_name(input.name), test_input(graph_, operators_, input.tensor));
    }
    for (const InterfaceScalar& s : interface().scalars) inputs += fmt::format("        \"{}\": {},\n", python_name(s.name), default_of(s));
    std::string tolerances;
    for (const InterfaceTensor& output : returned_)
      tolerances += fmt::format("        dict({}),\n", tolerance(graph_.tensors[output.tensor]));
    std::string mutated;
    for (const TensorContract& t : out_.inputs) {
      if (t.mutated) mutated += (mutated.empty() ? "" : ", ") + fmt::format("\"{}\"", t.name);
    }
    out_.test = std::string(make_function) + fmt::format(
        "\n\ndef {0}_inputs(device=\"cpu\"):\n    torch.manual_seed(0)\n    return {{\n{1}    }}\n\n\n"
        "def test_{0}(device=\"cpu\"):\n"
        "    given = {0}_inputs(device)\n"
        "    written = [{3}]\n"
        "    copies = [{{k: v.clone() if k in written else v for k, v in given.items()}} for _ in range(2)]\n"
        "    results = [{0}(**copies[0]), {0}_reference(**copies[1])]\n"
        "    results = [r if isinstance(r, (tuple, list)) else () if r is None else (r,) for r in results]\n"
        "    tolerances = [\n{2}    ]\n"
        "    assert len(results[0]) == len(results[1]) == len(tolerances)\n"
        "    for result, expected, tolerance in zip(*results, tolerances):\n"
        "        assert result.dtype == expected.dtype and result.shape == expected.shape\n"
        "        torch.testing.assert_close(result.float(), expected.float(), **tolerance)\n"
        "    for name in written:\n"
        "        torch.testing.assert_close(copies[0][name].float(), copies[1][name].float(), rtol=2e-2, atol=2e-2)\n"
        "    on_meta = {0}(**{{k: v.to(\"meta\") if isinstance(v, torch.Tensor) else v for k, v in given.items()}})\n"
        "    on_meta = on_meta if isinstance(on_meta, (tuple, list)) else () if on_meta is None else (on_meta,)\n"
        "    assert [(tuple(m.shape), m.dtype) for m in on_meta] == [(tuple(r.shape), r.dtype) for r in results[1]]\n\n\n"
        "if __name__ == \"__main__\":\n    test_{0}()\n    print(\"{0}: as its reference\")\n",
        out_.name, inputs, tolerances, mutated);
    if (!out_.complete) out_.notes.push_back("the test needs a complete reference");
  }

  const Finding& finding_;
  const Graph& graph_;
  std::vector<std::string> place_notes_;
  std::vector<InterfaceTensor> returned_;
  std::vector<graph::OperatorId> operators_;
  Contract out_;
};

}  // namespace

Contract make_contract(const Finding& finding, const graph::ModelRun& run, const SourceTexts& sources) {
  return Writer(finding, run, sources).write();
}

}  // namespace fusescout::contract
