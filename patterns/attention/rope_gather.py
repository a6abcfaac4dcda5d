"""The choice of the angles by position and the rotation."""
from notation import op, requires

NAME_EN, NAME_ZH = "cos/sin gather + RoPE", "cos/sin 选取 + RoPE"
WHY_EN = "the angles are read by position inside the kernel"
WHY_ZH = "在算子内按位置读取角度"


def pattern(x, table, positions):
    angles = op.one_of("index_select", "embedding", "gather")(table, positions)
    requires(angles.users < 16, "many readers share these angles: choose them once for all")
    return op.rope(x, angles.anywhere(), ...)
