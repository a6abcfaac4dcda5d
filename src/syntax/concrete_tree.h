// The concrete tree of tree-sitter in one flat array: what convert.cpp reads. Internal to src/syntax.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace fusescout::syntax {

// The grammar's node types that the conversion looks at, by their name in the grammar.
#define FUSESCOUT_CONCRETE_KINDS(X)                                                                                                        \
  X(module) X(block) X(expression_statement) X(return_statement) X(delete_statement) X(raise_statement) X(pass_statement)                 \
  X(break_statement) X(continue_statement) X(global_statement) X(nonlocal_statement) X(assert_statement) X(import_statement)              \
  X(import_from_statement) X(future_import_statement) X(print_statement) X(exec_statement) X(type_alias_statement) X(if_statement)        \
  X(elif_clause) X(else_clause) X(for_statement) X(while_statement) X(try_statement) X(except_clause) X(finally_clause)                   \
  X(with_statement) X(with_clause) X(with_item) X(function_definition) X(class_definition) X(decorated_definition) X(decorator)           \
  X(match_statement) X(case_clause) X(case_pattern) X(dotted_name) X(aliased_import) X(wildcard_import) X(relative_import)                \
  X(import_prefix) X(named_expression) X(expression_list) X(pattern_list) X(assignment) X(augmented_assignment) X(yield) X(parameters)    \
  X(lambda_parameters) X(identifier) X(typed_parameter) X(default_parameter) X(typed_default_parameter) X(list_splat_pattern)             \
  X(dictionary_splat_pattern) X(tuple_pattern) X(list_pattern) X(keyword_separator) X(positional_separator) X(list_splat)                 \
  X(dictionary_splat) X(argument_list) X(keyword_argument) X(as_pattern) X(as_pattern_target) X(comparison_operator) X(not_operator)      \
  X(boolean_operator) X(lambda) X(conditional_expression) X(binary_operator) X(unary_operator) X(attribute) X(subscript) X(slice)         \
  X(call) X(list) X(set) X(tuple) X(dictionary) X(pair) X(list_comprehension) X(dictionary_comprehension) X(set_comprehension)            \
  X(generator_expression) X(for_in_clause) X(if_clause) X(parenthesized_expression) X(string) X(concatenated_string) X(string_start)      \
  X(string_content) X(string_end) X(interpolation) X(format_specifier) X(format_expression) X(type_conversion) X(integer) X(await)        \
  X(ellipsis) X(type) X(generic_type) X(union_type) X(member_type) X(constrained_type) X(splat_type) X(type_parameter) X(comment)         \
  X(line_continuation) X(union_pattern) X(dict_pattern) X(keyword_pattern) X(splat_pattern) X(class_pattern) X(complex_pattern)           \
  X(keyword_identifier) X(chevron)

enum class ConcreteKind : uint8_t {
  other,
  anonymous,   // a token such as `,` or `=`: see ConcreteTree::text
  error,
#define X(name) name,
  FUSESCOUT_CONCRETE_KINDS(X)
#undef X
  float_, true_, false_, none_,
};

enum class Field : uint8_t {
  none, alias, alternative, arguments, argument, attribute, body, cause, condition, consequence, definition, expression, format_specifier,
  function, guard, key, left, module_name, name, object, operator_, operators, parameters, return_type, right, subject, subscript,
  superclasses, type, type_conversion, value,
};

struct ConcreteNode {
  ConcreteKind kind;
  Field field;
  bool missing;
  uint32_t start, end;          // bytes
  uint32_t line, end_line;      // 1-based
  uint32_t column;
  uint32_t first_child = 0;     // 0: none (the root is nobody's child)
  uint32_t next = 0;
};

struct ConcreteTree {
  std::string_view source;
  std::vector<ConcreteNode> nodes;
  std::string_view text(const ConcreteNode& n) const { return source.substr(n.start, n.end - n.start); }
};

// False when tree-sitter gave up (out of memory, cancelled).
bool read_concrete_tree(std::string_view source, ConcreteTree& tree);

}  // namespace fusescout::syntax
