"""The Chinese report is Chinese: no sentence of the layers below stays English. Names, code, and what is quoted of the sources may.

    language.py PROGRAM VLLM ASCEND TRANSFORMERS
"""
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from harness import Program, run_tests, trees_of  # noqa: E402

REPORTS = [("GLM-4.7", "--tp", 8), ("DeepSeek-V3", "--tp", 16, "--quant", "w8a8_dynamic"), ("Qwen3-Next", "--tp", 4), ("Qwen3-8B",), ("Mamba2",), ("Qwen2.5-VL",)]
QUOTED = re.compile(r"(`+).*?\1|\".*?\"")
SENTENCE = re.compile(r"(?<![\w.])(?:[a-z]+ ){2,}[a-z]+(?![\w.])")   # three lower-case words in a row


def english(report: str) -> list[str]:
    prose, code = [], False
    for line in report.splitlines():
        if line.lstrip().startswith("```"):
            code = not code
        elif not code and SENTENCE.search(QUOTED.sub("`", line)):
            prose.append(line)
    return prose


def test_the_rule_sees_english(_: Program):
    assert english("- `x`: one kernel today") and english("- 风险: rows are cut into pieces")
    assert not english("- `one kernel today`: \"one kernel today\", RMSNorm, 2个kernel\n```\none kernel today\n```")


def test_chinese_reports(program: Program):
    found = [f"{arguments[0]}: {line}" for arguments in REPORTS for line in english(program.run("analyze", *arguments))]
    assert not found, "English sentences:\n" + "\n".join(found)


def test_a_finding_is_explained_in_chinese(program: Program):
    report = program.run("analyze", "GLM-4.7", "--tp", 8)
    ids = re.findall(r"`fusescout explain (.*?)`", report)
    assert len(ids) > 5
    found = [line for name in ids[:4] for line in english(program.run("explain", "GLM-4.7", name, "--tp", 8))]
    assert not found, "English sentences:\n" + "\n".join(found)


if __name__ == "__main__":
    sys.exit(run_tests(globals(), Program(sys.argv[1], trees_of(sys.argv[2:]))))
