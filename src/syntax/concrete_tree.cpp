#include "syntax/concrete_tree.h"

#include <tree_sitter/api.h>

#include <memory>
#include <string_view>
#include <unordered_map>

#include "base/allocation.h"

extern "C" const TSLanguage* tree_sitter_python();

namespace fusescout::syntax {
namespace {

struct LanguageTables {
  std::vector<ConcreteKind> kinds;   // by TSSymbol
  std::vector<Field> fields;         // by TSFieldId
  LanguageTables() {
    ts_set_allocator(allocate, allocate_zeroed, reallocate, release);   // before anything is parsed
    const std::unordered_map<std::string_view, ConcreteKind> names{
#define X(name) {#name, ConcreteKind::name},
        FUSESCOUT_CONCRETE_KINDS(X)
#undef X
        {"float", ConcreteKind::float_}, {"true", ConcreteKind::true_}, {"false", ConcreteKind::false_}, {"none", ConcreteKind::none_}};
    const std::unordered_map<std::string_view, Field> field_names{
        {"alias", Field::alias}, {"alternative", Field::alternative}, {"arguments", Field::arguments}, {"argument", Field::argument},
        {"attribute", Field::attribute}, {"body", Field::body}, {"cause", Field::cause}, {"condition", Field::condition},
        {"consequence", Field::consequence}, {"definition", Field::definition}, {"expression", Field::expression},
        {"format_specifier", Field::format_specifier}, {"function", Field::function}, {"guard", Field::guard}, {"key", Field::key},
        {"left", Field::left}, {"module_name", Field::module_name}, {"name", Field::name}, {"object", Field::object},
        {"operator", Field::operator_}, {"operators", Field::operators}, {"parameters", Field::parameters},
        {"return_type", Field::return_type}, {"right", Field::right}, {"subject", Field::subject}, {"subscript", Field::subscript},
        {"superclasses", Field::superclasses}, {"type", Field::type}, {"type_conversion", Field::type_conversion}, {"value", Field::value}};
    const TSLanguage* language = tree_sitter_python();
    kinds.resize(ts_language_symbol_count(language), ConcreteKind::other);
    for (uint32_t i = 0; i < kinds.size(); ++i) {
      auto symbol = static_cast<TSSymbol>(i);
      if (ts_language_symbol_type(language, symbol) == TSSymbolTypeAnonymous) {
        kinds[i] = ConcreteKind::anonymous;
        continue;
      }
      auto it = names.find(ts_language_symbol_name(language, symbol));
      if (it != names.end()) kinds[i] = it->second;
    }
    fields.resize(ts_language_field_count(language) + 1, Field::none);
    for (uint32_t i = 1; i < fields.size(); ++i) {
      auto it = field_names.find(ts_language_field_name_for_id(language, static_cast<TSFieldId>(i)));
      if (it != field_names.end()) fields[i] = it->second;
    }
  }
};

const LanguageTables& tables() {
  static const LanguageTables t;
  return t;
}

}  // namespace

bool read_concrete_tree(std::string_view source, ConcreteTree& out) {
  const LanguageTables& t = tables();
  std::unique_ptr<TSParser, decltype(&ts_parser_delete)> parser(ts_parser_new(), &ts_parser_delete);
  ts_parser_set_language(parser.get(), tree_sitter_python());
  std::unique_ptr<TSTree, decltype(&ts_tree_delete)> tree(
      ts_parser_parse_string(parser.get(), nullptr, source.data(), static_cast<uint32_t>(source.size())), &ts_tree_delete);
  if (!tree) return false;
  out.source = source;
  out.nodes.clear();
  out.nodes.reserve(source.size() / 4 + 16);
  TSTreeCursor cursor = ts_tree_cursor_new(ts_tree_root_node(tree.get()));
  std::vector<uint32_t> parents, last_child;   // open nodes and the last child of each so far
  for (bool done = false; !done;) {
    TSNode node = ts_tree_cursor_current_node(&cursor);
    TSSymbol symbol = ts_node_symbol(node);
    ConcreteKind kind = symbol < t.kinds.size() ? t.kinds[symbol] : ConcreteKind::error;
    bool skip = kind == ConcreteKind::comment || kind == ConcreteKind::line_continuation;
    if (!skip) {
      TSPoint start = ts_node_start_point(node), end = ts_node_end_point(node);
      auto index = static_cast<uint32_t>(out.nodes.size());
      TSFieldId field = ts_tree_cursor_current_field_id(&cursor);
      out.nodes.push_back({kind, field < t.fields.size() ? t.fields[field] : Field::none, ts_node_is_missing(node), ts_node_start_byte(node),
                           ts_node_end_byte(node), start.row + 1, end.row + 1, start.column, 0, 0});
      if (!parents.empty()) {
        if (last_child.back() == 0) out.nodes[parents.back()].first_child = index;
        else out.nodes[last_child.back()].next = index;
        last_child.back() = index;
      }
      if (ts_tree_cursor_goto_first_child(&cursor)) {
        parents.push_back(index);
        last_child.push_back(0);
        continue;
      }
    }
    while (!ts_tree_cursor_goto_next_sibling(&cursor)) {
      if (!ts_tree_cursor_goto_parent(&cursor)) {
        done = true;
        break;
      }
      parents.pop_back();
      last_child.pop_back();
    }
  }
  ts_tree_cursor_delete(&cursor);
  return true;
}

}  // namespace fusescout::syntax
