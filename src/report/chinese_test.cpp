#include "report/chinese.h"

#include <gtest/gtest.h>

namespace fusescout::report {
namespace {

TEST(ChineseTest, a_template_takes_what_stands_in_its_holes) {
  EXPECT_EQ(in_chinese("saves 5.73 us, less than 15.88 us that would count"), "节省 5.73 us, 低于有意义的门槛 15.88 us");
  EXPECT_EQ(in_chinese("rows of `x` start 16 bytes off a multiple of 32"), "`x`的行起点偏离 32 的倍数 16 字节");
  EXPECT_EQ(in_chinese("override"), "register_oot 替换类");
}

TEST(ChineseTest, what_stands_in_a_hole_is_translated_too) {
  EXPECT_EQ(in_chinese("call site: `x` is read at line 12 and is no result"), "调用点: `x` 在第 12 行被读取, 但不是输出");
  EXPECT_EQ(in_chinese("call site: `x`, `y` are not in reach at `m.py:4` under a name that is known"), "调用点: 在 `m.py:4` 处没有已知名称可取得 `x`, `y`");
  EXPECT_EQ(in_chinese("registered for `A` (vllm/r.py:5); line 3 says \"a model\"; less evidence names it"),
            "注册给 `A` (vllm/r.py:5); 第 3 行写着 \"a model\"; 指向它的依据较少");
  EXPECT_EQ(in_chinese("these releases do not fit each other: f() takes no `x`, which is left out"), "这些版本彼此不匹配: f() 不接受 `x`, 已省略");
  EXPECT_EQ(in_chinese("these releases do not fit each other: f() takes from 1 to 2 positional arguments, the others are left out"),
            "这些版本彼此不匹配: f() 接受 1 至 2 个位置参数, 其余省略");
  EXPECT_EQ(in_chinese("`a` and `b` work on different rows: [T, 8] and [8*T]"), "`a` 与 `b` 处理的行不同: [T, 8] 与 [8*T]");
}

TEST(ChineseTest, names_stay) {
  EXPECT_EQ(in_chinese("`rows` is read elsewhere at line 1"), "`rows` is read elsewhere at line 1");
  EXPECT_EQ(in_chinese("`kernel` is read at line 2 and is no result"), "`kernel` 在第 2 行被读取, 但不是输出");
}

TEST(ChineseTest, the_template_that_says_most_goes_first) {
  EXPECT_EQ(in_chinese("`y` needs all 512 columns of a matmul whose tile has 256; cube and vector cores share no buffer: through a workspace"),
            "`y` 需要 MatMul 的全部 512 列, 而其 tile 只有 256 列; cube 核与 vector 核没有共享缓冲区: 需经 workspace");
  EXPECT_EQ(in_chinese("20 bytes for a row and 0 that stay, of 90: 4 rows at a time, without double buffering"), "每行 20 字节, 常驻 0 字节, 上限 90: 一次 4 行, 无双缓冲");
}

TEST(ChineseTest, the_arithmetic_of_a_price_is_told) {
  EXPECT_EQ(in_chinese("before: aten.add: start 2.0 + spread 7.3*0.33 + 0.39 MB: 0.12 = 4.55 us"), "融合前: aten.add: 启动 2.0 + 铺开 7.3*0.33 + 0.39 MB: 0.12 = 4.55 us");
  EXPECT_EQ(in_chinese("after: fused: collective 20.0 + 0.197 MB over 196 GB/s * 0.70; after it: start 2.8 + spread 13.3*0.67 + 0.53 MB: 0.16 = 30.46 us"),
            "融合后: fused: 集合通信 20.0 + 0.197 MB / 196 GB/s * 0.70; 其后: 启动 2.8 + 铺开 13.3*0.67 + 0.53 MB: 0.16 = 30.46 us");
  EXPECT_EQ(in_chinese("after: fused: start 2.0 + spread 7.3*0.33 + 0.20*4.1 for the operators around it + 0.39 MB: 0.12 + 1.50 for a row; second pass 2.00 = 8.00 us"),
            "融合后: fused: 启动 2.0 + 铺开 7.3*0.33 + 0.20*4.1 (其余算子) + 0.39 MB: 0.12 + 1.50 (每行); 第二遍 2.00 = 8.00 us");
  EXPECT_EQ(in_chinese("before: with 2 gaps of 1.0 us = 35.26 us"), "融合前: 加 2 次 1.0 us 的间隔 = 35.26 us");
  EXPECT_EQ(in_chinese("gain: 3.80 us, 2.11 to 5.55, with pessimistic parameters 3.30"), "收益: 3.80 us, 区间 2.11 至 5.55, 参数不利时 3.30");
  EXPECT_EQ(in_chinese("one kernel today: `k`, by graph pass `P`"), "目前已是一个 kernel: `k`, 来自图融合 pass `P`");
  EXPECT_EQ(in_chinese("2 kernels, 3 of 4 places"), "2 个 kernel, 4 处中的 3 处");
}

TEST(ChineseTest, an_unknown_sentence_stays) {
  EXPECT_EQ(in_chinese(""), "");
  EXPECT_EQ(in_chinese("nobody has said this before"), "nobody has said this before");
  EXPECT_EQ(in_chinese("saves  us, less than"), "saves  us, less than");
}

}  // namespace
}  // namespace fusescout::report
