#include "vllm/operator_library.h"

#include <gtest/gtest.h>

namespace fusescout::vllm {
namespace {

TEST(OperatorLibrary, DefinesWhatTheBuildRegisters) {
  source::MemoryFileSystem files;
  for (const char* path : {"a/vllm_ascend/__init__.py", "a/vllm_ascend/platform.py", "a/pyproject.toml"}) files.files[path] = "";
  files.files["a/csrc/torch_binding.cpp"] =
      "#ifdef ASCEND_PLATFORM_310P\n"
      "TORCH_LIBRARY_EXPAND(CONCAT(_C, _ascend), ops) {\n"
      "    ops.def(\"small(Tensor x) -> Tensor\");\n"
      "#else\n"
      "#ifdef SOMETHING\n"
      "    ops.def(\"maybe() -> ()\");   // \"both(branches) of what is not known\"\n"
      "#endif\n"
      "    ops.def(\n"
      "        \"turn(Tensor(a!) x, \"   // in place\n"
      "        \"     str mode=\\\"half\\\") -> (Tensor y, Tensor z)\"\n"
      "    );\n"
      "    ops.impl(\"turn\", torch::kPrivateUse1, &turn);\n"
      "#endif\n"
      "PYBIND11_MODULE(x, m) { m.def(\"init\", &init); }\n";
  source::Tree tree = source::Tree::open(source::Package::VllmAscend, "a", files).value();
  std::string head = "import torch\n_library = torch.library.Library('_C_ascend', 'DEF')\n";
  EXPECT_EQ(operator_library(tree, false), head + "_library.define('''maybe() -> ()''')\n"
                                                  "_library.define('''turn(Tensor(a!) x,      str mode=\"half\") -> (Tensor y, Tensor z)''')\n");
  EXPECT_EQ(operator_library(tree, true), head + "_library.define('''small(Tensor x) -> Tensor''')\n");
  files.files.erase("a/csrc/torch_binding.cpp");
  EXPECT_EQ(operator_library(tree, false), "");
}

}  // namespace
}  // namespace fusescout::vllm
