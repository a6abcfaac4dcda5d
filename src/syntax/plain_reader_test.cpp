#include "syntax/plain_reader.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "syntax/convert.h"
#include "syntax/parse.h"

namespace fusescout::syntax {
namespace {

std::string text_of(const ConcreteTree& tree) {
  Ast ast;
  Converter(tree, ast).run();
  return std::to_string(ast.first_error_line) + "\n" + to_text(ast);
}

std::string plain(std::string_view source) {
  ConcreteTree tree;
  return read_plain(source, tree) ? text_of(tree) : "not plain";
}

std::string by_tree_sitter(std::string_view source) {
  ConcreteTree tree;
  return read_concrete_tree(source, tree) ? text_of(tree) : "nothing";
}

TEST(PlainReader, MakesOfAFileWhatTreeSitterMakes) {
  size_t files = 0;
  for (const char* folder : {"library", "stand_ins", "catalogue", "sample", "src/python/testdata"}) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(std::string(FUSESCOUT_SOURCE_DIR) + "/" + folder)) {
      if (entry.path().extension() != ".py") continue;
      std::ifstream file(entry.path());
      std::stringstream text;
      text << file.rdbuf();
      std::string read = plain(text.str());
      if (read == "not plain") continue;
      ++files;
      EXPECT_TRUE(read == by_tree_sitter(text.str())) << entry.path();
    }
  }
  EXPECT_GT(files, 100u);
}

TEST(PlainReader, MakesOfAStatementWhatTreeSitterMakes) {
  for (const char* source : {
           "a = b = c, d\na += yield x\na: int\na: dict[str, tuple[int, ...]] | None = None\n(a, *b), [c] = d\n",
           "x = a if b else c\nx = a or b or not c and d\nx = a < b <= c is not d not in e\nx = -a ** -b @ ~c // d\n",
           "f(a, *b, c=d, **e)\nf(x for x in y if x if z)\na[1:2, ::3, ...][b:].c = {**a, 'b': c}\nx = {a, b}\nx = {}\nx = ()\nx = (a,)\n",
           "x = [a async for a, b in c for d in e]\nx = {a: b for a in b}\nx = {a for a in b}\nx = lambda *a, b=1, **c: a\nx = lambda: (yield)\n",
           "if (n := f()) > 1:\n    pass\nelif b: pass; x = 1\nelse:\n    x\n    # of the block\n# of the file\n",
           "for i, in x:\n    break\nelse:\n    continue\nwhile 1:\n  try:\n    a\n  except (A, B) as e: raise C from e\n  except: raise\n  else: pass\n  finally:\n    pass\n",
           "with a as b, c as (d, e): pass\nwith (a as b, c): pass\nwith (a) as b: pass\nasync def f(a, /, b: int = 1, *c: T, d, **e) -> list[int]:\n  async with a: await b\n  return *a, b\n",
           "@a.b(c)\n@d\nclass A(B, metaclass=C):\n    '''doc'''\n\n    x = 1\n@e\ndef f(): ...\n",
           "import a.b as c, d\nfrom . import (a, b as c,)\nfrom ...a.b import *\nfrom __future__ import annotations\nglobal a, b\ndel a, b[c]\nassert a, b\n",
           "x = f'a{b!r:>{w}}c{{d}}' 'e' rb'\\x00'\nx = f\"{a=}{b['c']:.2f}\"\nx = '''a\nb''' + f'''{c}\n{d}'''\nx = 1_000 + 0xFF + 1e-5 + .5 + 3j\n",
           "x = a \\\n    + b\nmatch = 1\nprint(match, type(x))\nx = (\n    a,  # one\n    b,\n)\n", "\n\n# only a comment\n", ""}) {
    EXPECT_EQ(plain(source), by_tree_sitter(source)) << source;
  }
}

TEST(PlainReader, LeavesTheRestToTreeSitter) {
  for (const char* source : {"match x:\n  case 1: pass\n", "type A = int\n", "def f[T](): pass\n", "if a:\n\tpass\n", "x = 'a\n", "x = (1\n", "f(x) = 1\n", "a b\n", "x = f'{a!q}'\n",
                             "  x = 1\ny\n", "if a:\n    b\n  c\n", "x = f'{a['b']}'\n", "class A:\n", "print x\n", "x = 1if y else 2\n", "x = \xC3\xA9\n", "a\r\n"}) {
    EXPECT_EQ(plain(source), "not plain") << source;
  }
  for (const char* open : {"(", "[", "-", "not ", "lambda: "}) {
    std::string deep;
    for (int i = 0; i < 100'000; ++i) deep += open;
    EXPECT_EQ(plain(deep), "not plain");
  }
}

// A third `|` behind a subscripted name is one too many for the grammar of tree-sitter.
TEST(PlainReader, ReadsLongUnions) {
  Ast ast = parse("x: list[int] | str | None = 1\n");
  EXPECT_EQ(ast.first_error_line, 0u);
  EXPECT_EQ(ast[ast.child(ast[ast.child(ast[ast.root], 0)], 1)].kind, NodeKind::BinaryOp);
}

}  // namespace
}  // namespace fusescout::syntax
