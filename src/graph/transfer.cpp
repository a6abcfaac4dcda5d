#include "graph/transfer.h"

#include <cstring>
#include <type_traits>
#include <unordered_map>

namespace fusescout::graph {
namespace {

// Symbols and expressions are numbered anew by each process: in the bytes they are indices into tables, which come last.
class Writer {
 public:
  static constexpr bool writing = true;
  // What the expressions are made of goes ahead, then the length of what is written here.
  explicit Writer(const Expressions& expressions) : expressions_(expressions) {
    for (const auto& [name, value] : expressions.symbols()) body_ += name + "=" + std::to_string(value) + ";";
    body_ += "\n";
    begin_ = body_.size() + sizeof(uint64_t);
    body_.reserve(size_t{4} << 20);   // growing would copy it, and again
    body_.resize(begin_);
  }

  void raw(const void* data, size_t size) {
    if (size > 0) body_.append(static_cast<const char*>(data), size);
  }
  void operator()(const Symbol& symbol) { number(symbol.id(), symbols_, symbol_texts_, [&] { return symbol.str(); }); }
  void operator()(const Dim& dim) {
    raw(&dim.value, sizeof dim.value);
    number(dim.expr.index, expression_ids_, expression_texts_, [&] { return dim.symbolic() ? expressions_.to_string(dim) : ""; });
  }
  std::string finish() {
    uint64_t size = body_.size() - begin_;
    std::memcpy(body_.data() + begin_ - sizeof size, &size, sizeof size);
    table(symbol_texts_);
    table(expression_texts_);
    return std::move(body_);
  }

 private:
  template <typename Text>
  void number(uint32_t id, std::unordered_map<uint32_t, uint32_t>& ids, std::vector<std::string>& texts, const Text& text) {
    auto [it, added] = ids.try_emplace(id, static_cast<uint32_t>(texts.size()));
    if (added) texts.push_back(text());
    raw(&it->second, sizeof it->second);
  }
  void table(const std::vector<std::string>& texts) {
    uint64_t count = texts.size();
    raw(&count, sizeof count);
    for (const std::string& text : texts) {
      uint64_t size = text.size();
      raw(&size, sizeof size);
      raw(text.data(), size);
    }
  }
  const Expressions& expressions_;
  std::string body_;
  size_t begin_ = 0;
  std::unordered_map<uint32_t, uint32_t> symbols_, expression_ids_;
  std::vector<std::string> symbol_texts_, expression_texts_;
};

class Reader {
 public:
  static constexpr bool writing = false;
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  // The tables; symbols of `expressions` have their values already.
  void tables(Expressions& expressions) {
    uint64_t size = 0;
    raw(&size, sizeof size);
    if (size > bytes_.size()) return fail();
    std::string_view body = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    for (const std::string& text : table()) symbols_.emplace_back(text);
    expression_texts_ = table();
    bytes_ = body;
    into_ = &expressions;
  }
  void raw(void* data, size_t size) {
    if (size == 0) return;
    if (size > bytes_.size()) {
      std::memset(data, 0, size);
      return fail();
    }
    std::memcpy(data, bytes_.data(), size);
    bytes_.remove_prefix(size);
  }
  void operator()(Symbol& symbol) {
    uint32_t index = 0;
    raw(&index, sizeof index);
    if (index < symbols_.size()) symbol = symbols_[index];
    else fail();
  }
  void operator()(Dim& dim) {
    raw(&dim.value, sizeof dim.value);
    uint32_t index = 0;
    raw(&index, sizeof index);
    while (ok_ && expressions_.size() <= index) next_expression();
    if (ok_) dim.expr = expressions_[index];
  }
  void fail() { ok_ = false; }
  bool ok() const { return ok_; }
  size_t left() const { return bytes_.size(); }

 private:
  void next_expression() {
    if (expressions_.size() >= expression_texts_.size()) return fail();
    const std::string& text = expression_texts_[expressions_.size()];
    Dim parsed;
    if (!text.empty() && !into_->parse(text, parsed)) return fail();
    expressions_.push_back(parsed.expr);
  }
  std::vector<std::string> table() {
    std::vector<std::string> texts;
    uint64_t count = 0;
    raw(&count, sizeof count);
    while (ok_ && texts.size() < count) {
      uint64_t size = 0;
      raw(&size, sizeof size);
      if (size > bytes_.size()) fail();
      if (!ok_) break;
      texts.emplace_back(bytes_.substr(0, size));
      bytes_.remove_prefix(size);
    }
    return texts;
  }
  std::string_view bytes_;
  Expressions* into_ = nullptr;
  std::vector<Symbol> symbols_;
  std::vector<std::string> expression_texts_;
  std::vector<ExprId> expressions_;
  bool ok_ = true;
};

// One description of each type serves both ways. `T` is const when writing.
template <typename A, typename T> void pass(A& a, T& value);

template <typename A, typename... T> void fields(A& a, T&... values) { (pass(a, values), ...); }

template <typename T, template <typename...> class Template> inline constexpr bool is = false;
template <template <typename...> class Template, typename... T> inline constexpr bool is<Template<T...>, Template> = true;

// Its bytes are its value.
template <typename T> inline constexpr bool is_plain = std::is_arithmetic_v<T> || std::is_enum_v<T> || is<T, Id>;

template <typename A, typename C> void pass_sequence(A& a, C& values) {
  uint64_t count = values.size();
  pass(a, count);
  if constexpr (!A::writing) {
    if (count > a.left()) return a.fail();       // an element has a byte at least
    values.resize(count);
  }
  using Element = typename C::value_type;
  if constexpr (is_plain<Element>) {
    a.raw(values.data(), count * sizeof(Element));
  } else {
    for (auto& value : values) pass(a, value);
  }
}

template <typename A, typename V, size_t I = 0> void pass_alternative(A& a, V& variant, uint8_t which) {
  if constexpr (I < std::variant_size_v<std::remove_const_t<V>>) {
    if (which != I) return pass_alternative<A, V, I + 1>(a, variant, which);
    if constexpr (A::writing) pass(a, std::get<I>(variant));
    else pass(a, variant.template emplace<I>());
  } else if constexpr (!A::writing) {
    a.fail();
  }
}

template <typename A, typename V> void pass_variant(A& a, V& variant) {
  auto which = static_cast<uint8_t>(variant.index());
  pass(a, which);
  pass_alternative(a, variant, which);
}

template <typename A, typename S> void pass_store(A& a, S& store) {
  uint64_t count = store.size();
  pass(a, count);
  if constexpr (!A::writing) {
    for (uint64_t i = 0; i < count && a.ok(); ++i) {
      std::remove_cvref_t<decltype(*store.begin())> value;
      pass(a, value);
      store.add(std::move(value));
    }
  } else {
    for (auto& value : store) pass(a, value);
  }
}

template <typename A, typename T> void describe(A& a, T& v) {
  using Type = std::remove_const_t<T>;
  if constexpr (std::is_same_v<Type, Location>) fields(a, v.file, v.line);
  else if constexpr (std::is_same_v<Type, NoneArgument>) {}
  else if constexpr (std::is_same_v<Type, OpaqueArgument>) fields(a, v.text);
  else if constexpr (std::is_same_v<Type, Argument>) fields(a, v.name, v.value);
  else if constexpr (std::is_same_v<Type, Tensor>) fields(a, v.shape, v.strides, v.storage_offset, v.dtype, v.kind, v.storage, v.producer, v.producer_output, v.view_of, v.name);
  else if constexpr (std::is_same_v<Type, Frame>) fields(a, v.parent, v.file, v.line, v.function);
  else if constexpr (std::is_same_v<Type, Entry>)
    fields(a, v.kind, v.op, v.overload, v.impl, v.module, v.frame, v.parent, v.end, v.inputs, v.outputs, v.arguments, v.mutates, v.is_view, v.library, v.opaque, v.launches);
  else if constexpr (std::is_same_v<Type, Operator>) fields(a, v.kind, v.inputs, v.outputs, v.attributes, v.call, v.kernel);
  else if constexpr (std::is_same_v<Type, Kernel>)
    fields(a, v.name, v.unit, v.calls, v.operators, v.triton, v.fused_by, v.fused_by_file, v.fused_by_line);
  else if constexpr (std::is_same_v<Type, ModuleInfo>)
    fields(a, v.path, v.layer, v.class_name, v.class_file, v.class_line, v.upstream_class, v.upstream_file, v.upstream_line, v.replaced_how, v.replaced_file, v.replaced_line,
           v.parent);
  else if constexpr (std::is_same_v<Type, Scenario>)
    fields(a, v.name, v.device, v.graph_mode, v.phase, v.tokens, v.batch, v.context, v.dtype, v.tp, v.ep, v.dp, v.pp, v.quant, v.quant_description, v.additional_config, v.compilation_config, v.mtp,
           v.environment, v.custom_ops, v.triton, v.upstream);
  else if constexpr (std::is_same_v<Type, ClassUse>) fields(a, v.name, v.upstream, v.replaced_by, v.replacement, v.replaced_how, v.count);
  else if constexpr (std::is_same_v<Type, ModelClasses>) fields(a, v.main, v.decoder_layer, v.attention, v.mlp, v.moe);
  else if constexpr (std::is_same_v<Type, StackEntry>) fields(a, v.file, v.line, v.function);
  else if constexpr (std::is_same_v<Type, PassResult::Apart>) fields(a, v.kernels, v.calls);
  else if constexpr (std::is_same_v<Type, PassResult>)
    fields(a, v.pass, v.pattern, v.location, v.constants, v.registered, v.range_low, v.range_high, v.applicable, v.matches, v.refused, v.why, v.absent,
           v.nearest, v.differs, v.stops, v.apart);
  else if constexpr (std::is_same_v<Type, diagnostics::Diagnostic>) fields(a, v.kind, v.location, v.message, v.labels, v.count);
  else if constexpr (std::is_same_v<Type, Wrapper>) fields(a, v.entry, v.begin, v.file);
  else if constexpr (std::is_same_v<Type, ModelRun>)
    fields(a, v.model, v.architecture, v.scenario, v.status, v.graph, v.wrappers, v.classes, v.passes, v.model_folders, v.model_functions, v.diagnostics, v.exception, v.stack,
           v.versions, v.steps, v.milliseconds, v.phases);
  else static_assert(!std::is_same_v<T, T>, "no description of this type");
}

template <typename A, typename G> void pass_graph(A& a, G& g) {
  pass_store(a, g.tensors);
  pass_store(a, g.entries);
  pass_store(a, g.kernels);
  pass_store(a, g.modules);
  fields(a, g.inputs, g.outputs, g.storages, g.phase);
  // Of these the graph keeps indices.
  uint64_t frames = g.frames.size(), operators = g.operators.size();
  fields(a, frames, operators);
  if constexpr (A::writing) {
    for (const Frame& frame : g.frames) pass(a, frame);
    for (const Operator& op : g.operators) pass(a, op);
  } else {
    for (uint64_t i = 0; i < frames && a.ok(); ++i) {
      Frame frame;
      pass(a, frame);
      if (g.frame(frame.parent, frame.file, frame.line, frame.function).index != i) a.fail();
    }
    for (uint64_t i = 0; i < operators && a.ok(); ++i) {
      Operator op;
      pass(a, op);
      if (!a.ok()) break;
      g.add_operator(std::move(op));
    }
  }
}

template <typename A, typename T> void pass(A& a, T& value) {
  using Type = std::remove_const_t<T>;
  if constexpr (std::is_same_v<Type, Symbol> || std::is_same_v<Type, Dim>) a(value);
  else if constexpr (is_plain<Type>) a.raw(&value, sizeof value);
  else if constexpr (std::is_same_v<Type, std::string> || is<Type, std::vector>) pass_sequence(a, value);
  else if constexpr (is<Type, std::pair>) fields(a, value.first, value.second);
  else if constexpr (is<Type, std::variant>) pass_variant(a, value);
  else if constexpr (std::is_same_v<Type, std::shared_ptr<ArgumentList>>) {
    if constexpr (!A::writing) value = std::make_shared<ArgumentList>();
    pass(a, *value);
  } else if constexpr (std::is_same_v<Type, Graph>) pass_graph(a, value);
  else describe(a, value);
}

}  // namespace

std::string to_bytes(const ModelRun& run) {
  Writer writer(run.graph.expressions);
  pass(writer, run);
  return writer.finish();
}

ErrorOr<ModelRun> from_bytes(std::string_view bytes) {
  ModelRun run;
  size_t end = bytes.find('\n');
  if (end == std::string_view::npos) return Error{"the bytes of a run have no head"};
  for (size_t at = 0; at < end;) {
    size_t equals = bytes.find('=', at), next = bytes.find(';', at);
    if (equals >= end || next >= end) return Error{"the bytes of a run have no head"};
    run.graph.expressions.symbol(Symbol(bytes.substr(at, equals - at)), std::atoll(std::string(bytes.substr(equals + 1, next - equals - 1)).c_str()));
    at = next + 1;
  }
  Reader reader(bytes.substr(end + 1));
  reader.tables(run.graph.expressions);
  pass(reader, run);
  if (!reader.ok() || reader.left() != 0) return Error{"the bytes of a run are damaged"};
  return run;
}

}  // namespace fusescout::graph
