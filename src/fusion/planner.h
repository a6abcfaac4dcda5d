// Which findings are done: each kernel goes into one of them, the others are alternatives.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "fusion/candidate.h"
#include "fusion/verdict.h"

namespace fusescout::fusion {

// An opportunity, or a kernel that exists and could be called.
bool wanted(const Finding& finding);

class Planner {
 public:
  Planner(const Context& context, Estimate step) : context_(context), step_(step), owner_(context.graph.kernels.size()) {}

  // Takes the best first, place by place; what overlaps a better one everywhere is an alternative to it, and not in the sum.
  void add(std::vector<Finding> findings);

  // Takes what saves more than the planned findings that it consists of, all of their places; they are alternatives to it then.
  // Whether there was one.
  bool join(std::vector<Finding> findings);

  // Of a fusion that takes in kernels which need not run at all, only what it saves beyond them counts. Which those are differs from place to
  // place: the first layer makes what the others repeat. The finding's price is that of most places, its gain in the step the sum over all.
  void discount(Finding& finding) const;
  // What is left of a finding when other ones take some of its places.
  void keep(Finding& finding, std::vector<Occurrence> occurrences) const;

  std::vector<bool> taken() const;

  std::vector<Finding> result;
  Estimate saved;

  std::string unique_id(const Finding& finding);

 private:
  // At a place where some of its kernels need not run.
  Price price_without(const Finding& finding, const std::vector<bool>& goes) const;

  void share(Finding& finding) const;

  bool gone(const Occurrence& occurrence) const;

  // All kernels of all places of what a generic engine found are those of one better finding. (Work that need not be done at all is worth
  // telling even so, but for a copy: a kernel that reads strides has none.)
  bool within_better(const Finding& finding) const;

  void plan(Finding& finding);

  const Context& context_;
  Estimate step_;
  std::vector<std::string> owner_;                 // of each kernel: the finding that takes it
  std::set<std::vector<graph::KernelId>> known_;      // kernels of findings, place by place
  std::set<graph::KernelId> removed_;                     // nothing takes their place
  std::map<std::string, int> ids_;
};

}  // namespace fusescout::fusion
