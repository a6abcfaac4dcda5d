#include "diagnostics/diagnostic.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace fusescout::diagnostics {
namespace {

auto place(const Location& location) { return std::make_tuple(location.file.view(), location.line); }

auto order(const Diagnostic& diagnostic) {
  return std::make_tuple(diagnostic.location.file.view(), diagnostic.location.line, diagnostic.kind, std::string_view(diagnostic.message));
}

bool same(const Diagnostic& a, const Diagnostic& b) { return order(a) == order(b) && a.labels == b.labels; }

bool labels_before(const Diagnostic& a, const Diagnostic& b) {
  return std::lexicographical_compare(a.labels.begin(), a.labels.end(), b.labels.begin(), b.labels.end(), [](const auto& x, const auto& y) {
    return std::make_tuple(place(x.first), std::string_view(x.second)) < std::make_tuple(place(y.first), std::string_view(y.second));
  });
}

std::string place_text(const Location& location) {
  if (location.file.empty()) return "";
  return location.line ? fmt::format("{}:{}", location.file.view(), location.line) : location.file.str();
}

}  // namespace

std::string_view kind_name(Kind kind) {
  switch (kind) {
    case Kind::SyntaxError: return "syntax-error";
    case Kind::OpaqueCall: return "opaque-call";
    case Kind::UnknownValue: return "unknown-value";
    case Kind::Assumption: return "assumption";
    case Kind::Condition: return "condition";
    case Kind::Limit: return "limit";
    case Kind::UnsupportedPython: return "unsupported-python";
    case Kind::SignatureMismatch: return "signature-mismatch";
    case Kind::ShapeMismatch: return "shape-mismatch";
    case Kind::MissingFile: return "missing-file";
  }
  return "";
}

std::vector<Diagnostic> merge(std::vector<Diagnostic> diagnostics) {
  std::stable_sort(diagnostics.begin(), diagnostics.end(), [](const Diagnostic& a, const Diagnostic& b) {
    auto x = order(a), y = order(b);
    return x != y ? x < y : labels_before(a, b);
  });
  std::vector<Diagnostic> merged;
  for (Diagnostic& diagnostic : diagnostics) {
    if (!merged.empty() && same(merged.back(), diagnostic)) {
      merged.back().count += diagnostic.count;
    } else {
      merged.push_back(std::move(diagnostic));
    }
  }
  return merged;
}

std::string to_text(const Diagnostic& diagnostic) {
  std::string text = place_text(diagnostic.location);
  if (!text.empty()) text += ": ";
  text += fmt::format("{}: {}", kind_name(diagnostic.kind), diagnostic.message);
  if (diagnostic.count > 1) text += fmt::format(" ({} times)", diagnostic.count);
  for (const auto& [location, word] : diagnostic.labels) {
    std::string where = place_text(location);
    text += where.empty() ? fmt::format("\n  {}", word) : fmt::format("\n  {}: {}", where, word);
  }
  return text;
}

}  // namespace fusescout::diagnostics
