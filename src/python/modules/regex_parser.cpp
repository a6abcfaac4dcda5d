#include <algorithm>
#include <optional>

#include "python/modules/regex.h"

namespace fusescout::python {

namespace {
using Code = Regex::Code;
constexpr int64_t unbounded = INT64_MAX;

// Code with the least and the most number of characters that it takes.
struct Fragment {
  std::vector<Regex::Instruction> code;
  int64_t least = 0, most = 0;

  void append(const Fragment& other) {
    code.insert(code.end(), other.code.begin(), other.code.end());
    least += other.least;
    most = most == unbounded || other.most == unbounded ? unbounded : most + other.most;
  }
  int32_t size() const { return static_cast<int32_t>(code.size()); }
};

Fragment one(Regex::Instruction instruction, int64_t width) { return {{instruction}, width, width}; }

constexpr int most_depth = 100;   // of groups in groups: the parser calls itself

bool is_digit(char32_t c) { return c >= '0' && c <= '9'; }
}  // namespace

class RegexParser {
 public:
  RegexParser(std::u32string_view pattern, Regex& regex) : pattern_(pattern), regex_(regex), flags_(regex.flags_) {}

  std::optional<Error> parse() {
    Fragment body = alternatives();
    if (!error_ && at_ < pattern_.size()) fail("unbalanced parenthesis");
    if (!error_ && asked_group_ > regex_.groups_) fail("invalid group reference " + std::to_string(asked_group_));   // it may come later
    if (error_) return error_;
    auto save = [](char32_t slot) { return Regex::Instruction{Code::Save, false, slot, 0}; };
    regex_.program_.push_back(save(0));
    regex_.program_.insert(regex_.program_.end(), body.code.begin(), body.code.end());
    regex_.program_.push_back(save(1));
    regex_.program_.push_back({Code::Accept});
    regex_.flags_ = flags_;
    return std::nullopt;
  }

 private:
  void fail(std::string message) {
    if (!error_) error_ = Error{message + " at position " + std::to_string(at_)};
    at_ = pattern_.size();
  }
  bool more() const { return at_ < pattern_.size(); }
  char32_t peek() const { return more() ? pattern_[at_] : 0; }
  bool take(std::u32string_view word) {
    if (!pattern_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }
  bool on(Regex::Flag flag) const { return (flags_ & flag) != 0; }

  Fragment alternatives() {
    std::vector<Fragment> branches;
    if (++depth_ > most_depth) fail("the groups are nested too deeply");
    do branches.push_back(sequence());
    while (take(U"|"));
    --depth_;
    Fragment result = std::move(branches.back());
    for (size_t i = branches.size() - 1; i-- > 0;) {
      Fragment made;
      made.code.push_back({Code::Split, false, 0, branches[i].size() + 2});
      made.code.insert(made.code.end(), branches[i].code.begin(), branches[i].code.end());
      made.code.push_back({Code::Jump, false, 0, result.size() + 1});
      made.code.insert(made.code.end(), result.code.begin(), result.code.end());
      made.least = std::min(branches[i].least, result.least);
      made.most = std::max(branches[i].most, result.most);
      result = std::move(made);
    }
    return result;
  }

  Fragment sequence() {
    Fragment result;
    while (more() && peek() != '|' && peek() != ')') {
      if (on(Regex::Verbose)) {
        if (std::u32string_view(U" \t\n\r\f\v").find(peek()) != std::u32string_view::npos) {
          ++at_;
          continue;
        }
        if (peek() == '#') {
          while (more() && peek() != '\n') ++at_;
          continue;
        }
      }
      result.append(repeated(atom()));
    }
    return result;
  }

  Fragment repeated(Fragment item) {
    while (more()) {
      int64_t least = 0, most = unbounded;
      if (take(U"*")) {
      } else if (take(U"+")) {
        least = 1;
      } else if (take(U"?")) {
        most = 1;
      } else if (peek() != '{' || !bounds(least, most)) {
        break;
      }
      if (item.code.empty() && !error_) return item;
      bool lazy = take(U"?"), possessive = !lazy && take(U"+");
      item = repeat(item, least, most, lazy);
      if (possessive) item = enclosed(Code::Atomic, std::move(item), false, 0, true);
    }
    return item;
  }

  // {m}, {m,}, {,n}, {m,n}; otherwise a brace is a brace.
  bool bounds(int64_t& least, int64_t& most) {
    size_t start = at_++;
    auto number = [&](int64_t& n) {
      if (!is_digit(peek())) return false;
      n = 0;
      while (is_digit(peek())) n = std::min<int64_t>(n * 10 + (pattern_[at_++] - '0'), 100000);
      return true;
    };
    bool has_least = number(least);
    if (has_least && take(U"}")) {
      most = least;
      return true;
    }
    if (take(U",")) {
      bool has_most = number(most);
      if (take(U"}") && (has_least || has_most || start + 3 == at_)) {
        if (most < least) fail("min repeat greater than max repeat");
        return true;
      }
    }
    at_ = start;
    return false;
  }

  Fragment repeat(const Fragment& item, int64_t least, int64_t most, bool lazy) {
    Fragment result;
    if (item.code.size() * static_cast<size_t>(most == unbounded ? least + 1 : most) > 200000) {
      fail("the repetition is too large");
      return result;
    }
    for (int64_t i = 0; i < least; ++i) result.append(item);
    if (most == unbounded) {
      Fragment body = item;
      if (item.least == 0) {   // an iteration that takes nothing ends the loop
        char32_t mark = regex_.marks_++;
        body.code.insert(body.code.begin(), {Code::Mark, false, mark, 0});
        body.code.push_back({Code::Progress, false, mark, 0});
      }
      result.code.push_back({Code::Split, lazy, 0, body.size() + 2});
      result.code.insert(result.code.end(), body.code.begin(), body.code.end());
      result.code.push_back({Code::Jump, false, 0, -(body.size() + 1)});
      if (item.most > 0) result.most = unbounded;
    } else {
      auto optional = static_cast<int32_t>(most - least);
      for (int32_t i = 0; i < optional; ++i) {
        result.code.push_back({Code::Split, lazy, 0, (optional - i) * (item.size() + 1)});
        result.code.insert(result.code.end(), item.code.begin(), item.code.end());
      }
      result.most = item.most == unbounded ? (most == 0 ? 0 : unbounded) : item.most * most;
    }
    return result;
  }

  // An instruction that runs the code behind it on its own.
  Fragment enclosed(Code code, Fragment body, bool negated, char32_t width, bool consumes) {
    Fragment result;
    if (consumes) {
      result.least = body.least;
      result.most = body.most;
    }
    result.code.push_back({code, negated, width, body.size() + 2});
    result.code.insert(result.code.end(), body.code.begin(), body.code.end());
    result.code.push_back({Code::Accept});
    return result;
  }

  Fragment character(char32_t c) { return one({Code::Char, on(Regex::IgnoreCase), c, 0}, 1); }

  Fragment set(Regex::CharacterSet s) {
    regex_.sets_.push_back(std::move(s));
    return one({Code::Set, on(Regex::IgnoreCase), static_cast<char32_t>(regex_.sets_.size() - 1), 0}, 1);
  }

  Fragment atom() {
    char32_t c = pattern_[at_++];
    switch (c) {
      case '.': return one({on(Regex::DotAll) ? Code::Any : Code::AnyButNewline}, 1);
      case '^': return one({on(Regex::Multiline) ? Code::LineStart : Code::TextStart}, 0);
      case '$': return one({on(Regex::Multiline) ? Code::LineEnd : Code::TextEnd}, 0);
      case '[': return bracket();
      case '(': return group();
      case '\\': return escape();
      case '*':
      case '+':
      case '?': --at_; fail("nothing to repeat"); return {};
      default: return character(c);
    }
  }

  std::optional<char32_t> hexadecimal(size_t digits) {
    char32_t value = 0;
    for (size_t i = 0; i < digits; ++i) {
      char32_t c = peek() | 0x20;
      if (is_digit(peek())) value = value * 16 + (peek() - '0');
      else if (c >= 'a' && c <= 'f') value = value * 16 + (c - 'a' + 10);
      else {
        fail("incomplete escape");
        return std::nullopt;
      }
      ++at_;
    }
    return value;
  }

  // The character that an escape means outside and inside brackets; at_ is behind the letter.
  std::optional<char32_t> simple_escape(char32_t c) {
    switch (c) {
      case 'n': return '\n';
      case 't': return '\t';
      case 'r': return '\r';
      case 'f': return '\f';
      case 'v': return '\v';
      case 'a': return '\a';
      case '0': return 0;
      case 'x': return hexadecimal(2);
      case 'u': return hexadecimal(4);
      case 'U': return hexadecimal(8);
      default: break;
    }
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) {
      fail("bad escape \\" + std::string(1, static_cast<char>(c)));
      return std::nullopt;
    }
    return c;
  }

  Fragment escape() {
    if (!more()) {
      fail("bad escape (end of pattern)");
      return {};
    }
    char32_t c = pattern_[at_++];
    switch (c) {
      case 'd': case 'D': case 'w': case 'W': case 's': case 'S': return set({false, {}, std::string(1, static_cast<char>(c))});
      case 'A': return one({Code::TextStart}, 0);
      case 'Z': case 'z': return one({Code::End}, 0);
      case 'b': return one({Code::WordBoundary}, 0);
      case 'B': return one({Code::NoWordBoundary}, 0);
      default: break;
    }
    if (c >= '1' && c <= '9') {
      char32_t number = c - '0';
      if (is_digit(peek())) number = number * 10 + (pattern_[at_++] - '0');
      return back_reference(number);
    }
    std::optional<char32_t> meant = simple_escape(c);
    return meant ? character(*meant) : Fragment();
  }

  Fragment back_reference(char32_t number) {
    if (number > regex_.groups_) fail("invalid group reference " + std::to_string(number));
    return {{{Code::BackReference, on(Regex::IgnoreCase), number, 0}}, 0, unbounded};
  }

  Fragment bracket() {
    Regex::CharacterSet s;
    s.negated = take(U"^");
    bool first = true;
    for (;; first = false) {
      if (!more()) {
        fail("unterminated character set");
        return {};
      }
      if (peek() == ']' && !first) break;
      std::optional<char32_t> low = member(s);
      if (error_) return {};
      if (peek() == '-' && at_ + 1 < pattern_.size() && pattern_[at_ + 1] != ']' && low) {
        ++at_;
        std::optional<char32_t> high = member(s);
        if (error_) return {};
        if (!high || *high < *low) {
          fail("bad character range");
          return {};
        }
        s.ranges.emplace_back(*low, *high);
      } else if (low) {
        s.ranges.emplace_back(*low, *low);
      }
    }
    ++at_;
    return set(std::move(s));
  }

  // A character inside brackets, or nullopt for a category that went into `s`.
  std::optional<char32_t> member(Regex::CharacterSet& s) {
    char32_t c = pattern_[at_++];
    if (c != '\\' || !more()) return c;
    c = pattern_[at_++];
    if (std::string_view("dDwWsS").find(static_cast<char>(c)) != std::string_view::npos && c < 128) {
      s.categories += static_cast<char>(c);
      return std::nullopt;
    }
    if (c == 'b') return '\b';
    return simple_escape(c);
  }

  std::string name(char32_t end) {
    std::string text;
    while (more() && peek() != end) text += static_cast<char>(pattern_[at_++]);
    if (!more()) fail("missing " + std::string(1, static_cast<char>(end)) + ", unterminated name");
    else ++at_;
    if (text.empty()) fail("missing group name");
    return text;
  }

  std::optional<size_t> group_number(const std::string& text) {
    if (!text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; })) return std::min<size_t>(std::strtoul(text.c_str(), nullptr, 10), 1 << 30);
    for (const auto& [known, number] : regex_.names_) {
      if (known == text) return number;
    }
    fail("unknown group name '" + text + "'");
    return std::nullopt;
  }

  Fragment closed(Fragment body) {
    if (!take(U")")) fail("missing ), unterminated subpattern");
    return body;
  }

  Fragment capturing() {
    auto number = static_cast<char32_t>(++regex_.groups_);
    Fragment body = closed(alternatives());
    body.code.insert(body.code.begin(), {Code::Save, false, number * 2, 0});
    body.code.push_back({Code::Save, false, number * 2 + 1, 0});
    return body;
  }

  Fragment look_behind(bool negated) {
    Fragment body = closed(alternatives());
    if (!error_ && body.least != body.most) fail("look-behind requires fixed-width pattern");
    auto width = static_cast<char32_t>(body.least);
    return enclosed(Code::LookBehind, std::move(body), negated, width, false);
  }

  Fragment group() {
    if (!take(U"?")) return capturing();
    if (take(U":")) return scoped(flags_);
    if (take(U"P<")) {
      std::string text = name('>');
      regex_.names_.emplace_back(text, regex_.groups_ + 1);
      return capturing();
    }
    if (take(U"P=")) {
      std::optional<size_t> number = group_number(name(')'));
      return number ? back_reference(static_cast<char32_t>(*number)) : Fragment();
    }
    if (take(U"=")) return enclosed(Code::LookAhead, closed(alternatives()), false, 0, false);
    if (take(U"!")) return enclosed(Code::LookAhead, closed(alternatives()), true, 0, false);
    if (take(U"<=")) return look_behind(false);
    if (take(U"<!")) return look_behind(true);
    if (take(U">")) return enclosed(Code::Atomic, closed(alternatives()), false, 0, true);
    if (take(U"#")) {
      while (more() && peek() != ')') ++at_;
      return closed({});
    }
    if (take(U"(")) return conditional();
    return with_flags();
  }

  Fragment conditional() {
    std::optional<size_t> number = group_number(name(')'));
    if (!number) return {};
    if (*number == 0) fail("bad group number");
    asked_group_ = std::max(asked_group_, *number);
    Fragment yes = sequence(), no;
    if (take(U"|")) no = sequence();
    Fragment result;
    result.code.push_back({Code::IfGroup, false, static_cast<char32_t>(*number), yes.size() + 2});
    result.code.insert(result.code.end(), yes.code.begin(), yes.code.end());
    result.code.push_back({Code::Jump, false, 0, no.size() + 1});
    result.code.insert(result.code.end(), no.code.begin(), no.code.end());
    result.least = std::min(yes.least, no.least);
    result.most = std::max(yes.most, no.most);
    return closed(std::move(result));
  }

  // (?flags) for the rest of the pattern, (?flags:...) and (?-flags:...) for a part.
  Fragment with_flags() {
    uint32_t on = 0, off = 0;
    bool removing = false;
    for (;;) {
      char32_t c = more() ? pattern_[at_++] : 0;
      uint32_t bit = 0;
      switch (c) {
        case 'i': bit = Regex::IgnoreCase; break;
        case 'm': bit = Regex::Multiline; break;
        case 's': bit = Regex::DotAll; break;
        case 'x': bit = Regex::Verbose; break;
        case 'a': bit = Regex::Ascii; break;
        case 'u': bit = Regex::Unicode; break;
        default: break;
      }
      if (c == '-' && !removing) removing = true;
      else if (bit != 0) (removing ? off : on) |= bit;
      else if (c == ':') return scoped((flags_ | on) & ~off);
      else if (c == ')' && !removing) {
        flags_ |= on;
        return {};
      } else {
        fail("unknown extension in (?...)");
        return {};
      }
    }
  }

  Fragment scoped(uint32_t flags) {
    std::swap(flags, flags_);
    Fragment body = alternatives();
    flags_ = flags;
    return closed(std::move(body));
  }

  std::u32string_view pattern_;
  Regex& regex_;
  size_t at_ = 0;
  uint32_t flags_;
  std::optional<Error> error_;
  int depth_ = 0;
  size_t asked_group_ = 0;   // the highest of the conditions
};

ErrorOr<Regex> Regex::compile(std::u32string_view pattern, uint32_t flags) {
  Regex regex;
  regex.flags_ = flags;
  if (std::optional<Error> error = RegexParser(pattern, regex).parse()) return *error;
  return regex;
}

}  // namespace fusescout::python
