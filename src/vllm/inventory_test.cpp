#include "vllm/inventory.h"

#include <gtest/gtest.h>

namespace fusescout::vllm {
namespace {

struct Trees {
  source::MemoryFileSystem files;
  std::optional<source::Tree> vllm, ascend;
  AstStore asts;

  explicit Trees(std::map<std::string, std::string> texts) {
    files.files = std::move(texts);
    files.files["v/pyproject.toml"] = files.files["a/pyproject.toml"] = "";
    files.files["v/vllm/_version.py"] = files.files["a/vllm_ascend/_version.py"] = "__version__ = '0.1.0'\n";
    for (const char* package : {"v/vllm/__init__.py", "a/vllm_ascend/__init__.py", "a/vllm_ascend/patch/__init__.py", "v/vllm/model_executor/__init__.py", "a/vllm_ascend/platform.py"}) files.files.try_emplace(package, "");
    vllm = *source::Tree::open(source::Package::Vllm, "v", files);
    ascend = *source::Tree::open(source::Package::VllmAscend, "a", files);
  }
  SourceNames names() { return SourceNames(asts, {&*vllm, &*ascend}); }
};

std::string shown(const Location& at) { return at.file.str() + ":" + std::to_string(at.line); }

TEST(Patches, FoundWithWhatWasThereAndWhatReplacesIt) {
  Trees trees({
      {"v/vllm/bird/__init__.py", "from vllm.bird.wing import Wing\n"},
      {"v/vllm/bird/wing.py", "class Wing:\n    def flap(self): pass\n\ndef fold(): pass\n"},
      {"a/vllm_ascend/patch/worker/__init__.py", "if HAS_SKY:\n    import vllm_ascend.patch.worker.patch_wing\n"},
      {"a/vllm_ascend/patch/worker/patch_wing.py", "import vllm.bird.wing\nfrom vllm.bird import Wing\nfrom vllm_ascend.feather import fold\n\n"
                                                   "def _flap(self): pass\n\nWing.flap = staticmethod(_flap)\nvllm.bird.wing.fold = fold\nlocal = Wing()\nlocal.x = fold\n"},
      {"a/vllm_ascend/feather.py", "\ndef fold(): pass\n"},
      {"a/vllm_ascend/setting.py", "import vllm.bird\nvllm.bird.size = 3\n"},
  });
  SourceNames names = trees.names();
  std::vector<PatchEntry> patches = find_patches(names, *trees.ascend);
  ASSERT_EQ(patches.size(), 2u) << "neither an attribute of a local object nor a setting is a patch";
  EXPECT_EQ(patches[0].target, "vllm.bird.wing.Wing.flap");
  EXPECT_EQ(shown(patches[0].old), "vllm/bird/wing.py:2");
  EXPECT_EQ(shown(patches[0].replacement), "vllm_ascend/patch/worker/patch_wing.py:5");
  EXPECT_EQ(patches[0].guards, std::vector<std::string>{"HAS_SKY"});
  EXPECT_EQ(patches[1].target, "vllm.bird.wing.fold");
  EXPECT_EQ(shown(patches[1].old), "vllm/bird/wing.py:4");
  EXPECT_EQ(shown(patches[1].replacement), "vllm_ascend/feather.py:2");
}

TEST(Passes, TheirSwitchPatternsAndReplacements) {
  Trees trees({
      {"a/vllm_ascend/compilation/__init__.py", ""},
      {"a/vllm_ascend/compilation/manager.py", "class Manager:\n    def configure(self, config):\n        if self.options.get(\"fuse_wings\", True):\n"
                                               "            from .wings import WingPass\n            self.passes.append(WingPass(config))\n"},
      {"a/vllm_ascend/compilation/wings.py", "import torch\nclass WingPattern:\n    def register(self, p):\n        def replacement(x):\n            return torch.ops.npu.wing(x)\n"
                                             "class WingPass:\n    def __init__(self, config):\n        WingPattern(config).register(self)\n"},
  });
  SourceNames names = trees.names();
  std::vector<PassEntry> passes = find_passes(names, *trees.ascend);
  ASSERT_EQ(passes.size(), 1u);
  EXPECT_EQ(passes[0].name, "WingPass");
  EXPECT_EQ(passes[0].switch_name, "fuse_wings");
  ASSERT_EQ(passes[0].patterns.size(), 1u);
  EXPECT_EQ(passes[0].patterns[0].name, "WingPattern");
  EXPECT_EQ(passes[0].patterns[0].detail, "npu.wing");
}

TEST(Passes, AFileTellsWhichItDefines) {
  std::vector<NamedEntry> passes = passes_in("p.py", "import torch\n\nclass Pattern(Base):\n    pass\nclass WingsPass(VllmInductorPass):\n    pass\n");
  ASSERT_EQ(passes.size(), 1u);
  EXPECT_EQ(passes[0].name, "WingsPass");
  EXPECT_EQ(passes[0].at.line, 5u);
}

TEST(Registrations, SchemesBackendsOperatorsAndKernels) {
  Trees trees({
      {"a/vllm_ascend/quantization.py", "@register_scheme(\"W8A8\", \"linear\")\nclass A: pass\nTABLE = {\"W4A4\": {\"moe\": A}}\n"},
      {"a/vllm_ascend/attention.py", "from vllm.attention import AttentionBackend\nclass Own(AttentionBackend): pass\nclass Other(Own): pass\n"},
      {"a/vllm_ascend/ops.py", "import torch\nimport triton\ndef fold(x: torch.Tensor, y: torch.Tensor | None, n: int = 1) -> tuple[torch.Tensor, torch.Tensor]: pass\n"
                               "direct_register_custom_op(op_name=\"fold\", op_func=fold, mutates_args=[\"y\"])\n"
                               "@triton.jit\ndef kernel(p): pass\ndef launch(x):\n    kernel[(1,)](x)\n"},
      {"a/csrc/binding.cpp", "TORCH_LIBRARY_EXPAND(CONCAT(_C, _bird), ops)\n{\n  // ops.def(\"gone() -> ()\");\n  ops.def(\n    \"wing(Tensor x, \"\n    \"int n) -> Tensor\");\n"
                             "  ops.impl(\"wing\", torch::kPrivateUse1, &bird::wing);\n}\n"},
  });
  SourceNames names = trees.names();
  std::vector<NamedEntry> schemes = find_schemes(names, *trees.ascend);
  ASSERT_EQ(schemes.size(), 2u);
  EXPECT_EQ(schemes[0].name + " " + schemes[0].detail, "W8A8 linear");
  EXPECT_EQ(schemes[1].name + " " + schemes[1].detail, "W4A4 moe");
  EXPECT_EQ(find_attention_backends(names, *trees.ascend).size(), 2u);
  std::vector<CustomOperatorEntry> operators = find_custom_operators(names, *trees.ascend);
  ASSERT_EQ(operators.size(), 1u);
  EXPECT_EQ(operators[0].name + operators[0].schema, "vllm.fold(Tensor x, Tensor(a0!)? y, SymInt n=1) -> (Tensor, Tensor)");
  std::vector<CustomOperatorEntry> bindings = find_bindings(*trees.ascend);
  ASSERT_EQ(bindings.size(), 1u);
  EXPECT_EQ(bindings[0].name + bindings[0].schema + bindings[0].implementation, "_C_bird.wing(Tensor x, int n) -> Tensorbird::wing");
  EXPECT_EQ(bindings[0].at.line, 4u);
  std::vector<KernelEntry> kernels = find_triton_kernels(names, *trees.ascend);
  ASSERT_EQ(kernels.size(), 1u);
  ASSERT_EQ(kernels[0].launches.size(), 1u);
  EXPECT_EQ(kernels[0].launches[0].line, 8u);
}

}  // namespace
}  // namespace fusescout::vllm
