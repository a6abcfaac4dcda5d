#include "contract/call_site.h"

#include <algorithm>
#include <cctype>
#include <set>

#include <fmt/format.h>

#include "contract/python_text.h"

namespace fusescout::contract {

using fusion::Finding;
using fusion::InterfaceTensor;
using fusion::Span;
using graph::EntryId;
using graph::FrameId;
using graph::Graph;
using graph::OperatorId;

namespace {

constexpr uint32_t longest_rewrite = 12;  // lines

std::vector<std::string> split_lines(const std::string& text) {
  std::vector<std::string> lines;
  size_t start = 0;
  while (start < text.size()) {
    size_t end = text.find('\n', start);
    if (end == std::string::npos) end = text.size();
    lines.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  return lines;
}

size_t indentation(const std::string& line) { return line.find_first_not_of(" \t"); }

bool identifier_start(char c) { return std::isalpha(static_cast<unsigned char>(c)) || c == '_'; }
bool identifier_part(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

// An assignment to plain names on one line: `a, b = ...`.
struct Assignment {
  uint32_t line = 0;
  std::vector<std::string> targets;
  std::set<std::string> reads;  // names that are neither functions nor attributes nor keywords of a call
};

std::optional<Assignment> parse_assignment(const std::string& line) {
  size_t equals = line.find(" = ");
  if (equals == std::string::npos) return std::nullopt;
  Assignment out;
  std::string left = line.substr(0, equals);
  std::string name;
  for (char c : left + ",") {
    if (identifier_part(c)) {
      name += c;
    } else if (c == ',') {
      if (name.empty() || !identifier_start(name[0])) return std::nullopt;
      out.targets.push_back(name);
      name.clear();
    } else if (c != ' ' || !name.empty()) {
      if (c != ' ') return std::nullopt;
    }
  }
  std::string right = line.substr(equals + 3);
  int depth = 0;
  for (size_t i = 0; i < right.size(); ++i) {
    char c = right[i];
    if (c == '#') break;
    if (c == '"' || c == '\'') return std::nullopt;
    if (c == '(' || c == '[' || c == '{') ++depth;
    if (c == ')' || c == ']' || c == '}') --depth;
    if (!identifier_start(c)) continue;
    size_t start = i;
    while (i < right.size() && identifier_part(right[i])) ++i;
    std::string word = right.substr(start, i - start);
    bool attribute = start > 0 && right[start - 1] == '.';
    bool called = i < right.size() && right[i] == '(';
    static const std::set<std::string> no_tensors = {"self", "torch", "F", "torch_npu", "None", "True", "False", "if", "else", "not", "and", "or", "in", "is"};
    bool keyword = i < right.size() && right[i] == '=' && (i + 1 >= right.size() || right[i + 1] != '=');
    --i;
    if (!attribute && !called && !keyword && !no_tensors.contains(word)) out.reads.insert(word);
  }
  if (depth != 0) return std::nullopt;  // goes on in the next line
  return out;
}

// Frames of a call, innermost first, that stand in the span.
FrameId frame_in(const Graph& graph, EntryId entry, const Span& span) {
  for (FrameId f = graph.entries[entry].frame; f.valid(); f = graph.frames[f].parent) {
    const graph::Frame& frame = graph.frames[f];
    if (frame.file == span.file && frame.line >= span.first_line && frame.line <= span.last_line) return f;
  }
  return {};
}

// "self.input_layernorm.weight" where the code runs in the module that holds it, else the parameter's own path.
std::string parameter_expression(const Graph& graph, graph::TensorId tensor, const std::string& module_path) {
  std::string name = graph.tensors[graph.root(tensor)].name.str();
  if (!module_path.empty() && name.starts_with(module_path + ".")) return "self." + name.substr(module_path.size() + 1);
  return {};
}

struct Rewrite {
  std::string call;
  std::string why_not;
};

class Site {
 public:
  Site(const Finding& finding, const graph::ModelRun& run, const Span& span, std::vector<std::string> lines, std::vector<std::string> rest)
      : finding_(finding), graph_(run.graph), span_(span), lines_(std::move(lines)), rest_(std::move(rest)) {
    if (finding.occurrences.empty()) return;
    for (OperatorId id : finding.occurrences[0].operators) {
      EntryId call = graph_.operators[id].call;
      if (!call.valid()) continue;
      FrameId frame = frame_in(graph_, call, span_);
      if (!frame.valid()) {
        elsewhere_ = true;
        continue;
      }
      if (!frame_.valid()) frame_ = frame;
      // The module whose forward holds this line: the innermost module call that began above it.
      if (module_path_.empty()) module_path_ = module_of(call, frame);
    }
  }

  Rewrite rewrite() {
    Rewrite out;
    std::vector<std::string> arguments;
    std::string unknown;
    assignments_ = parse();
    std::set<std::string> free = free_names();
    size_t activations = std::count_if(finding_.interface.inputs.begin(), finding_.interface.inputs.end(), [](const InterfaceTensor& t) { return !t.parameter; });
    for (const InterfaceTensor& input : finding_.interface.inputs) {
      std::string text;
      if (input.parameter) text = parameter_expression(graph_, input.tensor, module_path_);
      else if (free.contains(input.name)) text = input.name;
      else if (activations == 1 && free.size() == 1) text = *free.begin();
      if (text.empty()) {
        text = python_name(input.name);
        unknown += (unknown.empty() ? "" : ", ") + text;
      }
      arguments.push_back(text);
    }
    for (const fusion::InterfaceScalar& s : finding_.interface.scalars) arguments.push_back(fmt::format("{}={}", python_name(s.name), s.value));
    std::vector<std::string> taken = results();
    std::string targets;
    for (const std::string& t : taken) targets += (targets.empty() ? "" : ", ") + t;
    if (targets.empty()) {
      for (const InterfaceTensor& output : finding_.interface.outputs) targets += (targets.empty() ? "" : ", ") + python_name(output.name);
      if (why_not_.empty()) why_not_ = "the names that take the results are not plain";
    }
    std::string joined;
    for (const std::string& a : arguments) joined += (joined.empty() ? "" : ", ") + a;
    out.call = fmt::format("{} = {}({})", targets, finding_.interface.name, joined);
    if (finding_.locations.size() > 1 || elsewhere_) out.why_not = "the operators stand in more than one place";
    else if (!why_not_.empty()) out.why_not = why_not_;
    else if (!unknown.empty()) out.why_not = fmt::format("how this place names {} is not certain", unknown);
    else if (std::string name = lost_name(taken); !name.empty()) out.why_not = fmt::format("`{}` is read further down and is no result", name);
    else if (std::string other = foreign_call(); !other.empty()) out.why_not = fmt::format("these lines also call `{}`", other);
    return out;
  }

 private:
  std::string module_of(EntryId call, FrameId frame) const {
    for (EntryId id = graph_.entries[call].parent; id.valid(); id = graph_.entries[id].parent) {
      const graph::Entry& entry = graph_.entries[id];
      if (entry.kind != graph::EntryKind::Module || !entry.module.valid()) continue;
      bool above = false;  // the module was called from a line further out than `frame`
      for (FrameId f = graph_.frames[frame].parent; f.valid(); f = graph_.frames[f].parent) above = above || f == entry.frame;
      if (above) return graph_.modules[entry.module].path.str();
    }
    return {};
  }

  std::vector<Assignment> parse() {
    std::vector<Assignment> out;
    if (span_.last_line - span_.first_line + 1 > longest_rewrite) {
      why_not_ = "too many lines";
      return out;
    }
    size_t indent = std::string::npos;
    for (size_t i = 0; i < lines_.size(); ++i) {
      const std::string& line = lines_[i];
      size_t at = indentation(line);
      if (at == std::string::npos || line[at] == '#') continue;
      if (indent == std::string::npos) indent = at;
      auto assignment = parse_assignment(line.substr(at));
      if (at != indent || !assignment) {
        why_not_ = "the lines are more than plain assignments";
        return {};
      }
      assignment->line = span_.first_line + static_cast<uint32_t>(i);
      out.push_back(std::move(*assignment));
    }
    return out;
  }

  std::set<std::string> free_names() const {
    std::set<std::string> bound, free;
    for (const Assignment& a : assignments_) {
      for (const std::string& name : a.reads) {
        if (!bound.contains(name)) free.insert(name);
      }
      bound.insert(a.targets.begin(), a.targets.end());
    }
    return free;
  }

  // A name for each output: the target of the statement whose call makes it.
  std::vector<std::string> results() const {
    std::vector<std::string> names;
    for (const InterfaceTensor& output : finding_.interface.outputs) {
      OperatorId maker = graph_.producer(output.tensor);
      if (!maker.valid() || !graph_.operators[maker].call.valid()) return {};
      FrameId frame = frame_in(graph_, graph_.operators[maker].call, span_);
      if (!frame.valid()) return {};
      for (const Assignment& a : assignments_) {
        if (a.line == graph_.frames[frame].line && a.targets.size() == 1) names.push_back(a.targets[0]);
      }
    }
    // One statement that makes all of them, in its order.
    if (names.empty() && assignments_.size() == 1 && assignments_[0].targets.size() == finding_.interface.outputs.size()) return assignments_[0].targets;
    return names.size() == finding_.interface.outputs.size() ? names : std::vector<std::string>();
  }

  // A name that these lines bind, that is no result, and that the rest of the function reads.
  std::string lost_name(const std::vector<std::string>& results) const {
    for (const Assignment& a : assignments_) {
      for (const std::string& name : a.targets) {
        if (std::find(results.begin(), results.end(), name) != results.end()) continue;
        for (const std::string& line : rest_) {
          size_t at = indentation(line);
          if (at != std::string::npos && (line.compare(at, 4, "def ") == 0 || line.compare(at, 6, "class ") == 0)) break;
          for (size_t i = line.find(name); i != std::string::npos; i = line.find(name, i + 1)) {
            bool starts = i == 0 || (!identifier_part(line[i - 1]) && line[i - 1] != '.');
            bool ends = i + name.size() >= line.size() || !identifier_part(line[i + name.size()]);
            if (starts && ends) return name;
          }
        }
      }
    }
    return {};
  }

  // A call on these lines that is none of ours: the lines cannot go as a whole.
  std::string foreign_call() const {
    std::set<uint32_t> kernels;
    for (OperatorId id : finding_.occurrences[0].operators) kernels.insert(graph_.operators[id].kernel.index);
    for (uint32_t i = 0; i < graph_.operators.size(); ++i) {
      const graph::Operator& op = graph_.operators[OperatorId{i}];
      if (!op.call.valid() || kernels.contains(op.kernel.index)) continue;
      FrameId frame = frame_in(graph_, op.call, span_);
      if (frame.valid() && frame_.valid() && graph_.frames[frame].parent == graph_.frames[frame_].parent) return graph_.entries[op.call].op.str();
    }
    return {};
  }

  const Finding& finding_;
  const Graph& graph_;
  const Span& span_;
  std::vector<std::string> lines_, rest_;   // of the span, of the file behind it
  std::vector<Assignment> assignments_;
  FrameId frame_;
  std::string module_path_;
  bool elsewhere_ = false;
  std::string why_not_;
};

std::string unified_diff(const std::string& file, const std::vector<std::string>& source, const Span& span, const std::string& call) {
  constexpr uint32_t context = 3;
  uint32_t first = span.first_line > context ? span.first_line - context : 1;
  uint32_t last = std::min<uint32_t>(static_cast<uint32_t>(source.size()), span.last_line + context);
  uint32_t removed = span.last_line - span.first_line + 1, before = last - first + 1;
  std::string indent(indentation(source[span.first_line - 1]), ' ');
  std::string out = fmt::format("--- a/{0}\n+++ b/{0}\n@@ -{1},{2} +{1},{3} @@\n", file, first, before, before - removed + 1);
  for (uint32_t line = first; line <= last; ++line) {
    bool inside = line >= span.first_line && line <= span.last_line;
    out += (inside ? "-" : " ") + source[line - 1] + "\n";
    if (line == span.last_line) out += "+" + indent + call + "\n";
  }
  return out;
}

}  // namespace

std::vector<CallSite> call_sites(const Finding& finding, const graph::ModelRun& run, const SourceReader& read_source, std::vector<std::string>& notes) {
  std::vector<CallSite> out;
  for (const Span& span : finding.locations) {
    CallSite site;
    site.file = span.file.str();
    site.first_line = span.first_line;
    site.last_line = span.last_line;
    auto text = read_source ? read_source(site.file) : std::nullopt;
    std::vector<std::string> source = text ? split_lines(*text) : std::vector<std::string>();
    if (span.first_line == 0 || span.last_line < span.first_line || span.last_line > source.size()) {
      notes.push_back(fmt::format("the lines of `{}` are not there to show", site.file));
      out.push_back(std::move(site));
      continue;
    }
    std::vector<std::string> lines(source.begin() + span.first_line - 1, source.begin() + span.last_line);
    for (const std::string& line : lines) site.before += line + "\n";
    size_t indent = indentation(lines[0]);
    std::string indented(indent == std::string::npos ? 0 : indent, ' ');
    if (!out.empty()) {  // one call takes the place of all
      site.after = fmt::format("{}# done by {}, called at {}:{}\n", indented, finding.interface.name, out[0].file, out[0].first_line);
      site.note = "the operators stand in more than one place";
      out.push_back(std::move(site));
      continue;
    }
    Rewrite rewrite = Site(finding, run, span, lines, {source.begin() + span.last_line, source.end()}).rewrite();
    site.after = indented + rewrite.call + "\n";
    site.note = rewrite.why_not;
    if (rewrite.why_not.empty()) site.diff = unified_diff(site.file, source, span, rewrite.call);
    out.push_back(std::move(site));
  }
  return out;
}

}  // namespace fusescout::contract
