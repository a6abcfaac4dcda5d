#include "syntax/outline.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "syntax/parse.h"

namespace fusescout::syntax {
namespace {

// Long enough to be left out.
const std::string filler(200, '1');

std::string_view text_of(const NameList& names) { return {names.text.data(), names.text.size()}; }

TEST(Outline, BodiesAreLeftOutAndComeBackInTheirPlace) {
  std::string source = "import a\n@deco\ndef f(x, y=1):\n    # first\n    return a.b + x + " + filler + "\n\nclass C(B):\n    def m(self):\n        \"\"\"doc\n  odd\"\"\"\n        yield " + filler +
                       "\n    z = 3\nasync def g(): return 1\ndef last():\n  if 1:\n    return (" + filler + ",\n2)";
  OutlinedAst outline = parse_outline(source);
  ASSERT_TRUE(is_outlined(outline));
  ASSERT_EQ(outline.functions.size(), 3u);
  EXPECT_LT(outline_size(outline, source.size()), source.size() / 3);
  Ast whole = parse(source);
  std::vector<const Node*> functions;
  for (const Node& node : whole.nodes) {
    if (node.kind == NodeKind::FunctionDef) functions.push_back(&node);
  }
  size_t seen = 0;
  for (const Node& node : outline.nodes) {
    if (node.kind != NodeKind::FunctionDef) continue;
    auto same = std::find_if(functions.begin(), functions.end(), [&](const Node* f) { return whole.symbol(*f) == outline.symbol(node); });
    ASSERT_NE(same, functions.end());
    EXPECT_EQ((*same)->line, node.line);
    EXPECT_EQ((*same)->end_line, node.end_line);
    uint32_t index = outline[outline.child(node, 1)].value;
    if (index == 0) continue;
    ++seen;
    Ast own = parse_function(source, outline.functions[index - 1]);
    EXPECT_EQ(own.first_error_line, 0u);
    const Node& full = own[function_in(own)];
    EXPECT_EQ(own.symbol(full), outline.symbol(node));
    EXPECT_EQ(full.line, (*same)->line);
    EXPECT_EQ(full.flag, (*same)->flag);
    EXPECT_EQ(own[own.child(full, 1)].line, whole[whole.child(**same, 1)].line);
    EXPECT_EQ(own[own.child(full, 1)].child_count, whole[whole.child(**same, 1)].child_count);
  }
  EXPECT_EQ(seen, 3u);
  NodeId method = no_node;
  for (NodeId id = 0; id < outline.nodes.size(); ++id) {
    if (outline[id].kind == NodeKind::FunctionDef && outline.symbol(outline[id]).view() == "m") method = id;
  }
  EXPECT_EQ(outline.docstring(method), "doc\n  odd");
}

TEST(Outline, NamesOfWhatIsLeftOut) {
  OutlinedAst outline = parse_outline("def f():\n    import imported\n    x = module.attribute(key=value) == other\n    print(f'{inside}', 'text')  # comment\n    return lambda p: p + " + filler + "\n");
  EXPECT_EQ(text_of(outline.read), "lambda\nmodule\nother\nprint\nreturn\nvalue\nx\n");
  EXPECT_EQ(text_of(outline.mentioned), "inside\nkey\np\n");
  EXPECT_TRUE(outline.read.contains("lambda") && outline.read.contains("x") && outline.mentioned.contains("key"));
  EXPECT_FALSE(outline.read.contains("lam") || outline.read.contains("ambda") || outline.read.contains("key"));
}

TEST(Outline, WhatIsNotSurelyCutIsParsedWhole) {
  for (const std::string& source : {"def f():\n\treturn " + filler + "\n", "def f():\n    return (" + filler + "\n", "def f():\n    return '" + filler + "\n", "x = = 1\ndef f():\n    return " + filler + "\n"}) {
    OutlinedAst outline = parse_outline(source);
    EXPECT_FALSE(is_outlined(outline)) << source;
    EXPECT_EQ(to_text(outline), to_text(parse(source)));
  }
}

TEST(Outline, ABackslashMayBeTheLastCharacter) {
  for (const char* end : {"\\", "\\\r", "\\\r\n", "\\\n", "'\\", "\"\"\"\\"}) {
    std::string source = "def f():\n    return " + filler + end;
    OutlinedAst outline = parse_outline(source);
    for (const ElidedFunction& function : outline.functions) EXPECT_LE(function.end, source.size()) << end;
  }
}

TEST(Outline, AnErrorInABodyIsToldWithIt) {
  std::string source = "def f():\n    x = " + filler + "\n    y = = 2\n";
  OutlinedAst outline = parse_outline(source);
  ASSERT_EQ(outline.functions.size(), 1u);
  EXPECT_EQ(parse_function(source, outline.functions[0]).first_error_line, 3u);
}

TEST(Outline, SurvivesTheCache) {
  OutlinedAst outline = parse_outline("def f():\n    return a + " + filler + "\nx = f\n");
  std::string bytes = serialize_outline(outline);
  OutlinedAst read = std::move(deserialize_outline(bytes).value());
  EXPECT_EQ(to_text(read), to_text(outline));
  EXPECT_EQ(read.functions[0].end, outline.functions[0].end);
  EXPECT_EQ(text_of(read.read), text_of(outline.read));
  EXPECT_TRUE(is_outlined(read));
  for (size_t size = 0; size < bytes.size(); size += 3) EXPECT_TRUE(deserialize_outline(std::string_view(bytes).substr(0, size)).is_error());
}

}  // namespace
}  // namespace fusescout::syntax
