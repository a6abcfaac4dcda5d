// Modules, and the order in which patches and imports see each other.
#include <gtest/gtest.h>

#include "python/testing.h"

namespace fusescout::python {
namespace {

TEST(Imports, APatchIsSeenByWhatIsImportedAfterIt) {
  TestProgram program;
  program.loader.sources = {
      {"upstream", "def f(): return 'old'\n"},
      {"user", "from upstream import f\n"},                          // imported before the patch: keeps the old one
      {"patches.first", "import upstream\ndef g(): return 'new'\nupstream.f = g\n"},
      {"patches.second", "from upstream import f\nresult = f()\n"},  // imported after it
      {"patches", "import patches.first  # noqa\nimport patches.second  # noqa\n"},
  };
  EXPECT_EQ(program.run("import user\nfrom user import f\nimport patches\nimport patches.second as s\nprint(user.f(), s.result)\n"), "old new\n");
}

TEST(Imports, WhatAnotherProcessImportsIsNotImportedHere) {
  TestProgram program;
  program.loader.sources = {
      {"upstream", "def f(): return 'old'\n"},
      {"base", "from upstream import f\nclass Base:\n    def g(self): return f()\n"},
      {"model", "import sys\nfrom base import Base\nfrom upstream import f\nclass Model(Base):\n    size = 3\n    def h(self): return f()\n"
                "class Base(Base):\n    own = True\n"},
      {"patch", "import sys\nimport upstream\nprint('model' in sys.modules)\ndef f(): return 'new'\nupstream.f = f\n"},
  };
  EXPECT_EQ(program.run("import _host\n"
                        "def look():\n    import model\n    return model.Model.size, model.Model().h(), 'model' in __import__('sys').modules\n"
                        "print(_host.in_another_process(look))\n"
                        "import sys\nprint('model' in sys.modules, 'base' in sys.modules)\n"
                        "import patch  # noqa\nimport model\nprint(model.Model().h(), model.Model().g(), model.Base.own)\n"),
            "(3, 'old', True)\nFalse False\nFalse\nnew new True\n");
}

TEST(Imports, WhatAnotherProcessOnlyNamesIsNotImportedHere) {
  // The model's part is not looked at there; what it imports in turn is that of here all the same.
  TestProgram program;
  program.loader.sources = {
      {"upstream", "def f(): return 'old'\n"},
      {"part", "from upstream import f\ndef g(): return f()\n"},
      {"model", "from part import g\nclass Model:\n    size = 3\n    def h(self): return g()\n"},
      {"patch", "import upstream\ndef f(): return 'new'\nupstream.f = f\n"},
  };
  EXPECT_EQ(program.run("import _host\ndef look():\n    import model\n    return model.Model.size\nprint(_host.in_another_process(look))\n"
                        "import patch  # noqa\nimport model\nprint(model.Model().h())\n"),
            "3\nnew\n");
}

TEST(Imports, AForkedProcessHasImportedWhatItsParentHas) {
  TestProgram program;
  program.start().workers_forked = true;
  program.loader.sources = {
      {"upstream", "def f(): return 'old'\n"},
      {"model", "from upstream import f\nclass Model:\n    def h(self): return f()\n"},
      {"patch", "import upstream\ndef f(): return 'new'\nupstream.f = f\n"},
  };
  EXPECT_EQ(program.run("import _host\ndef look():\n    import model\n    return model.Model\n_host.in_another_process(look)\nimport patch  # noqa\nimport model\nprint(model.Model().h())\n"),
            "old\n");
}

TEST(Imports, AModuleMayBeALazyLoader) {
  TestProgram program;
  program.loader.sources = {{"real.models", "x = 1\n"}, {"real", ""}};
  EXPECT_EQ(program.run("import importlib\nfrom types import ModuleType\n"
                        "class LazyLoader(ModuleType):\n"
                        "    def __init__(self, name):\n        super().__init__(name)\n        self._module = None\n"
                        "    def __getattr__(self, item):\n        self._module = importlib.import_module(self.__name__)\n        return getattr(self._module, item)\n"
                        "print(LazyLoader('real.models').x)\n"),
            "1\n");
}

TEST(Imports, AModuleMayPutAnObjectInItsPlace) {
  TestProgram program;
  program.loader.sources = {{"lazy", "import sys\nclass L:\n    def __getattr__(self, name): return 'lazy ' + name\nsys.modules[__name__] = L()\n"}};
  EXPECT_EQ(program.run("from lazy import anything\nprint(anything)\n"), "lazy anything\n");
}

TEST(Imports, AProgramsOwnImportFunctionSeesModules) {
  TestProgram program;
  program.loader.sources = {{"seen", "x = 1\n"}};
  EXPECT_EQ(program.run("names = []\nold = __builtins__['__import__']\n"
                        "def mine(name, globals=None, locals=None, fromlist=(), level=0):\n    names.append(name)\n    return old(name, globals, locals, fromlist, level)\n"
                        "__builtins__['__import__'] = mine\nimport seen\nprint(seen.x, names)\n"),
            "1 ['seen']\n");
}

TEST(Imports, APackageThatOnlyTakesItsOwnModulesRunsThem) {
  TestProgram program;
  program.loader.sources = {{"p", "if True:\n    from p import patch\n"}, {"p.patch", "import target\ntarget.x = 2\n"}, {"target", "x = 1\n"},
                            {"q", "from q import names\ny = 1\n"}, {"q.names", "import target\ntarget.x = 3\n"}};
  EXPECT_EQ(program.run("def f():\n    import p\n    from q import y\n    return y\nf()\nimport target\nprint(target.x)\n"), "2\n");
}

TEST(Imports, ACircleEnds) {
  TestProgram program;
  program.loader.sources = {{"a", "from b import x\n"}, {"b", "from a import x\n"}};
  EXPECT_EQ(program.run("try:\n    from a import x\nexcept ImportError as e:\n    print('circle')\n"), "circle\n");
}

}  // namespace
}  // namespace fusescout::python
