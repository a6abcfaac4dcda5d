#include <algorithm>
#include <memory>

#include "graph/text_parser.h"

namespace fusescout::graph {

ErrorOr<Attribute> TextParser::parse_attribute(Cursor& line) {
  line.skip();
  if (line.at < line.text.size() && line.text[line.at] == '"') {
    std::string text;
    if (!line.quoted(text)) return Error{"expected `\"` at the end of the text"};
    return Attribute(std::move(text));
  }
  if (line.take("[")) return Attribute(TRY(parse_dims(line, ']', false)));
  std::string text = line.expression(",)");
  if (text == "True") return Attribute(true);
  if (text == "False") return Attribute(false);
  DType dtype;
  if (parse_dtype(text, dtype)) return Attribute(dtype);
  std::string_view digits = text;
  if (!digits.empty() && digits[0] == '-') digits.remove_prefix(1);
  bool real = digits == "inf" || digits == "nan" || (!digits.empty() && digit(digits[0]) && digits.find_first_of(".e") != std::string_view::npos);
  if (real) {
    double value = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (end != text.data() + text.size() || error == std::errc::invalid_argument) return Error{"expected a number, found `" + text.substr(0, 40) + "`"};
    if (error == std::errc::result_out_of_range) return Error{"the number `" + text.substr(0, 40) + "` is out of range"};
    return Attribute(value);
  }
  return Attribute(TRY(parse_dim(text, false)));
}

ErrorOr<Success> TextParser::parse_operation(Cursor& line, const Place& place) {
  std::vector<std::string> names;
  line.skip();
  if (line.at < line.text.size() && line.text[line.at] == '%') {
    do {
      names.push_back(TRY(parse_name(line)));
    } while (line.take(","));
    if (!line.take("=")) return Error{"expected `=`, found " + line.rest()};
  }
  std::string verb(line.identifier());
  if (verb.substr(0, 5) == "aten.") verb.erase(0, 5);
  if (verb.empty() || !line.take("(")) return Error{"expected an operator and `(`, found " + (verb.empty() ? line.rest() : "`" + verb + "`")};
  std::vector<TensorId> inputs, written;
  Attributes attributes;
  while (!line.take(")")) {
    line.skip();
    if (line.at < line.text.size() && line.text[line.at] == '%') {
      inputs.push_back(TRY(parse_tensor(line)));
      if (line.take("!")) written.push_back(inputs.back());
    } else {
      std::string key(line.identifier());
      if (key.empty() || !line.take("=")) return Error{"expected `%tensor` or `name=value`, found " + (key.empty() ? line.rest() : "`" + key + "`")};
      attributes.emplace_back(Symbol(key), TRY(parse_attribute(line)));
    }
    line.skip();
    if (!line.take(",") && (line.at >= line.text.size() || line.text[line.at] != ')')) return Error{"expected `,` or `)`, found " + line.rest()};
  }
  std::sort(attributes.begin(), attributes.end(), [](const auto& a, const auto& b) { return a.first.view() < b.first.view(); });
  for (size_t i = 1; i < attributes.size(); ++i) {
    if (attributes[i].first == attributes[i - 1].first) return Error{"`" + attributes[i].first.str() + "` is given twice"};
  }
  if (inputs.size() > 250) return Error{"more than 250 operands"};
  std::vector<Type> types;
  if (line.take(":")) {
    do {
      types.push_back(TRY(parse_type(line)));
    } while (line.take(","));
  }
  TRY(expect_end(line));
  if (types.size() != names.size()) return Error{"expected a type for each of the " + std::to_string(names.size()) + " results, found " + std::to_string(types.size())};
  bool copies = verb == "transpose" && kernel_.valid() && !types.empty() && !types[0].strides;
  if (verb == "refresh" || (is_view_name(verb) && !copies)) return add_view(verb, place, names, inputs, attributes, types);
  const OperatorKind* kind = find_operator_kind(verb);
  if (kind == nullptr) return Error{"no operator is called `" + verb + "`"};
  return add_operator(*kind, place, names, inputs, written, std::move(attributes), types);
}

ErrorOr<Success> TextParser::add_view(std::string_view verb, const Place& place, const std::vector<std::string>& names, const std::vector<TensorId>& inputs,
                                  const Attributes& attributes, const std::vector<Type>& types) {
  bool refresh = verb == "refresh";
  if (inputs.size() != (refresh ? 2U : 1U)) return Error{refresh ? "a refresh takes the old view and the written tensor" : "a view takes one tensor"};
  if (names.empty() || (refresh && names.size() != 1)) return Error{"expected a result"};
  const Tensor base = graph_.tensors[inputs[0]];
  std::vector<Shape> shapes;
  for (const Type& type : types) {
    shapes.push_back(type.shape);
    if (type.alias.valid() || type.fresh) return Error{"a view has the storage of its operand"};
    if (type.dtype != base.dtype && verb != "view") return Error{"a view has the dtype of its operand"};
  }
  std::optional<std::vector<Layout>> layouts;
  if (!refresh) layouts = infer_view_layouts(graph_.expressions, verb, base, attributes, shapes);
  EntryId entry_id{static_cast<uint32_t>(graph_.entries.size())};
  Entry entry;
  entry.kind = refresh ? EntryKind::Refresh : EntryKind::Call;
  entry.is_view = !refresh;
  entry.op = Symbol(refresh ? "refresh" : "aten." + std::string(verb));
  entry.inputs = inputs;
  for (size_t i = 0; i < names.size(); ++i) {
    if (!layouts && !refresh && !types[i].strides) {
      return Error{"this `" + std::string(verb) + "` needs the strides of its result, like `bf16[4, 8]{8, 1}`; a change of layout that copies is a `copy`"};
    }
    Tensor tensor;
    fill(tensor, types[i], layouts ? (*layouts)[i] : Layout{base.strides, base.storage_offset});
    if (tensor.strides.size() != tensor.shape.size()) return Error{"as many strides as dimensions are needed"};
    tensor.storage = base.storage;
    tensor.producer = entry_id;
    tensor.producer_output = static_cast<uint16_t>(i);
    if (!refresh) tensor.view_of = inputs[0];
    tensor.name = kept_name(names[i]);
    TensorId id = graph_.tensors.add(std::move(tensor));
    TRY(define(names[i], id));
    entry.outputs.push_back(id);
  }
  add_entry(std::move(entry), place);
  return Success{};
}

ErrorOr<Success> TextParser::add_operator(const OperatorKind& kind, const Place& place, const std::vector<std::string>& names,
                                      const std::vector<TensorId>& inputs, const std::vector<TensorId>& written, Attributes attributes,
                                      const std::vector<Type>& types) {
  if (kind.inputs != any_inputs && inputs.size() > kind.inputs) {
    return Error{"`" + std::string(kind.name) + "` takes at most " + std::to_string(kind.inputs) + " tensors, found " + std::to_string(inputs.size())};
  }
  std::vector<std::pair<const Shape*, DType>> outputs;
  for (const Type& type : types) outputs.emplace_back(&type.shape, type.dtype);
  std::vector<TensorId> aliases = infer_aliases(graph_, written, outputs);

  KernelId kernel_id = kernel_;
  if (!kernel_id.valid()) {
    Kernel kernel;
    kernel.name = Symbol(default_kernel_name(kind));
    kernel.unit = default_unit(kind);
    kernel_id = graph_.kernels.add(std::move(kernel));
  }
  Kernel& kernel = graph_.kernels[kernel_id];
  FrameId frame = place.file.empty() ? FrameId{} : graph_.frame({}, place.file, place.line, {});
  bool same_call = !kernel.calls.empty() && kernel.calls.back().index + 1 == graph_.entries.size() && graph_.entries[last_call_].frame == frame;
  // A call marks an operand as written or not; where its operators differ, or overwrite what it made itself, they are two calls.
  if (same_call) {
    const Entry& call = graph_.entries[last_call_];
    std::vector<TensorId> all = inputs, marked = written;
    for (const Type& type : types) {
      if (!type.alias.valid() || std::find(inputs.begin(), inputs.end(), type.alias) != inputs.end()) continue;
      all.push_back(type.alias);
      marked.push_back(type.alias);
    }
    for (TensorId id : all) {
      bool is_marked = std::find(marked.begin(), marked.end(), id) != marked.end();
      if (is_marked && graph_.tensors[id].producer == last_call_) same_call = false;
      auto it = std::find(call.inputs.begin(), call.inputs.end(), id);
      if (it == call.inputs.end()) continue;
      auto index = static_cast<size_t>(it - call.inputs.begin());
      bool was_marked = std::find(call.mutates.begin(), call.mutates.end(), index) != call.mutates.end();
      if (was_marked != is_marked) same_call = false;
    }
  }
  if (!same_call) {
    Entry entry;
    entry.op = Symbol(default_kernel_name(kind));
    entry.launches = kernel_.valid() ? 0 : 1;
    entry.opaque = kind.name == "opaque";
    last_call_ = add_entry(std::move(entry), place);
    kernel.calls.push_back(last_call_);
  }
  Operator op;
  op.kind = Symbol(kind.name);
  op.inputs = inputs;
  op.attributes = std::move(attributes);
  op.call = last_call_;
  op.kernel = kernel_id;
  for (size_t i = 0; i < names.size(); ++i) {
    TensorId alias = types[i].alias.valid() ? types[i].alias : types[i].fresh ? TensorId{} : aliases[i];
    Layout inferred{contiguous_strides(graph_.expressions, types[i].shape), Dim(0)};
    Tensor tensor;
    if (alias.valid()) {
      const Tensor& base = graph_.tensors[alias];
      inferred.offset = base.storage_offset;
      if (base.shape == types[i].shape) inferred.strides = base.strides;
      tensor.storage = base.storage;
    } else {
      tensor.storage = StorageId{graph_.storages++};
    }
    fill(tensor, types[i], inferred);
    tensor.producer = last_call_;
    tensor.producer_output = static_cast<uint16_t>(graph_.entries[last_call_].outputs.size() + i);
    tensor.name = kept_name(names[i]);
    TensorId id = graph_.tensors.add(std::move(tensor));
    TRY(define(names[i], id));
    op.outputs.push_back(id);
  }
  extend_entry(last_call_, op, written);
  for (const Type& type : types) {
    if (type.alias.valid() && std::find(inputs.begin(), inputs.end(), type.alias) == inputs.end()) write_buffer(last_call_, type.alias);
  }
  graph_.kernels[kernel_id].operators.push_back(graph_.add_operator(std::move(op)));
  return Success{};
}

// The call has what its operators have from outside and give.
void TextParser::extend_entry(EntryId id, const Operator& op, const std::vector<TensorId>& written) {
  Entry& entry = graph_.entries[id];
  auto contains = [](const std::vector<TensorId>& list, TensorId tensor) { return std::find(list.begin(), list.end(), tensor) != list.end(); };
  for (TensorId input : op.inputs) {
    if (contains(entry.outputs, input) || contains(entry.inputs, input)) continue;
    entry.inputs.push_back(input);
    entry.arguments.push_back({{}, input});
  }
  for (TensorId input : written) {
    if (contains(entry.inputs, input)) write_buffer(id, input);
  }
  for (const auto& [name, value] : op.attributes) {
    Argument argument{name, NoneArgument{}};
    std::visit(
        [&](const auto& v) {
          if constexpr (std::is_same_v<std::decay_t<decltype(v)>, std::vector<Dim>>) {
            auto list = std::make_shared<ArgumentList>();
            for (Dim d : v) list->push_back({{}, d});
            argument.value = std::move(list);
          } else {
            argument.value = v;
          }
        },
        value);
    entry.arguments.push_back(std::move(argument));
  }
  entry.outputs.insert(entry.outputs.end(), op.outputs.begin(), op.outputs.end());
}

// The call writes this tensor in place: an operand, or the buffer that a result goes to.
void TextParser::write_buffer(EntryId call, TensorId buffer) {
  Entry& entry = graph_.entries[call];
  auto it = std::find(entry.inputs.begin(), entry.inputs.end(), buffer);
  if (it == entry.inputs.end()) {
    if (std::find(entry.outputs.begin(), entry.outputs.end(), buffer) != entry.outputs.end()) return;
    entry.inputs.push_back(buffer);
    it = entry.inputs.end() - 1;
  }
  if (it - entry.inputs.begin() > 255) return;
  auto index = static_cast<uint8_t>(it - entry.inputs.begin());
  if (std::find(entry.mutates.begin(), entry.mutates.end(), index) == entry.mutates.end()) entry.mutates.push_back(index);
}

}  // namespace fusescout::graph
