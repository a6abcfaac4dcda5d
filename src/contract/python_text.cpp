#include "contract/python_text.h"

#include <algorithm>
#include <cctype>
#include <cmath>

#include <fmt/format.h>

#include "graph/text_layout.h"

namespace fusescout::contract {

using graph::DType;
using graph::Dim;

std::string torch_dtype(DType dtype) {
  switch (dtype) {
    case DType::Bool: return "torch.bool";
    case DType::I8: return "torch.int8";
    case DType::U8: return "torch.uint8";
    case DType::I16: return "torch.int16";
    case DType::I32: return "torch.int32";
    case DType::I64: return "torch.int64";
    case DType::F16: return "torch.float16";
    case DType::BF16: return "torch.bfloat16";
    case DType::F32: return "torch.float32";
    case DType::F64: return "torch.float64";
    case DType::F8E4M3: return "torch.float8_e4m3fn";
    case DType::F8E5M2: return "torch.float8_e5m2";
    case DType::I4: return "torch.int8";  // two to a byte: torch has no dtype for it
    case DType::C64: return "torch.complex64";
  }
  return "torch.float32";
}

std::string float_literal(double value) {
  if (std::isinf(value)) return value > 0 ? "float(\"inf\")" : "float(\"-inf\")";
  if (std::isnan(value)) return "float(\"nan\")";
  std::string text = fmt::format("{}", value);
  return text.find_first_of(".e") == std::string::npos ? text + ".0" : text;
}

std::string python_name(std::string_view name) {
  std::string out;
  for (char c : name) out += std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
  if (out.empty() || std::isdigit(static_cast<unsigned char>(out[0]))) out = "_" + out;
  for (std::string_view keyword :
       {"False", "None", "True",   "and",     "as",     "assert", "async",  "await", "break",  "class", "continue", "def",    "del",
        "elif",  "else", "except", "finally", "for",    "from",   "global", "if",    "import", "in",    "is",       "lambda", "nonlocal",
        "not",   "or",   "pass",   "raise",   "return", "try",    "while",  "with",  "yield",  "torch", "F"}) {
    if (out == keyword) return out + "_";
  }
  return out;
}

std::string literal(const graph::Graph&, const graph::Attribute& value) {
  if (const auto* b = std::get_if<bool>(&value)) return *b ? "True" : "False";
  if (const auto* d = std::get_if<Dim>(&value)) return std::to_string(d->value);
  if (const auto* f = std::get_if<double>(&value)) return float_literal(*f);
  if (const auto* s = std::get_if<std::string>(&value)) return graph::quoted(*s);
  if (const auto* t = std::get_if<DType>(&value)) return torch_dtype(*t);
  std::string out = "[";
  for (const Dim& d : std::get<std::vector<Dim>>(value)) out += (out.size() > 1 ? ", " : "") + std::to_string(d.value);
  return out + "]";
}

std::string shape_text(const graph::Shape& shape) {
  std::string out = "[";
  for (const Dim& d : shape) out += (out.size() > 1 ? ", " : "") + std::to_string(d.value);
  return out + "]";
}

std::string view_shape(const graph::Tensor& to, const graph::Tensor& from) {
  int64_t a = 1, b = 1;
  for (const graph::Dim& d : to.shape) a *= d.value;
  for (const graph::Dim& d : from.shape) b *= d.value;
  if (a != b || std::equal(to.shape.begin(), to.shape.end(), from.shape.begin(), from.shape.end(),
                           [](const graph::Dim& x, const graph::Dim& y) { return x.value == y.value; }))
    return {};
  std::string out;
  int unknown = 0;
  for (const graph::Dim& d : to.shape) {
    unknown += d.symbolic() ? 1 : 0;
    out += (out.empty() ? "" : ", ") + (d.symbolic() ? "-1" : std::to_string(d.value));
  }
  return unknown <= 1 ? out : "";
}

std::string symbolic_shape(const graph::Graph& graph, const graph::Shape& shape) {
  std::string out = "[";
  for (const Dim& d : shape) out += (out.size() > 1 ? ", " : "") + graph.expressions.to_string(d);
  return out + "]";
}

void Sizes::add_argument(const std::string& name, const graph::Tensor& tensor) {
  for (size_t i = 0; i < tensor.shape.size(); ++i) {
    if (!tensor.shape[i].symbolic()) continue;
    std::string symbol = graph_.expressions.to_string(tensor.shape[i]);
    if (python_name(symbol) == symbol) sources_.emplace(symbol, fmt::format("{}.shape[{}]", name, i));
  }
}

std::string Sizes::dim(const Dim& size) {
  if (!size.symbolic()) return std::to_string(size.value);
  std::string text = graph_.expressions.to_string(size);
  std::vector<std::string> symbols;
  for (size_t i = 0; i < text.size();) {
    if (!std::isalpha(static_cast<unsigned char>(text[i])) && text[i] != '_') {
      ++i;
      continue;
    }
    size_t start = i;
    while (i < text.size() && (std::isalnum(static_cast<unsigned char>(text[i])) || text[i] == '_')) ++i;
    std::string word = text.substr(start, i - start);
    if (word == "min" || word == "max") continue;
    if (!sources_.contains(word)) {
      fixed_ = true;
      return std::to_string(size.value);
    }
    symbols.push_back(word);
  }
  for (const std::string& symbol : symbols) used_[symbol] = true;
  return text;
}

std::string Sizes::list(const graph::Shape& shape) {
  std::string out = "(";
  for (size_t i = 0; i < shape.size(); ++i) out += (i ? ", " : "") + dim(shape[i]);
  return out + (shape.size() == 1 ? ",)" : ")");
}

std::vector<std::string> Sizes::definitions() const {
  std::vector<std::string> lines;
  for (const auto& [symbol, used] : used_) lines.push_back(fmt::format("{} = {}", symbol, sources_.at(symbol)));
  return lines;
}

}  // namespace fusescout::contract
