// Some kernels seen as one: what goes in and out, what memory traffic would vanish, where it stands in the source.
#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "fusion/finding.h"
#include "fusion/flow.h"

namespace fusescout::fusion {

struct Group {
  std::vector<graph::KernelId> kernels;       // in order of execution
  std::vector<graph::OperatorId> operators;   // all of theirs, in order
  std::vector<graph::TensorId> inputs;        // from outside, as the first operator sees them
  std::vector<graph::TensorId> outputs;       // read outside or written in place
  std::vector<graph::TensorId> mutated;       // inputs that are written in place
  double bytes_saved = 0;                     // intermediates that no longer go through memory, inputs that are read once
};

Group make_group(const Flow& flow, std::vector<graph::KernelId> kernels);

std::vector<graph::FrameId> stack_of(const graph::Graph& graph, graph::FrameId frame);   // outermost first

// Whether two lines were passed in one activation of one function.
bool same_activation(const graph::Graph& graph, graph::FrameId a, graph::FrameId b);

// By frame: how many kernels of one layer, or of these only, are launched by what is called on its line. Layers share frames; counted when first
// asked for.
class FrameKernels {
 public:
  const std::vector<uint32_t>& of_layer(const graph::Graph& graph, const std::vector<Symbol>& layer_of_kernel, Symbol layer,
                                        const std::set<graph::KernelId>* only = nullptr) const;

 private:
  mutable std::map<Symbol, std::vector<uint32_t>> counts_;
};

struct FrameCounts {
  std::span<const uint32_t> kernels, whole;    // all of the layer; those that are fused today
};

// The frame of an operator that stands among the arguments of the call that reads it: on its lines, which begin with the call's name. Invalid:
// it stands elsewhere.
graph::FrameId among_arguments(const graph::Graph& graph, graph::OperatorId op, graph::OperatorId reader);
// Where the operators meet: the lines of the innermost function that calls them all; the calls of it that do mostly this (`kernels` of a layer);
// then the calls on the way down to the operators, and their own lines. Of the kernels in `whole` the lines that only they stand behind are
// left out, of an operator alone only where others stand beside it; so are calls that are lines of `others`.
std::vector<Span> places_of(const graph::Graph& graph, std::span<const graph::OperatorId> operators, size_t kernels, const FrameCounts& counts,
                            const std::set<graph::KernelId>& whole = {}, const std::set<graph::FrameId>& others = {});
// Of these the first alone: the lines of the innermost function that calls them all.
Span meeting_of(const graph::Graph& graph, std::span<const graph::OperatorId> operators);
Location place_of(const graph::Graph& graph, graph::OperatorId op);
Location place_of(const graph::Graph& graph, graph::EntryId entry);

// A Python name for a tensor: of the parameter or input, else after the module or the operator that made it.
std::string tensor_name(const graph::Graph& graph, graph::TensorId tensor);
Interface make_interface(const Flow& flow, const Group& group, const std::string& name);
// A number's name in the interface: the attribute's, or what an operand of this kind is called: "factor", "offset".
std::string scalar_name(std::string_view kind, std::string_view attribute);
// "rms_norm(add, weight)"
std::vector<std::string> operator_texts(const Flow& flow, const Group& group);

}  // namespace fusescout::fusion
