// A group of launches that might be one, before the verdict; and the finders of candidates.
#pragma once

#include <span>
#include <set>
#include <string>
#include <vector>

#include "fusion/analyze.h"
#include "fusion/finding.h"
#include "fusion/flow.h"
#include "fusion/group.h"
#include "fusion/matcher.h"

namespace fusescout::fusion {

struct Candidate {
  std::string name;                          // "add_rms_norm", "vector_chain"
  std::string kind;                          // Finding::kind
  Family family = Family::Vector;
  std::string name_en, name_zh, why_en, why_zh;
  std::string operator_name;                 // of a new kernel, without "fused_"; empty: the candidate's name
  std::vector<NodeId> nodes;                 // what it is about; the kernels may compute more
  std::vector<graph::KernelId> kernels;      // that hold the nodes
  bool removes = false;                      // nothing takes the kernels' place
  bool part = false;                         // of what a larger variant of its pattern takes: for where that comes to nothing
  std::vector<std::vector<NodeId>> after;    // nodes, by kernel that takes their place; empty: all are one
  std::vector<Condition> conditions;
  std::string blocked;                       // the first reason against it
  std::vector<size_t> meanings;              // existing kernels that do it, by index
  std::vector<FusedBy> made_by;              // a graph pass that makes several other kernels of these, and those
};

class Numbering;

struct Context {
  const graph::Graph& graph;
  Flow flow;
  Launches launches;
  std::vector<Symbol> layer_of_kernel;
  std::vector<NodeId> node_of_operator;      // live ones
  std::vector<bool> expert_modules;          // by module: those that route tokens to experts or run them
  FrameKernels frame_kernels;
  std::span<const FusedKernelMeaning> available;
  const Pricer& pricer;
  std::vector<bool> passed = {};             // by tensor: arguments of other calls, whether their meaning has a use for them or not
  std::vector<bool> cache_storages = {};     // by storage: those of keys and values, whatever was written to them since; a recurrence's state is none
  std::set<graph::KernelId> fused = {};      // kernels of today that are more than an operator of torch, and conversions among their arguments
  FrameKernels frame_fused = {};
};

std::string in_brackets(Location place);               // " (model.py:12)"; empty without a place
// A kernel of torch_npu, of the trees' own C++ or Triton: one that somebody chose, where torch has its operators.
bool is_chosen(std::string_view kernel);
Family family_of(const std::string& folder);           // "norm"
// By the most particular operator: a chain with a norm is a Norm. What has none is MoE all the same where it serves experts.
Family family_of(const Context& context, std::span<const NodeId> nodes);
// Of work that is nothing particular by itself, and is done for others: theirs, where they agree. (What prepares a recurrence is Vector work as that is.)
Family family_served(const Context& context, std::span<const NodeId> nodes);
std::vector<NodeId> nodes_of(const Context& context, std::span<const graph::KernelId> kernels);
// "add_rms_norm_cast": what they do, each once, in order, the first four; a kernel that does many things by its own name.
std::string kinds_name(const Context& context, std::span<const NodeId> nodes, std::string_view between = "_");
void set_kernels(const Context& context, Candidate& candidate);  // from its nodes
// Whether nobody takes up what the operator makes, and it does nothing else.
bool unread(const Context& context, graph::OperatorId op);
bool in_one_kernel(const Context& context, const std::vector<NodeId>& nodes);
void check(Candidate& candidate, std::string name, bool holds, std::string value, std::string reason);
// Whether the kernels may be one: kernels that do other heavy work, a path out and back in, a write in between; who else reads intermediates.
void check_legality(const Context& context, Candidate& candidate);

// Named patterns; what several patterns say about one set of operators is kept by all of them.
std::vector<Candidate> find_named(const Context& context, const std::vector<graph::Pattern>& patterns);
// Existing kernels that would do what several kernels do now.
std::vector<Candidate> find_available(const Context& context);
// A number for each row (a gate, an index) that an element-wise kernel makes for a vector kernel of a new one alone: that makes it on the way.
void take_in_numbers_of_rows(const Context& context, std::vector<Candidate>& candidates, const std::vector<Candidate>& redundant);
// What graph passes have put several kernels in the place of.
std::vector<Candidate> find_apart(const Context& context, std::span<const graph::PassResult> passes);
// Element-wise, injective, reducing and row-wise compound kernels that can run in one pass over the rows. `taken`: kernels that are spoken for.
std::vector<Candidate> find_chains(const Context& context, const std::vector<bool>& taken);
// Of what is planned, a chain and a kernel beside it that could be one.
std::vector<Candidate> find_joined(const Context& context, const std::vector<Finding>& planned);
// Products whose weights lie side by side already.
std::vector<Candidate> find_merged(const Context& context);
// Matmuls of one input with weights that can lie side by side; equal small kernels that depend on nothing of each other.
std::vector<Candidate> find_siblings(const Context& context, const Numbering& numbering, const std::vector<bool>& taken);
// Copies and casts that need not be; work that is done again in every layer or in every step.
std::vector<Candidate> find_redundant(const Context& context, const Numbering& numbering, const std::vector<bool>& taken);

}  // namespace fusescout::fusion
