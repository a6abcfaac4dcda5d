// String literals: prefixes, escapes, adjacent literals, f-strings.
#include <cstdlib>

#include "syntax/convert.h"

namespace fusescout::syntax {
namespace {

void append_utf8(std::string& out, uint32_t code) {
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0 | code >> 6);
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0 | code >> 12);
    out += static_cast<char>(0x80 | (code >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | (code >> 18 & 7));
    out += static_cast<char>(0x80 | (code >> 12 & 0x3F));
    out += static_cast<char>(0x80 | (code >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  }
}

}  // namespace

std::string unescape(std::string_view text, bool bytes) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r') {   // line ends are \n in a string
      if (i + 1 < text.size() && text[i + 1] == '\n') continue;
      out += '\n';
      continue;
    }
    if (text[i] != '\\' || i + 1 >= text.size()) {
      out += text[i];
      continue;
    }
    char c = text[++i];
    auto hexadecimal = [&](size_t count) {
      uint32_t code = 0;
      size_t used = 0;
      while (used < count && i + 1 < text.size() && std::isxdigit(static_cast<unsigned char>(text[i + 1]))) {
        code = code * 16 + static_cast<uint32_t>(std::strtoul(std::string(1, text[++i]).c_str(), nullptr, 16));
        ++used;
      }
      return code;
    };
    switch (c) {
      case '\n': break;
      case '\r':
        if (i + 1 < text.size() && text[i + 1] == '\n') ++i;
        break;
      case '\\': out += '\\'; break;
      case '\'': out += '\''; break;
      case '"': out += '"'; break;
      case 'a': out += '\a'; break;
      case 'b': out += '\b'; break;
      case 'f': out += '\f'; break;
      case 'n': out += '\n'; break;
      case 'r': out += '\r'; break;
      case 't': out += '\t'; break;
      case 'v': out += '\v'; break;
      case 'x':
        if (bytes) out += static_cast<char>(hexadecimal(2));
        else append_utf8(out, hexadecimal(2));
        break;
      case 'u':
      case 'U':
        if (bytes) out += std::string("\\") + c;
        else append_utf8(out, hexadecimal(c == 'u' ? 4 : 8));
        break;
      default:
        if (c >= '0' && c <= '7') {
          uint32_t code = static_cast<uint32_t>(c - '0');
          for (int k = 0; k < 2 && i + 1 < text.size() && text[i + 1] >= '0' && text[i + 1] <= '7'; ++k) code = code * 8 + static_cast<uint32_t>(text[++i] - '0');
          if (bytes) out += static_cast<char>(code);
          else append_utf8(out, code);
        } else {
          out += '\\';
          out += c;
        }
    }
  }
  return out;
}

void Converter::flush_string(const C& n, Ids& parts, std::string& pending) {
  if (pending.empty()) return;
  parts.push_back(add(NodeKind::StringLiteral, n, {}, 0, symbol(pending)));
  pending.clear();
}

void Converter::collect_string(const C& n, Ids& parts, std::string& pending, bool& bytes, bool& formatted) {
  bool raw = false, f_string = false;
  uint32_t at = 0;      // text since here is not yet taken
  auto take = [&](uint32_t end) {
    if (end <= at) return;
    std::string piece(tree_.source.substr(at, end - at));
    if (f_string) {   // {{ and }}
      std::string plain;
      for (size_t i = 0; i < piece.size(); ++i) {
        plain += piece[i];
        if ((piece[i] == '{' || piece[i] == '}') && i + 1 < piece.size() && piece[i + 1] == piece[i]) ++i;
      }
      piece = std::move(plain);
    }
    if (!raw) piece = unescape(piece, bytes);
    pending += piece;
  };
  for (const C* c = first(n); c != nullptr; c = next(*c)) {
    switch (c->kind) {
      case K::string_start:
        for (char ch : text(*c)) {
          if (ch == 'r' || ch == 'R') raw = true;
          else if (ch == 'b' || ch == 'B') bytes = true;
          else if (ch == 'f' || ch == 'F') f_string = true;
        }
        formatted |= f_string;
        at = c->end;
        break;
      case K::string_content: break;
      case K::interpolation:
      case K::format_expression: {
        take(c->start);
        at = c->end;
        flush_string(n, parts, pending);
        const C *value = field(*c, Field::expression), *conversion = field(*c, Field::type_conversion), *spec = field(*c, Field::format_specifier);
        if (value == nullptr) {
          fail(*c, "an empty f-string expression");
          break;
        }
        uint32_t shown = 0;
        if (has_token(*c, "=")) {
          uint32_t end = conversion != nullptr ? conversion->start : spec != nullptr ? spec->start : c->end - 1;
          shown = symbol(tree_.source.substr(c->start + 1, end - c->start - 1));
        }
        NodeId inner = expression(*value);
        uint8_t flag = conversion != nullptr && text(*conversion).size() == 2 ? static_cast<uint8_t>(text(*conversion)[1]) : 0;
        parts.push_back(add(NodeKind::FormattedValue, *c, {inner, spec == nullptr ? no_node : format_spec(*spec)}, flag, shown));
        break;
      }
      case K::string_end: take(c->start); break;
      case K::error: fail(*c, "unexpected `" + std::string(text(*c).substr(0, 30)) + "`"); break;
      default: break;
    }
  }
}

NodeId Converter::format_spec(const C& n) {
  Ids parts;
  std::string pending;
  uint32_t at = n.start + 1;   // behind the colon
  for (const C* c = first(n); c != nullptr; c = next(*c)) {
    if (c->kind != K::format_expression && c->kind != K::interpolation) continue;
    pending += tree_.source.substr(at, c->start - at);
    at = c->end;
    flush_string(n, parts, pending);
    const C *value = field(*c, Field::expression), *spec = field(*c, Field::format_specifier);
    if (value == nullptr) continue;
    NodeId inner = expression(*value);
    parts.push_back(add(NodeKind::FormattedValue, *c, {inner, spec == nullptr ? no_node : format_spec(*spec)}));
  }
  if (n.end > at) pending += tree_.source.substr(at, n.end - at);
  flush_string(n, parts, pending);
  return add(NodeKind::JoinedStr, n, parts);
}

NodeId Converter::string(const C& n) {
  Ids parts;
  std::string pending;
  bool bytes = false, formatted = false;
  if (n.kind == K::concatenated_string) {
    for (const C* c : named(n)) collect_string(*c, parts, pending, bytes, formatted);
  } else {
    collect_string(n, parts, pending, bytes, formatted);
  }
  if (!formatted) return add(bytes ? NodeKind::BytesLiteral : NodeKind::StringLiteral, n, {}, 0, symbol(pending));
  flush_string(n, parts, pending);
  return add(NodeKind::JoinedStr, n, parts);
}

}  // namespace fusescout::syntax
