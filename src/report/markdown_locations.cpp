#include <fmt/format.h>

#include <algorithm>

#include "report/markdown.h"

namespace fusescout::report {
namespace {

void class_line(std::string& out, std::string_view label, const graph::ClassUse& use, Words words) {
  out += fmt::format("- {}: {}", label, place(use.upstream));
  out += fmt::format(" `{}`", use.name);
  if (use.count > 1) out += fmt::format(" x{}", use.count);
  if (!use.replaced_by.empty()) {
    std::string_view how = use.replaced_how == "override" ? words("register_oot 替换", "override by register_oot")
                           : use.replaced_how == "patch"  ? words("补丁替换", "patch")
                                                          : words("注册替换", "registered instead");
    out += fmt::format(" → `{}` {} ({})", use.replaced_by, place(use.replacement), how);
  }
  out += '\n';
}

bool takes_picture(const ScenarioResult& s) {
  const auto& environment = s.run->scenario.environment;
  return s.run->scenario.upstream || std::any_of(environment.begin(), environment.end(), [](const auto& e) { return e.first == "FUSESCOUT_IMAGE"; });
}

}  // namespace

void locations_section(std::string& out, const Report& report, Words words) {
  out += fmt::format("### 1. {}\n\n", words("模型代码位置", "Code locations"));
  const graph::ModelClasses& classes = report.scenarios.front().run->classes;
  // What the registry names, then what it wraps.
  for (const auto& use : classes.main) {
    class_line(out, &use == classes.main.data() ? words("主模型类", "Main class") : words("内层模型类", "Inner model class"), use, words);
  }
  for (const auto& use : classes.decoder_layer) class_line(out, words("Decoder层", "Decoder layer"), use, words);
  for (const auto& use : classes.attention) class_line(out, "Attention", use, words);
  for (const auto& use : classes.mlp) class_line(out, "MLP", use, words);
  for (const auto& use : classes.moe) class_line(out, "MoE", use, words);
  out += '\n';
  if (report.location && !report.location->evidence.empty()) {
    out += fmt::format("{}\n\n", words("**定位依据**", "**Evidence**"));
    for (const auto& e : report.location->evidence) out += fmt::format("- {} {}: {}\n", place(e.location), code(e.text), words(e.why));
    for (const auto& r : report.location->rejected) out += fmt::format("- {} `{}`: {}\n", words("未选", "not"), r.file, words(r.why));
    out += '\n';
  }
  out += fmt::format("{}\n\n", words("**来源与场景**", "**Sources and scenario**"));
  for (const auto& [name, version] : report.sources) out += fmt::format("- {}: {}\n", name, version);
  if (report.location && !report.location->config.empty()) {
    const graph::ModelLocation& location = *report.location;
    out += fmt::format("- config: `{}`{}\n", location.config, location.config_origin.empty() ? "" : fmt::format(": \"{}\"", location.config_origin));   // the file's own words
  }
  if (!report.command_line.empty()) out += fmt::format("- {}: `{}`\n", words("命令行", "Command line"), report.command_line);
  if (!report.program_version.empty()) out += fmt::format("- fusescout: {}\n", report.program_version);
  for (const ScenarioResult& s : report.scenarios) {
    const graph::Scenario& c = s.run->scenario;
    std::string step = step_name(c, words.language);
    if (!c.name.empty()) step = c.name + ": " + step;
    out += fmt::format("- {}: {}; {} {}, {} {}; {}; TP {}, EP {}, DP {}, PP {}; {}", words("场景", "Scenario"), step,
                       c.sequences(), words("个序列", "sequences"), words("上下文", "context"), c.phase == graph::Phase::Decode ? c.context : 0,
                       c.device, c.tp, c.ep, c.dp, c.pp, c.graph_mode == graph::GraphMode::AclGraph ? "ACL graph" : "eager");
    if (!c.dtype.empty()) out += ", " + c.dtype;
    if (!c.quant.empty()) out += ", " + c.quant;
    if (!c.quant_description.empty()) out += ", " + c.quant_description;
    out += fmt::format("; {}: {:.0f} us; {}: {}\n", words("一步估计", "estimated step"), s.analysis->step_time.nominal, words("状态", "status"),
                       status(s.run->status, words));
  }
  if (report.location && report.location->kind == "multimodal" && std::none_of(report.scenarios.begin(), report.scenarios.end(), takes_picture)) {
    out += fmt::format("- {}\n", words("只含文本: 图像、视频与声音的编码塔不在这些步骤中; 塔以 patch 及其网格取图时, `--image T,H,W` 将其一并跟踪",
                                       "text only: towers for pictures, videos and sounds are no part of these steps; `--image T,H,W` follows one that "
                                       "takes patches and their grid"));
  }
  out += '\n';
}

}  // namespace fusescout::report
