#include <algorithm>
#include <cstddef>

#include "python/modules/regex.h"

namespace fusescout::python {

namespace {

char32_t lower(char32_t c) {
  if (c < 128) return c >= 'A' && c <= 'Z' ? c + 32 : c;
  if ((c >= 0xC0 && c <= 0xDE && c != 0xD7) || (c >= 0x391 && c <= 0x3A9) || (c >= 0x410 && c <= 0x42F)) return c + 32;
  return c;
}

bool is_word(char32_t c) {
  if (c < 128) return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  if (c < 0xC0) return c == 0xAA || c == 0xB5 || c == 0xBA;
  bool is_sign = c == 0xD7 || c == 0xF7 || (c >= 0x2000 && c <= 0x2BFF) || (c >= 0x3000 && c <= 0x3004) || (c >= 0x3008 && c <= 0x3020) ||
                 (c >= 0xFF00 && c <= 0xFF0F) || (c >= 0x1F000 && c <= 0x1FAFF) || (c >= 0xE000 && c <= 0xF8FF);
  return !is_sign;
}

bool is_space(char32_t c) {
  return c == ' ' || (c >= 9 && c <= 13) || (c >= 0x1C && c <= 0x1F) || c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) ||
         c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

bool in_category(char32_t c, char category) {
  switch (category) {
    case 'd': return c >= '0' && c <= '9';
    case 'D': return !(c >= '0' && c <= '9');
    case 'w': return is_word(c);
    case 'W': return !is_word(c);
    case 's': return is_space(c);
    default: return !is_space(c);
  }
}

}  // namespace

bool Regex::CharacterSet::contains(char32_t c, bool ignore_case) const {
  auto listed = [&](char32_t x) { return std::any_of(ranges.begin(), ranges.end(), [x](const auto& r) { return r.first <= x && x <= r.second; }); };
  bool found = listed(c) || std::any_of(categories.begin(), categories.end(), [c](char category) { return in_category(c, category); });
  if (!found && ignore_case) {
    char32_t small = lower(c);
    found = listed(small);
    if (!found && small >= 'a' && small <= 'z') found = listed(small - 32);
  }
  return found != negated;
}

class RegexMatcher {
 public:
  RegexMatcher(const Regex& regex, std::u32string_view text, size_t end, std::vector<int64_t>& spans, uint64_t& steps)
      : regex_(regex), text_(text.substr(0, end)), spans_(spans), steps_(steps), marks_(regex.marks_, -1) {}

  // Runs from an instruction; a match counts if it ends between `least_end` and the end of the text, which it must reach if `whole`.
  bool run(size_t pc, size_t position, size_t least_end, bool whole, size_t& end) {
    size_t base = stack_.size();
    for (; steps_ > 0; steps_ -= steps_ > 0) {   // one that runs inside may have taken the last
      if (step(pc, position)) {
        if (!accepted_) continue;
        accepted_ = false;
        if (position >= least_end && (!whole || position == text_.size())) {
          end = position;
          drop_branches(base);
          return true;
        }
      }
      if (!backtrack(base, pc, position)) return false;
    }
    return false;
  }

 private:
  struct Entry { enum Kind : uint8_t { Branch, Span, Mark } kind; uint32_t index; int64_t value; };

  // The way is settled, but what it wrote must still be undone when an outer branch fails.
  void drop_branches(size_t base) {
    stack_.erase(std::remove_if(stack_.begin() + static_cast<ptrdiff_t>(base), stack_.end(), [](const Entry& e) { return e.kind == Entry::Branch; }), stack_.end());
  }

  bool backtrack(size_t base, size_t& pc, size_t& position) {
    while (stack_.size() > base) {
      Entry entry = stack_.back();
      stack_.pop_back();
      if (entry.kind == Entry::Span) {
        spans_[entry.index] = entry.value;
      } else if (entry.kind == Entry::Mark) {
        marks_[entry.index] = entry.value;
      } else {
        pc = entry.index;
        position = static_cast<size_t>(entry.value);
        return true;
      }
    }
    return false;
  }

  bool word_at(size_t position) const { return position < text_.size() && is_word(text_[position]); }
  bool at_boundary(size_t position) const { return (position > 0 && word_at(position - 1)) != word_at(position); }

  // One instruction; false: this way fails.
  bool step(size_t& pc, size_t& position) {
    const Regex::Instruction& i = regex_.program_[pc];
    auto forward = [&](bool ok) {
      ++pc;
      return ok;
    };
    auto consume = [&](bool ok) {
      ++pc;
      ++position;
      return ok;
    };
    using Code = Regex::Code;
    bool inside = position < text_.size();
    switch (i.code) {
      case Code::Char: return inside && consume(text_[position] == i.character || (i.flag && lower(text_[position]) == lower(i.character)));
      case Code::Any: return inside && consume(true);
      case Code::AnyButNewline: return inside && consume(text_[position] != '\n');
      case Code::Set: return inside && consume(regex_.sets_[i.character].contains(text_[position], i.flag));
      case Code::Split: {
        size_t target = static_cast<size_t>(static_cast<int64_t>(pc) + i.jump), next = pc + 1;
        stack_.push_back({Entry::Branch, static_cast<uint32_t>(i.flag ? next : target), static_cast<int64_t>(position)});
        pc = i.flag ? target : next;
        return true;
      }
      case Code::Jump: pc = static_cast<size_t>(static_cast<int64_t>(pc) + i.jump); return true;
      case Code::Save:
        stack_.push_back({Entry::Span, i.character, spans_[i.character]});
        spans_[i.character] = static_cast<int64_t>(position);
        return forward(true);
      case Code::LineStart: return forward(position == 0 || text_[position - 1] == '\n');
      case Code::LineEnd: return forward(!inside || text_[position] == '\n');
      case Code::TextStart: return forward(position == 0);
      case Code::TextEnd: return forward(!inside || (position + 1 == text_.size() && text_[position] == '\n'));
      case Code::End: return forward(!inside);
      case Code::WordBoundary: return forward(at_boundary(position));
      case Code::NoWordBoundary: return forward(!at_boundary(position));
      case Code::BackReference: {
        int64_t start = spans_[i.character * 2], stop = spans_[i.character * 2 + 1];
        if (start < 0 || stop < 0) return false;
        auto length = static_cast<size_t>(stop - start);
        if (position + length > text_.size()) return false;
        for (size_t k = 0; k < length; ++k) {
          char32_t a = text_[static_cast<size_t>(start) + k], b = text_[position + k];
          if (a != b && !(i.flag && lower(a) == lower(b))) return false;
        }
        position += length;
        return forward(true);
      }
      case Code::LookAhead:
      case Code::LookBehind:
      case Code::Atomic: {
        size_t body = pc + 1, from = position, end = 0, before = stack_.size();
        pc = static_cast<size_t>(static_cast<int64_t>(pc) + i.jump);
        if (i.code == Code::LookBehind) {
          if (from < i.character) return i.flag;
          from -= i.character;
        }
        bool found = run(body, from, 0, false, end);
        if (found && i.flag) {   // what a refused look wrote does not count
          size_t unused_pc = 0, unused_position = 0;
          backtrack(before, unused_pc, unused_position);
        }
        if (found && i.code == Code::Atomic) position = end;
        return found != i.flag;
      }
      case Code::IfGroup:
        if (spans_[i.character * 2 + 1] >= 0) ++pc;
        else pc = static_cast<size_t>(static_cast<int64_t>(pc) + i.jump);
        return true;
      case Code::Mark:
        stack_.push_back({Entry::Mark, i.character, marks_[i.character]});
        marks_[i.character] = static_cast<int64_t>(position);
        return forward(true);
      case Code::Progress: return forward(marks_[i.character] != static_cast<int64_t>(position));
      case Code::Accept: accepted_ = true; return true;
    }
    return false;
  }

  const Regex& regex_;
  std::u32string_view text_;
  std::vector<int64_t>& spans_;
  uint64_t& steps_;
  std::vector<int64_t> marks_;
  std::vector<Entry> stack_;
  bool accepted_ = false;
};

bool Regex::find(std::u32string_view text, size_t from, size_t to, Mode mode, bool advance, std::vector<int64_t>& spans, uint64_t& steps) const {
  to = std::min(to, text.size());
  for (size_t start = from; start <= to && steps > 0; ++start) {
    spans.assign((groups_ + 1) * 2, -1);
    size_t end = 0;
    if (RegexMatcher(*this, text, to, spans, steps).run(0, start, advance ? from + 1 : 0, mode == Mode::FullMatch, end)) return true;
    if (mode != Mode::Search) break;
  }
  return false;
}

}  // namespace fusescout::python
