#include <fmt/format.h>

#include <algorithm>

#include "report/markdown.h"

namespace fusescout::report {

using fusion::Finding;
using fusion::Verdict;

namespace {

void code_block(std::string& out, std::string_view language, std::string_view code) {
  out += fmt::format("   ```{}\n", language);
  for (size_t start = 0; start < code.size();) {
    size_t end = code.find('\n', start);
    if (end == std::string_view::npos) end = code.size();
    std::string_view line = code.substr(start, end - start);
    out += line.empty() ? "\n" : fmt::format("   {}\n", line);
    start = end + 1;
  }
  out += "   ```\n";
}

void gain_lines(std::string& out, const Report& report, const Row& row, Words words) {
  for (size_t s = 0; s < row.by_scenario.size(); ++s) {
    const Finding* there = row.by_scenario[s];
    if (!there) continue;
    std::string name = scenario_name(report.scenarios[s].run->scenario, words.language);
    if (to_do(there->verdict)) {
      out += fmt::format("   - {}: {} {}, {:.2f} % [{:.2f}, {:.2f}] {}; {} {} → {}\n", name, words("每步节省", "saves per step"), estimate(there->step_gain),
                         there->step_share * 100, there->step_share_low * 100, there->step_share_high * 100, words("的一步时间", "of the step"),
                         words("一次", "once"), estimate(there->price.before), estimate(there->price.after));
    } else {
      out += fmt::format("   - {}: {}: {}\n", name, verdict(there->verdict, words), words(there->reason));
    }
  }
}

// The buffer with its numbers, what does not hold and why; what holds in one line.
void feasibility_lines(std::string& out, const Finding& f, Words words) {
  const fusion::Feasibility& feasible = f.feasibility;
  if (feasible.requirements.empty()) return;   // no kernel is to be written
  std::string triton(feasible.triton_possible ? words("可行", "yes") : words("不可行", "no"));
  for (const auto& r : feasible.requirements) {
    if (r.name == "language" && !feasible.triton_possible) triton += fmt::format(" ({})", words(r.reason));
  }
  out += fmt::format("   - {}: Triton {}, AscendC {}", words("NPU可行性", "Feasibility on the NPU"), triton, feasible.ascendc_possible ? words("可行", "yes") : words("不可行", "no"));
  if (feasible.tile_rows > 0) out += fmt::format("; {} {}", words("每次处理行数", "rows of a tile"), feasible.tile_rows);
  std::string broken, holding;
  for (const auto& r : feasible.requirements) {
    if (r.name == "language") continue;
    std::string numbers = r.value == 0 && r.limit == 0 ? "" : fmt::format("{:.0f} / {:.0f} {}", r.value, r.limit, words(r.unit));
    if (!r.holds || r.name == "unified_buffer") {
      broken += fmt::format("     - {}{}: {}{}{}\n", words(r.name), r.holds ? "" : words(" (不满足)", " (does not hold)"), numbers, numbers.empty() ? "" : ": ", words(r.reason));
    } else {
      holding += fmt::format("{}{}{}", holding.empty() ? "" : ", ", words(r.name), r.value == 0 ? "" : fmt::format(" ({})", numbers));
    }
  }
  out += '\n' + broken;
  if (!holding.empty()) out += fmt::format("     - {}: {}\n", words("满足", "holds"), holding);
}

}  // namespace

void recommendations_section(std::string& out, const Report& report, const std::vector<Row>& rows, Words words) {
  out += fmt::format("### 4. {}\n\n", words("优化建议 (算子融合机会)", "Recommendations"));
  std::map<std::string, size_t> numbers = numbers_of(rows);
  size_t number = 0;
  for (const Row& row : rows) {
    if (!to_do(row.verdict)) continue;
    const Finding& f = *row.finding;
    out += fmt::format("#### {} {}: {}\n\n", words("机会", "Opportunity"), ++number, words(f.name_zh, f.name_en));
    if (std::string other = instead_of(report, row, numbers, words); !other.empty()) {
      out += fmt::format("{}{}\n\n", words("二选一, 收益不重复计算", "One of the two, no gain is counted twice"), other);
    }
    bool exists = row.verdict == Verdict::Available;
    std::string where;
    for (const auto& l : f.locations) where += fmt::format("{}{}", where.empty() ? "" : ", ", place(l));
    for (const auto& condition : f.conditions) {
      if (condition.name == "extends") where += fmt::format(", {} {}", words("并入已有算子", "takes in the kernel"), condition.value);
    }
    out += fmt::format("1. **{}**: {}\n", words("需要替换/修改的文件", "Files to change"), where);
    auto contract = report.contracts.find(f.id);
    if (contract != report.contracts.end()) {
      out += "\n";
      if (!contract->second.patch.empty()) code_block(out, "diff", contract->second.patch);
    }
    out += fmt::format("2. **{}**:{}\n", words("新的融合算子接口", "Interface of the new operator"), f.proposal.empty() || exists ? words(" 不需要新算子", " none is needed") : "");
    if (f.proposal.empty()) {
      std::string gone;
      constexpr size_t shown = 8;
      for (size_t i = 0; i < std::min(f.operators_text.size(), shown); ++i) gone += fmt::format("{}`{}`", i == 0 ? "" : ", ", f.operators_text[i]);
      if (f.operators_text.size() > shown) gone += fmt::format(", ... ({})", f.operators_text.size());
      out += fmt::format("   - {}: {}\n", words("省去", "What goes"), gone);
    }
    if (exists) {
      out += fmt::format("   - {}\n", words(f.target_zh, f.target_en));
      for (const fusion::FusedBy& by : f.by) out += fmt::format("   - `{}{}`{}\n", by.name, by.signature, by.guard.empty() ? "" : ": " + words(by.guard));
      out += fmt::format("   - {}\n", words(f.reason));
    }
    for (const fusion::Condition& condition : f.conditions) {
      if (condition.name == "available") out += fmt::format("   - {}\n", words(condition.reason));
    }
    if (contract != report.contracts.end()) {
      if (!f.proposal.empty()) code_block(out, "python", contract->second.interface);
      for (const std::string& note : contract->second.notes) out += fmt::format("   - {}\n", words(note));
    }
    if (!f.layers.empty()) {
      out += fmt::format("   - {}: {} ({}{})\n", words("适用的层", "Layers"), f.layers.size(), f.layers.front(),
                         f.layers.size() > 1 ? " ... " + f.layers.back() : "");
    }
    if (auto other = report.elsewhere.find(f.id); other != report.elsewhere.end() && !other->second.empty()) {
      std::string names;
      for (const std::string& name : other->second) names += fmt::format("{}`{}`", names.empty() ? "" : ", ", name);
      out += fmt::format("   - {}: {}\n", words("树中有同样模式的模型", "Models of the tree with the same pattern"), names);
    }
    out += fmt::format("3. **{}**: {}\n", words("预期的收益", "Expected gain"), words(f.why_zh, f.why_en));
    gain_lines(out, report, row, words);
    if (!exists) feasibility_lines(out, f, words);
    auto said = [&](const std::string& risk) {
      return std::any_of(f.feasibility.requirements.begin(), f.feasibility.requirements.end(), [&](const auto& r) { return r.reason == risk; });
    };
    for (const std::string& risk : f.risks) {
      if (!said(risk) && !exists) out += fmt::format("   - {}: {}\n", words("风险", "Risk"), words(risk));
    }
    out += fmt::format("   - `fusescout explain {}`\n\n", f.id);
  }
  if (number == 0) out += fmt::format("{}\n\n", words("没有收益为正的机会。", "No opportunity with a positive gain."));
}

}  // namespace fusescout::report
