#include "contract/changed_lines.h"

#include <algorithm>

namespace fusescout::contract {
namespace {

bool calls_new_operator(const std::string& line) { return line.find("torch.ops.fusescout.") != std::string::npos; }

}  // namespace

void import_torch(const SourceText& text, std::vector<Edit>& edits) {
  bool calls = std::any_of(edits.begin(), edits.end(), [](const Edit& e) { return std::any_of(e.with.begin(), e.with.end(), calls_new_operator); });
  bool imported = std::any_of(text.statements().begin(), text.statements().end(), [](const Statement& s) { return s.indent == 0 && s.text == "import torch"; });
  if (!calls || imported) return;
  for (const Statement& s : text.statements()) {
    if (s.indent != 0 || (!s.starts("import") && !s.starts("from")) || s.text.starts_with("from __future__")) continue;
    edits.push_back({s.first_line, s.first_line - 1, {"import torch"}});
    return;
  }
}

void add_sites(Symbol file, const SourceText& text, const std::vector<Edit>& edits, std::vector<CallSite>& sites) {
  for (const Edit& edit : edits) {
    CallSite site;
    site.file = file.str();
    site.first_line = edit.first_line;
    site.last_line = std::max(edit.last_line, edit.first_line);
    for (uint32_t line = edit.first_line; line <= edit.last_line; ++line) site.before += text.lines()[line - 1] + "\n";
    for (const std::string& line : edit.with) site.after += line + "\n";
    site.calls = calls_new_operator(site.after);
    site.diff = unified_diff(site.file, text.lines(), {edit});
    if (site.calls) sites.insert(sites.begin(), std::move(site));
    else sites.push_back(std::move(site));
  }
}

}  // namespace fusescout::contract
