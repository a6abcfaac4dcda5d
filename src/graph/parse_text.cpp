#include <algorithm>
#include <cmath>

#include "graph/text_parser.h"

namespace fusescout::graph {

ErrorOr<Graph> TextParser::parse(const std::vector<std::pair<uint32_t, std::string_view>>& lines) {
  for (const auto& [number, text] : lines) {
    number_ = number;
    auto done = parse_line(text);
    if (done.is_error()) return Error{"line " + std::to_string(number) + ": " + done.error().message};
  }
  if (kernel_.valid()) return Error{"line " + std::to_string(number_) + ": expected `}` that ends the kernel"};
  return std::move(graph_);
}

std::string_view TextParser::cut_comment(std::string_view text, Place& place) {
  bool in_string = false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (in_string && text[i] == '\\') ++i;
    else if (text[i] == '"') in_string = !in_string;
    else if (!in_string && text[i] == '#') {
      Cursor comment{text.substr(i + 1)};
      std::string_view where = comment.token(), module = comment.token();
      Place found;
      if (comment.at_end() && split_location(where, found.file, found.line)) {
        if (found.file.view() == "-") found.file = Symbol();
        found.module = Symbol(module);
        place = found;
      }
      return text.substr(0, i);
    }
  }
  return text;
}

ErrorOr<Success> TextParser::parse_line(std::string_view text) {
  Place place;
  Cursor line{cut_comment(text, place)};
  while (!line.text.empty() && (line.text.back() == ' ' || line.text.back() == '\r' || line.text.back() == '\t')) line.text.remove_suffix(1);
  if (line.at_end()) return Success{};
  if (line.take("}")) {
    if (!kernel_.valid()) return Error{"a `}` without a kernel"};
    end_kernel();
    return line.at_end() ? ErrorOr<Success>(Success{}) : ErrorOr<Success>(Error{"expected nothing after `}`, found " + line.rest()});
  }
  if (line.text[line.at] != '%' && !kernel_.valid()) {
    if (line.take_word("phase")) {
      graph_.phase = line.identifier();
      return expect_end(line);
    }
    if (line.take_word("kernel")) return parse_kernel(line);
    if (line.take_word("output")) return parse_output(line);
    size_t start = line.at;
    std::string_view word = line.identifier();
    TensorKind kind = TensorKind::Intermediate;
    line.skip();
    if (line.at < line.text.size() && line.text[line.at] == '%' && (parse_tensor_kind(word, kind) || word == "empty")) return parse_declaration(line, kind);
    if (line.take("=")) return parse_symbol(line, word);
    line.at = start;
  }
  return parse_operation(line, place);
}

ErrorOr<Success> TextParser::expect_end(Cursor& line) {
  if (!line.at_end()) return Error{"expected the end of the line, found " + line.rest()};
  return Success{};
}

ErrorOr<Success> TextParser::parse_symbol(Cursor& line, std::string_view name) {
  DType dtype;
  bool reserved = parse_dtype(name, dtype) || name == "True" || name == "False" || name == "inf" || name == "nan" || name == "min" || name == "max";
  if (reserved || name.empty() || digit(name[0]) || name.find('.') != std::string_view::npos) return Error{"`" + std::string(name) + "` cannot be the name of a symbol"};
  Dim value = TRY(parse_dim(line.expression(""), false));
  if (value.symbolic()) return Error{"the value of `" + std::string(name) + "` must be a number"};
  if (graph_.expressions.symbols().contains(std::string(name))) return Error{"`" + std::string(name) + "` has a value already"};
  graph_.expressions.symbol(Symbol(name), value.value);
  return Success{};
}

ErrorOr<Dim> TextParser::parse_dim(const std::string& text, bool size) {
  // The values of unknown symbols would be 0, which no one means.
  for (size_t i = 0; i < text.size();) {
    size_t start = i;
    while (i < text.size() && (std::isalnum(static_cast<unsigned char>(text[i])) || text[i] == '_')) ++i;
    std::string word = text.substr(start, i - start);
    if (word.empty()) ++i;
    else if ((word == "min" || word == "max") && i < text.size() && text[i] == '(') continue;
    else if (!digit(word[0]) && !graph_.expressions.symbols().contains(word)) {
      return Error{"`" + word + "` has no value; write `" + word + " = 16` above"};
    }
  }
  Dim dim;
  if (text.empty() || !graph_.expressions.parse(text, dim)) return Error{"expected a size, found `" + text.substr(0, 40) + "`"};
  if (static_cast<double>(std::abs(static_cast<double>(dim.value))) > max_elements) return Error{"`" + text.substr(0, 40) + "` is too large"};
  if (size && dim.value < 0) return Error{"the size `" + text.substr(0, 40) + "` is negative"};
  return dim;
}

ErrorOr<Shape> TextParser::parse_dims(Cursor& line, char close, bool sizes) {
  Shape shape;
  std::string stops = std::string(",") + close, end(1, close);
  if (line.take(end)) return shape;
  for (;;) {
    shape.push_back(TRY(parse_dim(line.expression(stops), sizes)));
    if (shape.size() > 64) return Error{"more than 64 dimensions"};
    if (line.take(end)) return shape;
    if (!line.take(",")) return Error{"expected `,` or `" + end + "`, found " + line.rest()};
  }
}

ErrorOr<Type> TextParser::parse_type(Cursor& line) {
  Type type;
  std::string dtype(line.identifier());
  if (!parse_dtype(dtype, type.dtype)) return Error{"expected a dtype like `bf16`, found " + (dtype.empty() ? line.rest() : "`" + dtype + "`")};
  if (!line.take("[")) return Error{"expected `[` after the dtype, found " + line.rest()};
  type.shape = TRY(parse_dims(line, ']', true));
  double count = 1;
  for (Dim d : type.shape) count *= static_cast<double>(std::max<int64_t>(d.value, 1));
  if (count > max_elements) return Error{"a tensor of more than 2^40 elements"};
  if (line.take("{")) {
    type.strides = TRY(parse_dims(line, '}', false));
    if (type.strides->size() != type.shape.size()) return Error{"as many strides as dimensions are needed"};
  }
  if (line.take("@")) type.offset = TRY(parse_dim(line.expression(" ,&")));
  if (line.take("&")) {
    if (line.take_word("new")) type.fresh = true;
    else type.alias = TRY(parse_tensor(line));
  }
  return type;
}

ErrorOr<TensorId> TextParser::parse_tensor(Cursor& line) {
  std::string name = TRY(parse_name(line));
  auto it = names_.find(name);
  if (it == names_.end()) return Error{"`%" + name + "` is not defined above"};
  return it->second;
}

ErrorOr<std::string> TextParser::parse_name(Cursor& line) {
  if (!line.take("%")) return Error{"expected a tensor like `%x`, found " + line.rest()};
  size_t before = line.at;
  std::string name(line.identifier());
  if (name.empty() || before + name.size() != line.at) return Error{"expected a name after `%`"};
  return name;
}

ErrorOr<Success> TextParser::define(const std::string& name, TensorId id) {
  if (!names_.emplace(name, id).second) return Error{"`%" + name + "` is defined already"};
  return Success{};
}

Symbol TextParser::kept_name(const std::string& name) {
  return std::all_of(name.begin(), name.end(), digit) ? Symbol() : Symbol(name);
}

ErrorOr<Success> TextParser::parse_declaration(Cursor& line, TensorKind kind) {
  std::string name = TRY(parse_name(line)), full = name;
  line.skip();
  if (line.at < line.text.size() && line.text[line.at] == '"' && (!line.quoted(full) || full.empty())) return Error{"expected a name in quotes"};
  if (!line.take(":")) return Error{"expected `:` and a type, found " + line.rest()};
  Type type = TRY(parse_type(line));
  TRY(expect_end(line));
  Tensor tensor;
  tensor.kind = kind;
  tensor.name = kind == TensorKind::Intermediate ? kept_name(full) : Symbol(full);
  fill(tensor, type, {contiguous_strides(graph_.expressions, type.shape), Dim(0)});
  tensor.storage = type.alias.valid() ? graph_.tensors[type.alias].storage : StorageId{graph_.storages++};
  TensorId id = graph_.tensors.add(std::move(tensor));
  TRY(define(name, id));
  if (kind == TensorKind::Input) graph_.inputs.push_back(id);
  if (kind == TensorKind::Intermediate) {
    Entry entry;
    entry.op = Symbol("aten.empty");
    entry.outputs = {id};
    graph_.tensors[id].producer = add_entry(std::move(entry), {});
  }
  return Success{};
}

void TextParser::fill(Tensor& tensor, const Type& type, const Layout& inferred) {
  tensor.shape = type.shape;
  tensor.dtype = type.dtype;
  tensor.strides = type.strides.value_or(inferred.strides);
  tensor.storage_offset = type.offset.value_or(inferred.offset);
}

ErrorOr<Success> TextParser::parse_output(Cursor& line) {
  do {
    graph_.outputs.push_back(TRY(parse_tensor(line)));
  } while (line.take(","));
  return expect_end(line);
}

ErrorOr<Success> TextParser::parse_kernel(Cursor& line) {
  std::string name;
  line.skip();
  if (line.at < line.text.size() && line.text[line.at] == '"') {
    if (!line.quoted(name)) return Error{"expected the kernel's name in quotes"};
  } else {
    name = line.identifier();
  }
  if (name.empty()) return Error{"expected the kernel's name, found " + line.rest()};
  Kernel kernel;
  kernel.name = Symbol(name);
  std::string unit(line.identifier());
  if (!parse_unit(unit, kernel.unit)) return Error{"expected vector, cube, mixed, communication or host, found `" + unit + "`"};
  kernel.triton = line.take_word("triton");
  if (line.take_word("by")) {
    if (!line.quoted(kernel.fused_by) || kernel.fused_by.empty()) return Error{"expected who fuses it in quotes"};
    line.skip();
    if (line.at < line.text.size() && line.text[line.at] != '{' && !split_location(line.token(), kernel.fused_by_file, kernel.fused_by_line)) {
      return Error{"expected `file:line` after who fuses it"};
    }
  }
  if (!line.take("{")) return Error{"expected `{`, found " + line.rest()};
  TRY(expect_end(line));
  kernel_ = graph_.kernels.add(std::move(kernel));
  return Success{};
}

void TextParser::end_kernel() {
  Kernel& kernel = graph_.kernels[kernel_];
  if (kernel.calls.size() == 1) graph_.entries[kernel.calls[0]].op = kernel.name;
  if (!kernel.calls.empty()) graph_.entries[kernel.calls[0]].launches = 1;
  kernel_ = {};
}

EntryId TextParser::add_entry(Entry entry, const Place& place) {
  entry.end = EntryId{static_cast<uint32_t>(graph_.entries.size() + 1)};
  if (!place.file.empty()) entry.frame = graph_.frame({}, place.file, place.line, {});
  if (!place.module.empty()) {
    auto [it, added] = modules_.try_emplace(place.module);
    if (added) {
      ModuleInfo module;
      module.path = place.module;
      module.layer = Symbol(layer_of_path(place.module.view()));
      it->second = graph_.modules.add(std::move(module));
    }
    entry.module = it->second;
  }
  return graph_.entries.add(std::move(entry));
}

ErrorOr<std::vector<NamedGraph>> parse_text(std::string_view text) {
  std::vector<NamedGraph> graphs;
  std::vector<std::pair<uint32_t, std::string_view>> lines;
  std::string name;
  bool separated = false;
  auto finish = [&]() -> ErrorOr<Success> {
    Graph graph = TRY(TextParser().parse(lines));
    graphs.push_back({name, std::move(graph)});
    return Success{};
  };
  uint32_t number = 0;
  for (size_t at = 0; at <= text.size();) {
    size_t end = std::min(text.find('\n', at), text.size());
    std::string_view line = text.substr(at, end - at);
    at = end + 1;
    ++number;
    if (line.size() > 100000) return Error{"line " + std::to_string(number) + ": longer than 100000 characters"};
    if (line.substr(0, 3) != "---") {
      lines.emplace_back(number, line);
      continue;
    }
    // What stands before the first separator may only be comments.
    bool blank = std::all_of(lines.begin(), lines.end(), [](const auto& l) {
      size_t first = l.second.find_first_not_of(" \t\r");
      return first == std::string_view::npos || l.second[first] == '#';
    });
    if (separated || !blank) TRY(finish());
    separated = true;
    lines.clear();
    Cursor rest{line.substr(3)};
    name = rest.token();
    while (!name.empty() && (name.back() == '\r')) name.pop_back();
    if (!rest.at_end()) return Error{"line " + std::to_string(number) + ": expected `--- name`"};
  }
  TRY(finish());
  return graphs;
}

}  // namespace fusescout::graph
