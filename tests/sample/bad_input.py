"""Wrong use and bad input on the sample trees: exit code 2, one clear message, no crash, and no half-written file.

    bad_input.py PROGRAM
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from harness import ROOT, Program, run_tests  # noqa: E402

SAMPLE = ROOT / "sample"
TREES = ["--vllm", SAMPLE / "vllm", "--ascend", SAMPLE / "vllm_ascend", "--transformers", SAMPLE / "transformers"]
MOE = ["TinyMoeForCausalLM", "--config", SAMPLE / "configs/tiny_moe"]
DENSE_FILE = "vllm/vllm/model_executor/models/tiny_dense.py"


def config(folder: Path, **changes) -> Path:
    values = json.loads((SAMPLE / "configs/tiny_dense/config.json").read_text()) | changes
    (folder / "config.json").write_text(json.dumps(values))
    return folder / "config.json"


def edited(folder: Path, file: str, edit) -> list:
    """The sample trees with one file changed."""
    copy = folder / "sample"
    shutil.copytree(SAMPLE, copy)
    path = copy / file
    path.write_text(edit(path.read_text()))
    return ["--vllm", copy / "vllm", "--ascend", copy / "vllm_ascend", "--transformers", copy / "transformers"]


def line_of(path: Path, text: str) -> int:
    return next(number for number, line in enumerate(path.read_text().splitlines(), 1) if text in line)


def test_wrong_use(program: Program):
    for option, value, says in (
        ("--tokens", "0", "--tokens"), ("--tokens", "many", "--tokens"), ("--tokens", "9" * 30, "--tokens"), ("--batch", "-1", "--batch"),
        ("--context", "-1", "--context"), ("--tp", "0", "--tp"), ("--ep", "0", "--ep"), ("--ep", "3", "--ep"), ("--jobs", "-1", "--jobs"),
        ("--additional-config", "{bad", "--additional-config"), ("--additional-config", "[]", "--additional-config"),
        ("--env", "NAME", "--env takes NAME=VALUE"), ("--env", "=1", "--env takes NAME=VALUE"), ("--device", "910X", "no device `910X`"),
        ("--graph-mode", "fast", "--graph-mode"), ("--phase", "both", "--phase"), ("--format", "pdf", "--format"), ("--lang", "fr", "--lang"),
        ("--patterns", "/nowhere", "/nowhere"), ("--data", "/nowhere", "/nowhere"), ("--quant-description", "/nowhere", "/nowhere"),
        ("--image", "1,2", "--image takes"), ("--image", "1,x,2", "--image takes"), ("--image", "1,2,3,4", "--image takes"), ("--image", "0,2,2", "--image takes"),
    ):
        program.refused("analyze", *MOE, option, value, says=[says])
    program.refused("analyze", *MOE, "--batch", 8, "--tokens", 4, says=["--batch is larger than --tokens"])
    program.refused("analyze", *MOE, "--unheard-of", says=["--unheard-of"])
    program.refused("analyze", *MOE, "--pp", 4096, says=["--pp 4096: the model has 3 layers"])
    program.refused("analyze", *MOE, "--quant", "nonsense", says=["--quant", "no configuration of a quantisation"])
    program.refused("explain", *MOE, "no-such-finding", says=["no finding `no-such-finding`"])
    program.refused(says=["subcommand"], trees=[])
    program.refused("analyse", says=["`analyse` is not known"], trees=[])
    for command in (["analyze"], ["locate"], ["models"], ["explain"], ["price"], ["dump", "graph"], ["fetch"], ["inventory"]):
        program.refused(*command, "--unheard-of", says=["--unheard-of"], trees=[])
    for file in ("/dev/zero", SAMPLE, "/nowhere"):
        Program(program.path, []).refused("price", file, says=[f"cannot read `{file}`"])
    program.refused("fetch", "../0.1", says=["not a version"], trees=[])


def test_sources(program: Program, folder: Path):
    rest = TREES[2:]
    program.refused("analyze", *MOE, says=["is not a source tree of vLLM"], trees=["--vllm", folder, *rest])
    program.refused("analyze", *MOE, says=["no such directory"], trees=["--vllm", folder / "none", *rest])
    program.refused("analyze", *MOE, says=["give it to `--ascend`"], trees=["--vllm", SAMPLE / "vllm_ascend", *rest])
    program.refused("analyze", *MOE, says=["--ascend DIR"], trees=TREES[:2])
    program.refused("analyze", *MOE, says=["say where the sources are"], trees=[])
    program.refused("analyze", *MOE, says=["has not been fetched"], trees=["--release", "0.0.1"])


def test_names(program: Program, folder: Path):
    program.refused("locate", "NoSuchModel-9B", says=["no model `NoSuchModel-9B`"])
    program.refused("locate", "", says=["no model ``"])
    (folder / "models").mkdir()
    (folder / "models/own.json").write_text(json.dumps({"id": "own", "config": {"architectures": ["TinyDenseForCausalLM"]}}))
    program.refused("locate", "", "--data", folder, says=["no model ``"])
    program.refused("analyze", "TinyChatForCausalLM", says=["no config of `TinyChatForCausalLM`", "--config FILE"])


def test_configs(program: Program, folder: Path):
    for name, text, says in (("empty", "", "no JSON: parse error at line 1"), ("cut_off", '{"hidden_size": 20', "no JSON: parse error at line 1"),
                             ("list", "[1]", "no JSON object"), ("deep", "[" * 100000, "no JSON"), ("binary", "\0\1\2", "no JSON"), ("nested", '{"a":' * 100000 + "1" + "}" * 100000, "more than 500 levels"),
                              ("overflow", '{"rms_norm_eps": 1e999}', "no JSON: number overflow")):
        (folder / f"{name}.json").write_text(text)
        program.refused("analyze", "TinyDenseForCausalLM", "--config", folder / f"{name}.json", says=[f"{name}.json", says])
    program.refused("analyze", "TinyDenseForCausalLM", "--config", folder, says=["cannot read the config"])
    program.refused("analyze", "TinyDenseForCausalLM", "--config", config(folder, num_hidden_layers=10**9), says=["too many layers: `num_hidden_layers` is 1000000000"])
    program.refused("analyze", "TinyDenseForCausalLM", "--config", config(folder, text_config={"num_layers": 1e300}), says=["too many layers"])
    program.refused("analyze", "TinyDenseForCausalLM", "--config", config(folder, hidden_size=2**62), says=["RuntimeError: Storage size calculation overflowed"])
    # Python's json writes Infinity and NaN.
    program.run("locate", "TinyDenseForCausalLM", "--config", config(folder, time_limit=[0.0, float("inf"), float("-inf"), float("nan")]))
    # A copy of a preset to change is a config, too.
    values = json.loads((SAMPLE / "configs/tiny_dense/config.json").read_text())
    (folder / "copy.json").write_text(json.dumps({"id": "own", "source": "copied", "config": values}))
    program.run("analyze", "TinyDenseForCausalLM", "--config", folder / "copy.json")
    (folder / "config.json").unlink()
    (folder / "quant.json").write_text("")
    program.refused("analyze", *MOE, "--quant-description", folder / "quant.json", says=["quant.json", "no JSON object"])


def test_configs_of_wrong_types(program: Program, folder: Path):
    """The attribute, what the config's class has there, and the line that read it."""
    reads = lambda text: f"{DENSE_FILE.removeprefix('vllm/')}:{line_of(SAMPLE / DENSE_FILE, text)} reads it"  # noqa: E731
    model = "vllm/model_executor/models/tiny_dense.py:"
    for name, value, says in (
        ("hidden_size", "2048", ['"2048", where `TinyDenseConfig` has 2048', model]), ("hidden_size", None, ["null", model]), ("hidden_size", 1e9, ["1000000000.0", model]),
        ("intermediate_size", [1], ["[1]", model]), ("num_hidden_layers", "4", ['"4"', reads("config.num_hidden_layers")]), ("num_hidden_layers", None, ["null"]),
        ("num_attention_heads", [1], ["[1]"]), ("num_attention_heads", None, ["null"]), ("intermediate_size", -8, ["-8, where `TinyDenseConfig` has 6144"]), ("head_dim", "x", ['"x"']),
        ("vocab_size", {}, ["{}"]), ("rope_parameters", 5, ["5;"]), ("max_position_embeddings", "x", ['"x"']), ("hidden_act", 7, ["7", 'has "silu"']),
    ):
        program.refused("analyze", "TinyDenseForCausalLM", "--config", config(folder, **{name: value}), says=[f"(the config says `{name}`: ", "reads it)", *says])

    for name, value in (("architectures", "TinyDenseForCausalLM"), ("architectures", [5]), ("model_type", None), ("model_type", [1])):
        program.refused("analyze", "TinyDenseForCausalLM", "--config", config(folder, **{name: value}), says=[f"config.json` has ", f"`{name}` that", json.dumps(value).replace(", ", ",")])


def test_presets_and_patterns(program: Program, folder: Path):
    (folder / "models").mkdir()
    for values, says in (({"id": 5}, "no JSON object with `id`"), ({"config": []}, "no JSON object with `id`"), ({"aliases": 5}, "`aliases` that are no list"),
                         ({"target": 5}, "`target` that is no string"), ({"target": "none"}, "without a config"), ({"target": "own"}, "another draft model's target")):
        (folder / "models/own.json").write_text(json.dumps({"id": "own", "config": {"architectures": ["TinyDenseForCausalLM"]}} | values | {"comment": ["own"]}))
        program.refused("locate", "own", "--data", folder, says=["`models/own.json`", says])
    (folder / "family").mkdir()
    (folder / "mine.py").write_text("def pattern(x):\n    return x\n")
    program.refused("analyze", *MOE, "--patterns", folder, says=["no pattern in", "FAMILY/NAME.py"])


def test_missing_attribute(program: Program, folder: Path):
    """The message names the attribute and the line that read it."""
    trees = edited(folder, DENSE_FILE, lambda text: text.replace("bias=config.attention_bias", "bias=config.no_such_attribute"))
    line = line_of(folder / "sample" / DENSE_FILE, "bias=config.no_such_attribute")
    program.refused("analyze", "TinyDenseForCausalLM", "--config", SAMPLE / "configs/tiny_dense", trees=trees,
                    says=["AttributeError", "no_such_attribute", f"vllm/model_executor/models/tiny_dense.py:{line}"])


def test_trees_that_do_not_fit_each_other(program: Program, folder: Path):
    """An attribute that the other tree's object lacks, an argument that its function does not know: told, and the rest is analysed."""
    platform = "vllm_ascend/vllm_ascend/platform.py"
    trees = edited(folder, platform, lambda text: text.replace("        compilation_config = vllm_config.compilation_config\n",
                                                               "        compilation_config = vllm_config.compilation_config\n        compilation_config.of_another_release\n"))
    path = folder / "sample/vllm_ascend/vllm_ascend/ops/activation.py"
    path.write_text(path.read_text().replace("def forward_oot(self, x", "def forward_oot(self, x, *, of_another_release"))
    done = program.result("analyze", "TinyDenseForCausalLM", "--config", SAMPLE / "configs/tiny_dense", trees=trees)
    assert done.returncode == 0 and "silu_mul" in done.stdout, done.stderr
    assert "there is no `CompilationConfig.of_another_release`" in done.stderr, done.stderr
    assert "wants a `of_another_release`" in done.stderr, done.stderr


def test_imports_that_do_not_fit(program: Program, folder: Path):
    """A patch of what the other tree has not, a module or a name in one: told, and the rest is analysed."""
    patch = "vllm_ascend/vllm_ascend/patch/worker/patch_tiny_moe.py"
    trees = edited(folder, patch, lambda text: text + "\nimport vllm.config.model\nfrom vllm.of_another_release.runner import Runner\n\n\ndef step(self):\n    return None\n\n\n"
                   "Runner.step = step\nvllm.config.model.NoSuchConfig.step = step\n")
    path = folder / "sample/vllm_ascend/vllm_ascend/patch/platform/patch_cache_config.py"
    path.write_text(path.read_text() + "\nfrom vllm.config.model import NoSuchName\n\n\nclass Mine(NoSuchName):\n    pass\n")
    done = program.result("analyze", "TinyDenseForCausalLM", "--config", SAMPLE / "configs/tiny_dense", trees=trees)
    assert done.returncode == 0 and "silu_mul" in done.stdout, done.stderr
    for says in ("there is no module `vllm.of_another_release.runner`", "`vllm.config.model` has no `NoSuchConfig`", "`vllm.config.model` has no `NoSuchName`"):
        assert says in done.stderr, done.stderr


def test_the_model_refuses(program: Program, folder: Path):
    """Its own exception, and the Python stack that led there."""
    line = line_of(SAMPLE / DENSE_FILE, "Unsupported activation")
    program.refused("analyze", "TinyDenseForCausalLM", "--config", config(folder, hidden_act="tanh"),
                    says=["the source refuses", "ValueError: Unsupported activation: tanh.",
                          f"vllm/model_executor/models/tiny_dense.py:{line} in TinyDenseMLP.__init__"])
    # Where its code is can be said all the same.
    done = program.result("locate", "TinyDenseForCausalLM", "--config", folder / "config.json")
    assert done.returncode == 0 and "tiny_dense.py" in done.stdout and "which classes take part is not known" in done.stderr, done.stderr


def test_the_model_refuses_one_preset_of_several(program: Program, folder: Path):
    """Of an architecture another preset will do, and it is told; a model that was asked for by name is that model."""
    data = folder / "data"
    for part in ("catalogue", "patterns", "devices", "library", "stand_ins"):
        if (ROOT / part).is_dir():
            (data / part).parent.mkdir(exist_ok=True)
            (data / part).symlink_to(ROOT / part)
    (data / "models").mkdir()
    values = json.loads((SAMPLE / "configs/tiny_dense/config.json").read_text())
    for name, changes in (("first", {"hidden_act": "tanh"}), ("second", {})):
        (data / f"models/{name}.json").write_text(json.dumps({"id": name, "source": "test", "config": values | changes}))
    for command in (["analyze"], ["dump", "sequence"], ["locate"]):
        done = program.result(*command, "TinyDenseForCausalLM", "--data", data)
        assert done.returncode == 0 and "the source refuses `models/first.json`; this is of `models/second.json`" in done.stderr, done.stderr
        if command != ["locate"]:
            program.refused(*command, "first", "--data", data, says=["the source refuses"])
    assert "models/second.json" in program.result("analyze", "TinyDenseForCausalLM", "--data", data).stdout


def test_syntax_error_in_the_registry(program: Program, folder: Path):
    registry = "vllm/vllm/model_executor/models/registry.py"
    trees = edited(folder, registry, lambda text: text.replace(" = {\n", " = {{\n", 1))
    line = line_of(folder / "sample" / registry, " = {{")
    for command in (["locate", "TinyDenseForCausalLM"], ["models"]):
        program.refused(*command, trees=trees, says=["no table of registered models", f"syntax error in line {line}: `{{` was never closed"])


def test_syntax_error(program: Program, folder: Path):
    """What can be said is said: the file and the line."""
    trees = edited(folder, DENSE_FILE, lambda text: text.replace("def forward(self, x: torch.Tensor) ->", "def forward(self, x: torch.Tensor ->"))
    line = line_of(folder / "sample" / DENSE_FILE, "x: torch.Tensor ->")
    done = program.result("dump", "sequence", "TinyDenseForCausalLM", "--config", SAMPLE / "configs/tiny_dense", trees=trees)
    assert done.returncode in (0, 2), f"exit code {done.returncode}\n{done.stderr}"
    assert f"vllm/model_executor/models/tiny_dense.py:{line}" in done.stderr, done.stderr


def test_bytes_that_are_no_utf8(program: Program, folder: Path):
    """In what is quoted from the sources; no control characters reach the terminal in an error."""
    trees = edited(folder, DENSE_FILE, lambda text: text)
    for file in (DENSE_FILE, "vllm/docs/models/supported_models.md"):
        path = folder / "sample" / file
        path.write_bytes(path.read_bytes().replace(b"TinyDense model", b"TinyDense \xff\x01 model").replace(b"TinyDense-1B", b"TinyDense-1B \xff"))
    found = json.loads(program.run("locate", "TinyDense-1B", "--format", "json", trees=trees))
    assert any("\ufffd" in e["text"] for e in found["evidence"]), found["evidence"]
    json.loads(program.run("analyze", "TinyDenseForCausalLM", "--config", SAMPLE / "configs/tiny_dense", "--format", "json", trees=trees))
    program.refused("locate", "a\x1b[31mb", says=["\\x1b[31m"])


def test_line_ends(program: Program, folder: Path):
    """Whatever ends a line, it is the same line."""
    model = ["dump", "sequence", "TinyDenseForCausalLM", "--config", SAMPLE / "configs/tiny_dense", "--format", "json"]
    expected = program.run(*model)
    for name, end in (("old", "\r"), ("dos", "\r\n")):
        trees = edited(folder / name, DENSE_FILE, lambda text: text)
        path = folder / name / "sample" / DENSE_FILE
        path.write_bytes(path.read_bytes().replace(b"\n", end.encode()))
        assert program.run(*model, trees=trees) == expected, name


def test_syntax_error_inside_a_statement(program: Program, folder: Path):
    """One that the parser repairs."""
    trees = edited(folder, DENSE_FILE, lambda text: text.replace("gate_up, _ = self.gate_up_proj(x)", "gate_up, _ = = self.gate_up_proj(x)"))
    line = line_of(folder / "sample" / DENSE_FILE, "_ = =")
    done = program.result("dump", "sequence", "TinyDenseForCausalLM", "--config", SAMPLE / "configs/tiny_dense", trees=trees)
    assert done.returncode in (0, 2), f"exit code {done.returncode}\n{done.stderr}"
    assert f"vllm/model_executor/models/tiny_dense.py:{line}: syntax error" in done.stderr, done.stderr


def test_ambiguous_name(program: Program, folder: Path):
    """Candidates, each with the line that speaks for it."""
    rows = "| `TinyDenseForCausalLM` | Twin-1B |\n| `TinyMoeForCausalLM` | Twin-1B |\n"
    trees = edited(folder, "vllm/docs/models/supported_models.md", lambda text: text + rows)
    program.refused("locate", "Twin-1B", trees=trees, says=["`Twin-1B` is ambiguous", "`TinyDenseForCausalLM` in", "`TinyMoeForCausalLM` in", "supported_models.md:"])


def test_no_half_written_file(program: Program, folder: Path):
    program.refused("analyze", *MOE, "-o", folder / "none/report.md", says=["cannot write"])
    program.refused("analyze", *MOE, "-o", folder, says=["cannot write"])
    report = folder / "report.md"
    report.write_text("before")
    program.refused("analyze", *MOE, "--tp", 3, "-o", report, says=["not divisible by 3"])
    assert report.read_text() == "before"
    program.run("analyze", *MOE, "-o", report)
    assert report.read_text().startswith("## ")
    assert os.listdir(folder) == ["report.md"], os.listdir(folder)


def test_files_that_may_not_grow(program: Program, folder: Path):
    """`ulimit -f`: as a full disk. A report is refused; the cache is left alone."""
    report = folder / "report.md"
    limited = f"ulimit -f 1; exec {program.path} \"$@\""
    command = ["bash", "-c", limited, "fusescout", "analyze", *map(str, [*MOE, *TREES]), "--cache-dir", str(folder / "cache")]
    done = subprocess.run([*command, "-o", str(report)], capture_output=True, text=True)
    assert done.returncode == 2 and "cannot write" in done.stderr and not report.exists(), done
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0 and done.stdout.startswith("## "), done
    assert not list(folder.rglob("*.tmp")), list(folder.rglob("*"))


def test_no_plain_file(program: Program, folder: Path):
    """Where a source file should be: a pipe that waits, a device without an end, a link to itself."""
    trees = edited(folder, DENSE_FILE, lambda text: text)
    path = folder / "sample" / DENSE_FILE
    for make in (lambda: os.mkfifo(path), lambda: path.symlink_to("/dev/zero"), lambda: path.symlink_to(path.name), lambda: path.mkdir()):
        path.unlink()
        make()
        program.refused("analyze", "TinyDenseForCausalLM", "--config", SAMPLE / "configs/tiny_dense", trees=trees, says=["the tree has no such file"])


def test_endless(program: Program, folder: Path):
    """Source that would never end, or take all memory in a few steps."""
    for number, line in enumerate(("a = [0]\nwhile True: a = a + a", "a = sum(range(10 ** 13))")):
        trees = edited(folder / str(number), DENSE_FILE, lambda text: text + "\n" + line + "\n")
        program.refused("dump", "sequence", "TinyDenseForCausalLM", "--config", SAMPLE / "configs/tiny_dense", trees=trees, says=["limit of the evaluator"])


def test_endless_operators(program: Program, folder: Path):
    """What is there is listed up to a limit, with the line that goes on and on."""
    for number, loop in enumerate(("while True:\n            x = x + 1", "while True:\n            try:\n                x = x + 1\n            except Exception:\n                pass",
                                   "x = [x := x + 1 for _ in iter(int, 1)]")):
        trees = edited(folder / str(number), DENSE_FILE, lambda text: text.replace("        gate_up, _ = self.gate_up_proj(x)\n", f"        {loop}\n        gate_up, _ = self.gate_up_proj(x)\n"))
        line = line_of(folder / str(number) / "sample" / DENSE_FILE, "x + 1")
        for strict, code in ((), 0), (("--strict",), 3):
            done = program.result("dump", "sequence", "TinyDenseForCausalLM", "--config", SAMPLE / "configs/tiny_dense", "--format", "json", *strict, trees=trees)
            assert done.returncode == code and len(done.stdout) < 100 << 20, (done.returncode, len(done.stdout))
            assert f"tiny_dense.py:{line}: limit: the step makes more than " in done.stderr, done.stderr


def test_pipes_and_links(program: Program, folder: Path):
    """A pipe (as any device) is written to and stays what it is; a link keeps pointing to its file."""
    pipe, link, report = folder / "pipe", folder / "link", folder / "report.md"
    os.mkfifo(pipe)
    with subprocess.Popen(["cat", pipe], stdout=subprocess.PIPE, text=True) as reader:
        opened = os.open(pipe, os.O_RDWR)  # the reader ends although nothing may ever be written
        program.run("analyze", *MOE, "-o", pipe)
        os.close(opened)
        assert pipe.is_fifo() and reader.stdout.read().startswith("## ")
    report.write_text("before")
    link.symlink_to(report.name)
    program.run("analyze", *MOE, "-o", link)
    assert link.is_symlink() and report.read_text().startswith("## ")
    assert sorted(os.listdir(folder)) == ["link", "pipe", "report.md"], os.listdir(folder)


def main() -> int:
    with tempfile.TemporaryDirectory() as cache:
        return run_tests(globals(), Program(sys.argv[1], TREES, cache))


if __name__ == "__main__":
    sys.exit(main())
