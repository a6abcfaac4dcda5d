#include "contract/call_site.h"

#include <algorithm>
#include <map>
#include <memory>
#include <set>

#include <fmt/format.h>

#include "contract/branches.h"
#include "contract/changed_lines.h"
#include "contract/names.h"
#include "contract/parts.h"
#include "contract/python_text.h"
#include "contract/source_text.h"

namespace fusescout::contract {

using fusion::Finding;
using fusion::InterfaceTensor;
using graph::EntryId;
using graph::Frame;
using graph::Graph;
using graph::OperatorId;
using graph::TensorId;

namespace {

class Sites {
 public:
  Sites(const Finding& finding, const std::vector<OperatorId>& operators, const std::vector<InterfaceTensor>& returned,
        const graph::ModelRun& run, const SourceTexts& sources)
      : finding_(finding), returned_(returned), graph_(run.graph), found_(run.graph, operators, sources) {}

  CallSites write(std::vector<std::string>& notes) {
    parts_ = found_.find();
    if (parts_.empty()) {
      notes.push_back("no line of a source file makes these operators");
      return {};
    }
    for (const Part& part : parts_) {
      if (!source(part.activation.file)) {
        notes.push_back(fmt::format("the lines of `{}` are not there to show", part.activation.file.view()));
        return {};
      }
    }
    for (Part& part : parts_) part.pure = part.pure && !statement(part).compound();   // its block stays
    main_ = main_part();
    if (without_call()) {
      for (Part& part : parts_) {
        if (goes(part)) leave_out(part);
      }
    } else {
      for (const Part& part : parts_) note_passed_on(part);
      main_ = before_readers(main_);
      place_call();
      for (Part& part : parts_) {
        if (!part.edited) hand_over(part);
      }
    }
    for (auto& [file, edits] : edits_) import_torch(*source(file), edits);
    for (Symbol file : order_) {
      std::vector<Edit>& edits = edits_.at(file);
      std::sort(edits.begin(), edits.end(), [](const Edit& a, const Edit& b) { return a.first_line < b.first_line; });
      if (source(file)->crlf()) {
        for (Edit& edit : edits) std::for_each(edit.with.begin(), edit.with.end(), [](std::string& line) { line += '\r'; });
      }
      out_.patch += unified_diff(file.str(), source(file)->lines(), edits);
      add_sites(file, *source(file), edits, out_.sites);
    }
    if (!unknown_.empty()) {
      notes.push_back(fmt::format("call site: {} {} not in reach at `{}:{}` under a name that is known", unknown_,
                                  unknown_.find(',') == std::string::npos ? "is" : "are", parts_[main_].activation.file.view(),
                                  call_line_));
    }
    for (const std::string& note : notes_) notes.push_back("call site: " + note);
    return std::move(out_);
  }

 private:
  const SourceText* source(Symbol file) { return found_.source(file); }
  const Statement& statement(const Part& part) { return source(part.activation.file)->statements()[part.statement]; }
  std::string place(const Part& part) { return fmt::format("{}:{}", part.activation.file.view(), statement(part).first_line); }

  // --- names

  Names& names(const Part& part) {
    for (auto& [activation, names] : names_) {
      if (*activation == part.activation) return *names;
    }
    names_.emplace_back(std::make_unique<Activation>(part.activation), nullptr);
    names_.back().second = std::make_unique<Names>(graph_, *names_.back().first, *source(part.activation.file), statement(part).first_line);
    return *names_.back().second;
  }

  std::string parameter_path(const Activation& where, TensorId tensor) const {
    if (!where.module.valid() || !graph_.entries[where.module].module.valid()) return {};
    const graph::ModuleInfo& module = graph_.modules[graph_.entries[where.module].module];
    std::string name = graph_.tensors[graph_.named(tensor)].name.str(), prefix = module.path.str() + ".";
    if (!name.starts_with(prefix)) return {};
    // `self` is the module where its own forward runs, or a method of its class.
    std::string_view function = where.function.view();
    std::string owner(function.substr(0, function.find('.')));
    bool own =
        graph_.entries[where.module].frame == where.caller || owner == module.class_name.view() || owner == module.upstream_class.view();
    if (!own) return {};
    std::string path = "self", word;
    for (char c : name.substr(prefix.size()) + ".") {
      if (c != '.') {
        word += c;
        continue;
      }
      bool number = word.find_first_not_of("0123456789") == std::string::npos;     // of a list
      path += number ? "[" + word + "]" : "." + word;
      word.clear();
    }
    return path;
  }

  std::string argument(const Part& part, const InterfaceTensor& input, size_t first_statement) {
    std::string text;
    if (input.parameter) text = parameter_path(part.activation, input.tensor);
    // At the call, or where the first statement that goes reads it: what these statements bind in between is not there any more.
    for (size_t at : {part.statement, first_statement}) {
      if (text.empty()) text = names(part).before(input.tensor, at);
    }
    if (!text.empty()) {
      out_.arguments.push_back(text);
      return text;
    }
    // What an earlier place leaves to the call comes under the name that its result has here.
    for (const auto& [in, out] : passed_on_) {
      if (!same_place(graph_, in, input.tensor)) continue;
      if (text.empty()) text = names(part).before(out, part.statement);
    }
    out_.arguments.push_back(text);
    if (!text.empty()) return text;
    text = python_name(input.name);
    unknown_ += (unknown_.empty() ? "`" : ", `") + text + "`";
    return text;
  }

  // --- the call

  // Work that need not run at all, or not here, has no operator in its place.
  bool without_call() const { return finding_.kind == "layout" || finding_.kind == "repeated"; }
  // Operators of others may show why it need not.
  bool goes(const Part& part) const {
    const std::vector<graph::KernelId>& kernels = finding_.occurrences.front().kernels;
    return kernels.empty() || std::any_of(part.operators.begin(), part.operators.end(), [&](OperatorId op) {
             return std::find(kernels.begin(), kernels.end(), graph_.operators[op].kernel) != kernels.end();
           });
  }
  void leave_out(Part& part) {
    const Statement& s = statement(part);
    std::string indent(s.indent, ' ');
    std::string why = "not needed: " + finding_.name_en;
    std::vector<Edit>& edits = edits_of(part.activation.file);
    if (std::any_of(edits.begin(), edits.end(), [&](const Edit& e) { return e.first_line == s.first_line; })) return;
    call_line_ = s.first_line;
    std::vector<TensorId> in, out;
    found_.boundary(part, in, out);
    std::string target = s.text.substr(0, std::min(s.text.find(" = "), s.text.size()));
    bool plain = target.size() < s.text.size() && target.find_first_of("[.(,: ") == std::string::npos;
    std::string name = in.empty() ? "" : names(part).before(in[0], part.statement);
    if (finding_.kind == "layout" && part.pure && (out.empty() || !plain) && !s.head && !s.starts("return") && writes_itself(part)) {
      std::vector<std::string> with = {fmt::format("{}# {}", indent, why)};
      if (alone_in_block(*source(part.activation.file), part.statement, {part.statement})) with.push_back(indent + "pass");
      edits.push_back({s.first_line, s.last_line, with});
    } else if (finding_.kind == "layout" && part.pure && plain && in.size() == 1 && out.size() == 1 && !name.empty() &&
               found_.same_type(in[0], out[0])) {
      edits.push_back({s.first_line, s.last_line, {fmt::format("{}{} = {}  # {}", indent, target, name, why)}});
    } else {
      edits.push_back({s.first_line, s.first_line - 1, {fmt::format("{}# {}", indent, why)}});
      notes_.push_back(fmt::format("{}: the statement stays until what makes or reads its value is changed", place(part)));
    }
  }
  // The part copies values to where they are already.
  bool writes_itself(const Part& part) const {
    return std::all_of(part.operators.begin(), part.operators.end(), [&](OperatorId id) {
      const graph::Operator& op = graph_.operators[id];
      return !op.inputs.empty() && !op.outputs.empty() && graph_.tensors[op.inputs[0]].storage == graph_.tensors[op.outputs[0]].storage;
    });
  }

  // A place before the call that lets its operand through instead of its result: see hand_over.
  void note_passed_on(const Part& part) {
    std::vector<TensorId> in, out;
    if (part.pure) found_.boundary(part, in, out);
    if (part.pure && in.size() == 1 && out.size() == 1 && found_.same_type(in[0], out[0])) passed_on_.emplace_back(in[0], out[0]);
  }

  size_t main_part() const {
    // At the last statement that does nothing but the group's work and lies in the function where the last operator meets the others.
    std::vector<size_t> candidates;
    for (size_t i = 0; i < parts_.size(); ++i) {
      if (parts_[i].pure) candidates.push_back(i);
    }
    auto last_operator = [&](size_t i) { return *std::max_element(parts_[i].operators.begin(), parts_[i].operators.end()); };
    auto outer = [&](size_t a, size_t b) {
      return parts_[a].level != parts_[b].level ? parts_[a].level > parts_[b].level : last_operator(a) < last_operator(b);
    };
    if (candidates.empty()) {
      for (size_t i = 0; i < parts_.size(); ++i) candidates.push_back(i);
    }
    return *std::max_element(candidates.begin(), candidates.end(), outer);
  }

  // What the group makes may be read between its statements: then the call stands before that, if all its operands are there.
  size_t before_readers(size_t main) {
    if (!parts_[main].pure) return main;
    std::map<size_t, size_t> own;      // statements that go, and their parts
    for (size_t i = 0; i < parts_.size(); ++i)
      if (parts_[i].pure && parts_[i].activation == parts_[main].activation) own[parts_[i].statement] = i;
    size_t early = last_before_readers(*source(parts_[main].activation.file), own);
    const Part& part = parts_[own.at(early)];
    auto there = [&](const InterfaceTensor& input) {
      return (input.parameter && !parameter_path(part.activation, input.tensor).empty()) || !names(part).before(input.tensor, early).empty();
    };
    return std::ranges::all_of(finding_.interface.inputs, there) ? own.at(early) : main;
  }

  void place_call() {
    Part& main = parts_[main_];
    const Activation where = main.activation;
    const SourceText& text = *source(where.file);

    std::set<size_t> removed;
    for (Part& part : parts_) {
      if (!(part.activation == where) || !part.pure) continue;
      removed.insert(part.statement);
      part.edited = true;
    }
    main.edited = true;
    if (main.pure) remove_dead_views(where, removed);
    const Statement& last = text.statements()[main.statement];
    call_line_ = last.first_line;
    // A loop whose rounds the call does all: behind it.
    size_t loop = main.pure ? text.loop_around(main.statement) : text.statements().size();
    bool looped = loop < text.statements().size();

    // Arguments as they are called before the first statement goes; what comes later is looked up at the place of the call.
    std::vector<std::string> arguments;
    for (const InterfaceTensor& input : finding_.interface.inputs)
      arguments.push_back(argument(main, input, removed.empty() ? main.statement : *removed.begin()));
    for (const fusion::InterfaceScalar& s : finding_.interface.scalars)
      arguments.push_back(fmt::format("{}={}", python_name(s.name), scalar_default(s)));
    std::string call = fmt::format("torch.ops.fusescout.{}(", python_name(finding_.interface.name));
    for (size_t i = 0; i < arguments.size(); ++i) call += (i ? ", " : "") + arguments[i];
    call += ")";

    std::string indent(looped ? text.statements()[loop].indent : last.indent, ' ');
    std::vector<std::string> lines;
    std::set<std::string> targets;
    bool returns = main.pure && last.starts("return");
    if (returns && returned_.size() <= 1) {
      lines.push_back(indent + "return " + call);
    } else {
      std::string left;
      std::vector<std::string> views;
      for (const InterfaceTensor& output : returned_) {
        Names::Target bound = names(main).after(output.tensor, {removed.begin(), removed.end()});
        if (bound.name.empty()) bound.name = assigned_place(output.tensor, where, removed);
        std::string name = bound.name.empty() ? python_name(output.name) : bound.name;
        out_.targets.push_back(bound.name);
        for (int n = 2; !targets.insert(name).second; ++n) name = fmt::format("{}_{}", python_name(output.name), n);
        left += (left.empty() ? "" : ", ") + name;
        if (!bound.name.empty() && bound.tensor.valid()) {
          if (std::string shape = view_shape(graph_.tensors[bound.tensor], graph_.tensors[output.tensor]); !shape.empty())
            views.push_back(fmt::format("{0}{1} = {1}.view({2})", indent, name, shape));
        }
      }
      lines.push_back(indent + (left.empty() ? "" : left + " = ") + call);
      lines.insert(lines.end(), views.begin(), views.end());
      if (returns) {
        std::string back;
        for (const std::string& name : names_in(last.text.substr(6))) {
          if (targets.contains(name)) back += (back.empty() ? "" : ", ") + name;
        }
        lines.push_back(indent + "return " + (back.empty() ? left : back));
      }
    }
    std::vector<Edit>& edits = edits_of(where.file);
    auto kept = kept_for_other_branches(text, looped ? loop : main.statement, removed, notes_);
    for (size_t i : removed) {
      const Statement& s = text.statements()[i];
      if (main.pure && i == main.statement && !looped) edits.push_back({s.first_line, s.last_line, lines});
      else if (auto stays = kept.find(i); stays != kept.end()) edits.push_back({s.first_line, s.last_line, stays->second});
      else
        edits.push_back({s.first_line, s.last_line,
                         alone_in_block(text, i, removed) ? std::vector<std::string>{std::string(s.indent, ' ') + "pass"}
                                                          : std::vector<std::string>()});
    }
    if (looped) {
      uint32_t end = text.statements()[text.block_end(loop) - 1].last_line;
      edits.push_back({end + 1, end, lines});
      notes_.push_back(fmt::format("the statement at {} stands in a loop: the call does the work of all its rounds", place(main)));
    }
    if (!main.pure) {
      lines.insert(lines.begin(), fmt::format("{}# {}: takes over a part of the next statement", indent, finding_.interface.name));
      uint32_t at = text.statements()[text.block_start(main.statement)].first_line;
      edits.push_back({at, at - 1, lines});
      notes_.push_back(
          fmt::format("the statement at {} does other work too: what the call takes over stays there to be cut out", place(main)));
    }
    check_lost_names(where, text, main.statement, removed, targets);
  }

  static std::string scalar_default(const fusion::InterfaceScalar& s) {
    if (s.type == "float" && (s.value == "inf" || s.value == "-inf" || s.value == "nan")) return fmt::format("float(\"{}\")", s.value);
    return s.value;
  }

  // Statements between those that go which only look at their results (`q = q.view(...)`): nobody needs them when nobody reads what they
  // bind.
  void remove_dead_views(const Activation& where, std::set<size_t>& removed) {
    const SourceText& text = *source(where.file);
    auto [begin, end] = text.function_around(*removed.begin());
    std::set<size_t> views;
    for (size_t i = *removed.begin() + 1; i < *removed.rbegin(); ++i) {
      const Statement& s = text.statements()[i];
      size_t equals = s.text.find(" = ");
      if (removed.contains(i) || s.head || equals == std::string::npos || s.indent != text.statements()[*removed.begin()].indent) continue;
      std::set<std::string> bound = names_in(s.text.substr(0, equals));
      bool only_views = true, any = false;
      auto [first, stop] = entries_of(graph_, where);
      for (uint32_t e = first; e < stop; ++e) {
        const graph::Entry& entry = graph_.entries[EntryId{e}];
        if (entry.kind == graph::EntryKind::Refresh || !entry.frame.valid()) continue;
        const Frame& frame = graph_.frames[entry.frame];
        if (frame.file != where.file || frame.function != where.function || frame.line < s.first_line || frame.line > s.last_line) continue;
        any = true;
        only_views = only_views && entry.is_view;
      }
      bool read = false;
      for (size_t j = i + 1; j < end && !read; ++j) {
        const Statement& later = text.statements()[j];
        if (removed.contains(j)) {      // what it binds anew is no more of this view
          if (later.indent <= s.indent) std::erase_if(bound, [anew = names_bound(text, j)](const std::string& name) { return anew.contains(name); });
          continue;
        }
        std::set<std::string> reads = names_read(later);
        read = std::any_of(bound.begin(), bound.end(), [&](const std::string& name) { return reads.contains(name); });
      }
      if (any && only_views && !read) views.insert(i);
    }
    removed.insert(views.begin(), views.end());
  }

  const Part* part_at(const Activation& where, size_t statement) const {
    auto found = std::find_if(parts_.begin(), parts_.end(), [&](const Part& p) { return p.activation == where && p.statement == statement; });
    return found == parts_.end() ? nullptr : &*found;
  }

  // `x[...] = y` of a tensor is an operator as others are, and no name for a value.
  bool writes_elements(const Part* part) const {
    return part && std::any_of(part->operators.begin(), part->operators.end(), [&](OperatorId id) {
      std::string_view op = graph_.entries[graph_.operators[id].call].op.view();
      return op == "aten.copy_" || op == "aten.index_put_" || op == "aten.fill_";
    });
  }

  // Where a statement that goes puts this value, when that is no variable: `self.sum`, `sums[i]`.
  std::string assigned_place(TensorId tensor, const Activation& where, const std::set<size_t>& removed) const {
    for (size_t i : removed) {
      const Part* part = part_at(where, i);
      if (!part || writes_elements(part)) continue;
      const graph::Operator& last = graph_.operators[part->operators.back()];
      std::vector<std::string> targets = found_.source(where.file)->targets(i);
      bool made = std::any_of(last.outputs.begin(), last.outputs.end(), [&](TensorId t) { return graph_.root(t) == graph_.root(tensor); });
      if (made && targets.size() == 1 && targets[0].find(',') == std::string::npos && targets[0].find_first_of("[.") != std::string::npos)
        return targets[0];
    }
    return {};
  }

  // A name that statements which go have bound, that the call does not bind, and that the rest of the function reads. One that it binds is
  // there behind the call only.
  void check_lost_names(const Activation& where, const SourceText& text, size_t call, const std::set<size_t>& removed, const std::set<std::string>& targets) {
    if (removed.empty()) return;
    std::set<std::string> lost;
    std::map<std::string, size_t> given;      // by the call, and which statement that goes gave it
    for (size_t i : removed) {
      for (const std::string& target : text.targets(i)) {
        if (target.find_first_of("[.") == std::string::npos) {
          for (const std::string& name : names_in(target)) {
            if (!targets.contains(name)) lost.insert(name);
            else given.emplace(name, i);
          }
        } else if (!targets.contains(target) && !writes_elements(part_at(where, i))) {
          notes_.push_back(fmt::format("`{}` is assigned at line {} and is no result", target, text.statements()[i].first_line));
        }
      }
    }
    size_t end = text.function_around(call).second;
    for (size_t i = *removed.begin(); i < end; ++i) {
      if (removed.contains(i)) continue;
      const Statement& s = text.statements()[i];
      size_t equals = s.text.find(" = ");
      std::set<std::string> reads = names_read(s);
      std::erase_if(given, [&](const auto& pair) {
        bool early = pair.second < i && i < call && reads.contains(pair.first);
        if (early) notes_.push_back(fmt::format("`{}` is read at line {}, before the call that gives it", pair.first, s.first_line));
        return early;
      });
      for (auto it = lost.begin(); it != lost.end();) {
        if (reads.contains(*it)) notes_.push_back(fmt::format("`{}` is read at line {} and is no result", *it, s.first_line));
        bool rebound = equals != std::string::npos && names_in(s.text.substr(0, equals)).contains(*it);
        it = reads.contains(*it) || rebound ? lost.erase(it) : std::next(it);
      }
    }
  }

  // --- the other places: what they did is done by the call

  void hand_over(Part& part) {
    part.edited = true;
    const SourceText& text = *source(part.activation.file);
    const Statement& s = text.statements()[part.statement];
    std::string indent(s.indent, ' ');
    std::string by = fmt::format("{}, {}:{}", finding_.interface.name, parts_[main_].activation.file.view(), call_line_);
    std::set<std::string> kinds;
    for (OperatorId id : part.operators) kinds.insert(graph_.operators[id].kind.str());
    std::string what;
    for (const std::string& kind : kinds) what += (what.empty() ? "" : ", ") + kind;
    std::vector<Edit>& edits = edits_of(part.activation.file);
    for (const Edit& e : edits) {
      if (e.first_line <= s.last_line && s.first_line <= std::max(e.last_line, e.first_line))
        return;  // another part of the group has changed it
    }
    if (part.pure) {
      std::vector<TensorId> in, out;
      found_.boundary(part, in, out);
      size_t equals = s.text.find(" = ");
      bool plain = equals != std::string::npos && s.text.find_first_of("[.(,") > equals;
      std::string target = plain ? s.text.substr(0, equals) : s.starts("return") ? "return" : "";
      if (out.empty() && !s.head) {     // an effect only: a write into a cache
        std::vector<std::string> with = {fmt::format("{}# {}: done by {}", indent, what, by)};
        if (alone_in_block(text, part.statement, {part.statement})) with.push_back(indent + "pass");
        edits.push_back({s.first_line, s.last_line, with});
        return;
      }
      // What goes in goes on as it is, under the name of the result: the call does the work behind it. (Where it comes out of the call, that
      // has made the result as well, and nothing brings it here.)
      bool from_call = std::any_of(returned_.begin(), returned_.end(), [&](const InterfaceTensor& output) {
        return in.size() == 1 && same_place(graph_, output.tensor, in[0]);
      });
      if (out.size() == 1 && in.size() == 1 && !from_call && !target.empty() && found_.same_type(in[0], out[0])) {
        if (std::string name = names(part).before(in[0], part.statement); !name.empty()) {
          edits.push_back(
              {s.first_line,
               s.last_line,
               {fmt::format("{}{} {}  # {}: left to {}", indent, target == "return" ? target : target + " =", name, what, by)}});
          return;
        }
      }
    }
    edits.push_back({s.first_line, s.first_line - 1, {fmt::format("{}# {}: done by {}", indent, what, by)}});
    notes_.push_back(fmt::format("{}: `{}` is still done there; its operands or results go to or come from the call", place(part), what));
  }

  // --- files

  std::vector<Edit>& edits_of(Symbol file) {
    if (std::find(order_.begin(), order_.end(), file) == order_.end()) order_.push_back(file);
    return edits_[file];
  }

  const Finding& finding_;
  const std::vector<InterfaceTensor>& returned_;
  const Graph& graph_;
  std::vector<std::pair<std::unique_ptr<Activation>, std::unique_ptr<Names>>> names_;
  Parts found_;
  std::vector<Part> parts_;
  size_t main_ = 0;
  uint32_t call_line_ = 0;
  std::map<Symbol, std::vector<Edit>> edits_;
  std::vector<Symbol> order_;                          // of files: that of the call first
  CallSites out_;
  std::string unknown_;
  std::vector<std::pair<TensorId, TensorId>> passed_on_;   // operand and result of places whose work is left to the call
  std::vector<std::string> notes_;
};

}  // namespace

CallSites call_sites(const Finding& finding, const std::vector<OperatorId>& operators, const std::vector<InterfaceTensor>& returned,
                     const graph::ModelRun& run, const SourceTexts& sources, std::vector<std::string>& notes) {
  return Sites(finding, operators, returned, run, sources).write(notes);
}

}  // namespace fusescout::contract
