#include "vllm/config_reads.h"

#include <fmt/format.h>

#include <algorithm>

namespace fusescout::vllm {
namespace {

// Python's name of a value's type, where messages name it.
std::string_view type_of(const std::string& value) {
  if (value == "null") return "'NoneType'";
  if (value.starts_with('"')) return "'str'";
  if (value.starts_with('[')) return "'list'";
  if (value.starts_with('{')) return "'dict'";
  return value.find('.') != std::string::npos ? "'float'" : "'int'";
}

}  // namespace

std::string unfit_config_value(const std::vector<ConfigRead>& reads, const std::string& exception, const std::vector<graph::StackEntry>& stack, const AstOf& ast_of) {
  auto innermost = std::find_if(stack.rbegin(), stack.rend(), [](const graph::StackEntry& s) { return in_trees(s.file); });
  if (innermost == stack.rend()) return "";
  bool own_words = raises_itself(ast_of, *innermost);
  auto by = [&](const ConfigRead& read, const graph::StackEntry& s) { return s.file == read.file && s.function == function_at(ast_of, read.file, read.line); };
  auto on_the_way = [&](const ConfigRead& read) { return std::any_of(stack.begin(), stack.end(), [&](const graph::StackEntry& s) { return by(read, s); }); };
  // A value of another type than the class has is to blame wherever it was read. Another one is where the exception went through the function that
  // read it, or where the message names its type; if nobody says what belongs there both must hold, unless the very function ended that way.
  auto rank = [&](const ConfigRead& read) {
    if (read.judgement == "wrong") return 3;
    bool named = !own_words && exception.find(type_of(read.value)) != std::string::npos;
    if (read.judgement == "odd") return named || on_the_way(read) ? 2 : 0;
    return !own_words && (by(read, *innermost) || (named && on_the_way(read))) ? 1 : 0;
  };
  const ConfigRead* blamed = nullptr;
  int best = 0;
  for (auto read = reads.rbegin(); read != reads.rend(); ++read) {   // the last one that was read
    if (int r = rank(*read); r > best) best = r, blamed = &*read;
  }
  if (blamed == nullptr) return "";
  return fmt::format(" (the config says `{}`: {}{}; {}:{} reads it)", blamed->name, blamed->value, blamed->expected.empty() ? "" : ", where " + blamed->expected,
                     blamed->file.view(), blamed->line);
}

}  // namespace fusescout::vllm
