"""tools/fit_device.py finds the numbers again that made a profile, and leaves alone what the profile does not show."""
import csv
import random
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COLUMNS = ["Step Id", "Name", "Type", "Duration(us)", "Block Dim", "Input Shapes", "Input Data Types", "Input Formats", "Output Shapes", "Output Data Types"]


def profile():
    noise = random.Random(0)
    for rows in (1, 4, 16, 32, 64, 256, 1024, 4096, 8192):
        for columns in (2048, 5120):
            megabytes = 3 * rows * columns * 2 / 1e6
            time = 3.0 + 5.0 * min(1, rows / 48) + 0.3 * min(megabytes, 96) + 1.2 * max(0, megabytes - 96)
            shape = f"{rows},{columns}"
            yield [1, "add", "Add", time * noise.uniform(0.97, 1.03), 48, f"{shape};{shape}", "DT_BF16;DT_BF16", "ND;ND", shape, "DT_BF16"]
    for depth, columns in ((5120, 1792), (1536, 5120), (4096, 4096), (7168, 2048), (512, 512)):
        yield [1, "mm", "MatMulV3", 5.0 + depth * columns * 2 / 1e6, 24, f"16,{depth};{depth},{columns}", "DT_BF16;DT_BF16", "ND;ND", f"16,{columns}", "DT_BF16"]
    yield [1, "odd", "SomethingElse", 3.0, 1, "", "", "", "", ""]


def close(found: float, wanted: float, share: float = 0.05):
    assert abs(found / wanted - 1) <= share, f"{found} instead of {wanted}"


def main() -> int:
    before = (ROOT / "devices/ascend_910b2.toml").read_text()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "kernel_details.csv"
        with path.open("w", newline="") as file:
            csv.writer(file).writerows([COLUMNS, *profile()])
        after = subprocess.run([sys.executable, str(ROOT / "tools/fit_device.py"), str(ROOT / "devices/ascend_910b2.toml"), str(path)],
                               capture_output=True, text=True, check=True).stdout
    found = dict(re.findall(r"(\w+) = ([\d.]+)", re.search(r"^elementwise = (.*)$", after, re.MULTILINE).group(1)))
    close(float(found["start"]), 3.0)
    close(float(found["spread"]), 5.0)
    close(float(found["far"]), 1.2)
    matmul = after.split("[matmul]")[1]
    close(float(re.search(r"^start = ([\d.]+)", matmul, re.MULTILINE).group(1)), 5.0)
    close(float(re.search(r"^bandwidth_tb = ([\d.]+)", matmul, re.MULTILINE).group(1)), 1.0)
    changed = [line for line in before.splitlines() if line not in after.splitlines()]
    assert len(changed) == 3, changed
    print("passed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
