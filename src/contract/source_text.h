// Python source as logical lines, and changes of it as unified diffs. Text only: no meaning.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/symbol.h"

namespace fusescout::contract {

// A simple statement or the head of a compound one; several lines where brackets or strings go on.
struct Statement {
  uint32_t first_line = 0, last_line = 0;   // 1-based
  size_t indent = 0;
  std::string text;                          // without comments; strings are ""; lines joined by spaces
  bool head = false;                         // of a block: `if x:`
  bool starts(std::string_view word) const;  // the keyword `word`
  bool compound() const;                     // a head, or a block in one line: `if x: y`
};

class SourceText {
 public:
  explicit SourceText(const std::string& text);
  const std::vector<std::string>& lines() const { return lines_; }   // as they are in the file, without the line feed
  bool crlf() const { return crlf_; }                                 // they end with a carriage return as well
  const std::vector<Statement>& statements() const { return statements_; }
  const Statement* at(uint32_t line) const;  // that covers the line
  size_t index_at(uint32_t line) const;      // of it; statements().size(): none
  // Statements [first, last) of the innermost function around one; `first` is behind its `def`.
  std::pair<size_t, size_t> function_around(size_t statement) const;
  size_t block_end(size_t head) const;       // first statement behind the block that a head opens
  size_t block_start(size_t statement) const;   // of `elif x:` the `if`; else itself
  size_t loop_around(size_t statement) const;   // the outermost one of its function without an `else`; statements().size(): none
  // What a statement binds: "x", "a, b", "self.x", `x["key"]`; of `x = y = 1` and `x = (y := 1)` both.
  std::vector<std::string> targets(size_t statement) const;

 private:
  std::vector<std::string> lines_;
  std::vector<Statement> statements_;
  bool crlf_ = false;
};

// The text of a source file by its name in locations ("vllm/model_executor/layers/linear.py"); nothing when it is not there.
using SourceReader = std::function<std::optional<std::string>(const std::string& file)>;

// Source files that many contracts look at, each cut into statements once. Not thread-safe.
class SourceTexts {
 public:
  SourceTexts(SourceReader read) : read_(std::move(read)) {}
  const SourceText* find(Symbol file) const;   // nullptr: it is not there

 private:
  SourceReader read_;
  mutable std::map<Symbol, std::unique_ptr<SourceText>> texts_;
};

// Names that the text reads or calls; attributes (`x.name`) and keywords of calls (`name=`) are none.
std::set<std::string> names_in(const std::string& text);

// Those in what a statement binds.
std::set<std::string> names_bound(const SourceText& text, size_t statement);
// Those that a statement reads: of an assignment what stands behind its first `=`.
std::set<std::string> names_read(const Statement& statement);

// The last of some statements (the keys) before which nothing else reads what they bind, if what the later ones bind may be bound there as well;
// otherwise the last of all.
size_t last_before_readers(const SourceText& text, const std::map<size_t, size_t>& statements);

// Lines first..last go, `with` comes; last == first - 1 only inserts before `first`.
struct Edit {
  uint32_t first_line = 0, last_line = 0;
  std::vector<std::string> with;
};

// Edits of one file, which do not overlap, in the form that `git apply` takes.
std::string unified_diff(const std::string& file, const std::vector<std::string>& lines, std::vector<Edit> edits);

}  // namespace fusescout::contract
