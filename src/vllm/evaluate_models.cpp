#include "vllm/evaluate_models.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "base/bytes.h"
#include "base/shared_memory.h"

namespace fusescout::vllm {
namespace {

using Indices = std::vector<size_t>;
using Outcomes = std::vector<std::pair<size_t, std::string_view>>;   // by task: the result and '+', or why there is none and '-'

// Results are large, and those of a scenario pass through two processes. They stay where they were put.
SharedMemory& shared() {
  static SharedMemory memory;
  return memory;
}

bool same_request(const ModelRequest& a, const ModelRequest& b) {
  auto all = [](const ModelRequest& r) { return std::tie(r.model, r.architecture, r.config, r.config_folder, r.misfits, r.forked, r.watch_config, r.quant_description); };
  return all(a) == all(b);
}

// Scenarios whose models are probably constructed alike, prefill and decode of one server first of all. Whether they are is found out.
bool may_share_model(const EvaluationTask& a, const EvaluationTask& b) {
  auto all = [](const graph::Scenario& s) {
    return std::tie(s.upstream, s.device, s.custom_ops, s.triton, s.environment, s.graph_mode, s.dtype, s.tp, s.ep, s.dp, s.pp, s.quant, s.additional_config);
  };
  constexpr int64_t usual_limit = 2048;   // of tokens in a step: for a larger one the server is configured anew
  return same_request(a.request, b.request) && all(a.scenario) == all(b.scenario) && a.scenario.context == b.scenario.context &&
         (a.scenario.tokens > usual_limit) == (b.scenario.tokens > usual_limit);
}

class Run {
 public:
  Run(const Sources& sources, const std::vector<EvaluationTask>& tasks, const EvaluateModelsOptions& options,
      const std::function<std::string(const graph::ModelRun&)>& result, const std::function<void(size_t, ErrorOr<std::string_view>)>& done)
      : sources_(sources), tasks_(tasks), options_(options), result_(result), done_(done), meanwhile_(options.meanwhile), around_begin_(options.around_begin) {}

  void all() {
    sources_.asts->open(*sources_.data);
    for (const source::Tree* tree : {sources_.vllm, sources_.ascend, sources_.transformers}) {
      if (tree != nullptr) sources_.asts->open(*tree);
    }
    Indices open(tasks_.size());
    for (size_t i = 0; i < open.size(); ++i) open[i] = i;
    while (!open.empty()) {
      const EvaluationTask& first = tasks_[open[0]];
      Evaluation evaluation(sources_, around_begin_ ? ModelRequest() : first.request, first.scenario);
      auto begin = [&] {
        if (options_.share) evaluation.begin();
      };
      if (AroundBegin around = std::exchange(around_begin_, nullptr)) {
        if (!around(begin)) return;
      } else {
        begin();
      }
      Indices now, later;
      for (size_t i : open) (evaluation.fits(tasks_[i].request, tasks_[i].scenario) ? now : later).push_back(i);
      while (!now.empty()) now = from_begin(evaluation, groups_of(now));
      open = std::move(later);
    }
  }

 private:
  std::vector<Indices> groups_of(const Indices& open) const {
    std::vector<Indices> groups;
    for (size_t i : open) {
      auto group = std::find_if(groups.begin(), groups.end(), [&](const Indices& g) { return options_.share && may_share_model(tasks_[g[0]], tasks_[i]); });
      if (group == groups.end()) groups.push_back({i});
      else group->push_back(i);
    }
    return groups;
  }

  // Each group in a process. Gives the tasks that cannot share their group's model after all.
  Indices from_begin(Evaluation& evaluation, const std::vector<Indices>& groups) {
    Indices left;
    one_group_ = groups.size() == 1;
    shared();                      // before the first fork
    auto jobs = std::max(1u, options_.jobs);
    unsigned inner = groups.size() >= 2 * jobs ? 1 : jobs;   // groups differ in size: the last one has all to itself
    auto work = [&](size_t g) {
      const Indices& group = groups[g];
      sources_.asts->forget_news();
      evaluation.switch_to(tasks_[group[0]].request, tasks_[group[0]].scenario);
      if (!options_.share) evaluation.begin();
      evaluation.construct();
      if (group.size() == 1) return message({finish(evaluation, group[0])});
      return message(from_model(evaluation, group, inner));
    };
    run_in_processes(groups.size(), jobs, options_.limits, work, [&](size_t g, ErrorOr<std::string> bytes) {
      Indices missing = groups[g];
      if (bytes.is_error()) {
        // Of several only the first is certainly to blame.
        done_(missing[0], Error{bytes.error().message});
        missing.erase(missing.begin());
      } else {
        for (auto& [index, outcome] : read_message(*bytes)) {
          std::erase(missing, index);
          hand_on(index, outcome);
        }
      }
      left.insert(left.end(), missing.begin(), missing.end());
    }, std::exchange(meanwhile_, nullptr));
    std::sort(left.begin(), left.end());
    return left;
  }

  // In the process of a group whose model is constructed: its scenarios, each in a process.
  Outcomes from_model(Evaluation& evaluation, const Indices& group, unsigned jobs) {
    Indices fitting;
    std::copy_if(group.begin(), group.end(), std::back_inserter(fitting), [&](size_t i) { return evaluation.fits(tasks_[i].request, tasks_[i].scenario); });
    Outcomes outcomes;
    auto work = [&](size_t i) {
      sources_.asts->forget_news();
      evaluation.switch_to(tasks_[fitting[i]].request, tasks_[fitting[i]].scenario);
      return message({finish(evaluation, fitting[i])});
    };
    run_in_processes(fitting.size(), jobs, options_.limits, work, [&](size_t i, ErrorOr<std::string> bytes) {
      if (bytes.is_error()) {
        outcomes.emplace_back(fitting[i], shared().put(bytes.error().message + "-"));
      } else {
        for (auto& outcome : read_message(*bytes)) outcomes.push_back(std::move(outcome));
      }
    });
    return outcomes;
  }

  Outcomes::value_type finish(Evaluation& evaluation, size_t task) const {
    std::string result = result_(evaluation.finish());
    result += '+';
    return {task, shared().put(result)};
  }

  // Outcomes of tasks, and the syntax trees that were made for them.
  std::string message(const Outcomes& outcomes) const {
    std::string bytes;
    put_plain(bytes, shared().put(sources_.asts->take_news(sources_.asts->keeps_trees() || !one_group_)));
    for (const auto& [index, outcome] : outcomes) {
      put_plain(bytes, index);
      put_plain(bytes, outcome);
    }
    return bytes;
  }

  Outcomes read_message(std::string_view bytes) const {
    auto news = take_plain<std::string_view>(bytes);
    sources_.asts->add_news(news, !one_group_);
    shared().drop(news);
    Outcomes outcomes;
    while (!bytes.empty()) {
      auto index = take_plain<size_t>(bytes);
      outcomes.emplace_back(index, take_plain<std::string_view>(bytes));
    }
    return outcomes;
  }

  void hand_on(size_t index, std::string_view outcome) const {
    std::string_view text = outcome.substr(0, outcome.size() - 1);
    if (outcome.back() == '+') done_(index, text);
    else done_(index, Error{std::string(text)});
  }

  const Sources& sources_;
  const std::vector<EvaluationTask>& tasks_;
  const EvaluateModelsOptions& options_;
  const std::function<std::string(const graph::ModelRun&)>& result_;
  const std::function<void(size_t, ErrorOr<std::string_view>)>& done_;
  std::function<void()> meanwhile_;
  AroundBegin around_begin_;
  bool one_group_ = false;         // nobody else is interested in its syntax trees
};

}  // namespace

void evaluate_models(const Sources& sources, const std::vector<EvaluationTask>& tasks, const EvaluateModelsOptions& options,
                     const std::function<std::string(const graph::ModelRun&)>& result, const std::function<void(size_t, ErrorOr<std::string_view>)>& done) {
  Run(sources, tasks, options, result, done).all();
}

}  // namespace fusescout::vllm
