#include "report/chinese.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

namespace fusescout::report {
namespace {

struct Template {
  std::string_view english;   // {} is any text
  std::string_view chinese;   // {0} is the first of them
};

constexpr auto table = std::to_array<Template>({
    // where the model is
    {"the config for this name says so", "此名称的配置如此声明"},
    {"the docs list the model with this architecture", "文档把该模型列在此架构下"},
    {"the docstring of the model's own file names it", "模型文件自身的 docstring 提到它"},
    {"the model's own file mentions it", "模型文件自身提到它"},
    {"the registry says which module and class that is", "注册表给出对应的模块与类"},
    {"the registry has exactly this architecture", "注册表中正有此架构"},
    {"the test registry runs this model as `{}`", "测试注册表以 `{0}` 运行该模型"},
    {"the architecture of this model_type", "此 model_type 对应的架构"},
    {"{}; nothing there or about it names `{}`", "{0}; 其内容与相关文档均未提到 `{1}`"},
    {"{}; less evidence names it", "{0}; 指向它的依据较少"},
    {"{}; line {} says \"{}\"", "{0}; 第 {1} 行写着 \"{2}\""},
    {"registered for `{}` ({})", "注册给 `{0}` ({1})"},
    // who fuses
    {"graph pass", "图融合 pass"},
    {"override", "register_oot 替换类"},
    {"patch", "补丁"},
    {"registry", "注册替换类"},
    {"custom operator", "自定义算子"},
    {"kernel", "kernel"},
    {"layer", "层"},
    {"additional_output=True gives the sum", "additional_output=True 时同时给出相加结果"},
    {"cos and sin as wide as what turns", "cos 与 sin 与被旋转部分同宽"},
    {"in place, angles of the positions in one table", "原地写入, 各位置的角度在同一张表中"},
    {"{}; called in {}", "{0}; 已在 {1} 调用"},
    {"called in {}", "已在 {0} 调用"},
    {"every rank calls it, tensor parallel only", "每个 rank 都要调用, 仅限张量并行"},
    {"custom operators built", "需编译自定义算子"},
    {"one token of each sequence; a state of [key, value] columns, wherever it is read", "每条序列一个 token; 凡读取状态处均须为 [key, value] 布局"},
    {"a CANN that has it, keys and values of 128 columns, states of [value, key]", "需 CANN 提供该算子; K、V 每头 128 列, 状态为 [value, key] 布局"},
    {"static scales of one tensor", "整个张量一个静态 scale"},
    {"static scales of one tensor, the gather behind it", "整个张量一个静态 scale, 其后再 all_gather"},
    {"the gather behind it", "其后再 all_gather"},
    {"quantised by token", "按 token 量化"},
    {"quantised by token, one weight tensor for all experts", "按 token 量化, 所有专家共用一个权重张量"},
    {"batch times inner size below 65536", "batch 与内维之积小于 65536"},
    {"custom operators built, every rank calls it", "需编译自定义算子, 每个 rank 都要调用"},
    {"latents of 1536 and 512 columns, heads of 128 and 64, the first weight in two parts", "latent 为 1536 与 512 列, 头为 128 与 64 列, 第一个权重拆成两份"},
    {"`{}` does this, but this path does not call it", "`{0}` 能完成这些计算, 但此路径没有调用它"},
    {"additional_output=True gives the sum; zeros for the bias", "additional_output=True 时同时给出相加结果; 偏置传零"},
    {"custom operators built, an instance that only decodes", "需编译自定义算子, 仅限只做 decode 的实例"},
    {"`{}` would do this, but its rows have {} columns where here are {}", "`{0}` 能完成这些计算, 但它只支持每行 {1} 列, 此处为 {2} 列"},
    {"weights of the sorted rows, and their tokens", "权重与 token 序号按排序后的行给出"},
    {"`{}` would do this, but it takes no quantised operands", "`{0}` 能完成这些计算, 但不支持量化输入"},
    {"`{}` would do this, but it takes 8-bit rows and weights only", "`{0}` 能完成这些计算, 但只支持 8 位的输入与权重"},
    {"`{}` would do this, but it asks for products quantised with static scales of one tensor", "`{0}` 能完成这些计算, 但要求 MatMul 以整个张量一个静态 scale 量化"},
    {"`{}` would do this, but a {} does not have it", "`{0}` 能完成这些计算, 但 {1} 上没有该算子"},
    {"graph pass `{}` would call `{}`: {}", "图 pass `{0}` 会调用 `{1}`: {2}"},
    {"graph pass `{}`{} calls `{}` and is off: `inventory` names its switch, `dump passes` with it says whether it matches",
     "图 pass `{0}`{1} 会调用 `{2}`, 但未打开: 其开关见 `inventory`, 打开后由 `dump passes` 查看是否匹配"},
    {"a latent of 512 columns and 64 that turn", "512 列的 latent, 其中旋转 64 列"},
    // why not
    {"an operator of it is part of the kernel `{}`, which also does `{}`", "其中一个算子属于 kernel `{0}`, 该 kernel 还计算 `{1}`"},
    {"{} stands between: it needs one of the operators, and another one needs it", "{0} 夹在中间: 它依赖其中一个算子, 另一个算子又依赖它"},
    {"a write stands between: `{}` is overwritten by {}", "中间有写操作: `{0}` 被 {1} 覆盖"},
    {"a write stands between: `{}`, which one of the operators overwrites, is needed before by {}", "中间有写操作: 其中一个算子会覆盖 `{0}`, 而 {1} 须先用到它"},
    {"`{}` does not give `{}`, which {} reads", "`{0}` 不输出 `{1}`, 而 {2} 要读取它"},
    {"`{}` and `{}` work on different rows: {} is broadcast or reduced to {}", "`{0}` 与 `{1}` 处理的行不同: {2} 被广播或归约为 {3}"},
    {"`{}` and `{}` work on different rows: {} and {}", "`{0}` 与 `{1}` 处理的行不同: {2} 与 {3}"},
    {"`{}` mixes the rows that `{}` makes", "`{0}` 会跨行使用 `{1}` 产生的各行"},
    {"the narrower dtype between them rounds the value", "中间较窄的 dtype 会舍入数值"},
    {"the source comes from outside: no kernel of this pass could write the buffer", "源数据来自外部: 本次前向中没有 kernel 能直接写该缓冲区"},
    {"`{}` is overwritten while the copy is in use", "拷贝仍在使用时 `{0}` 被覆盖"},
    {"`{}` is overwritten before the addition", "相加之前 `{0}` 被覆盖"},
    {"the products have different dtypes: {} and {}", "各 MatMul 的 dtype 不同: {0} 与 {1}"},
    {"an operand is no weight: the weights cannot be put side by side once ({})", "有操作数不是权重: 无法一次性把权重并排 ({0})"},
    {"the weights have different dtypes ({})", "权重的 dtype 不同 ({0})"},
    {"many readers share these angles: choose them once for all ({})", "这些角度有许多读者: 应统一选取一次 ({0})"},
    {"the shared expert is not as wide as a routed one or several of them ({})", "共享专家的宽度不是路由专家宽度的整数倍 ({0})"},
    {"one side of the sum is broadcast: a bias, no residual ({})", "加法的一侧是广播: 是 bias 而非残差 ({0})"},
    {"the kernel does not fit the device", "该 kernel 不适合此设备"},
    {"the gain is within the model's error", "收益在模型误差之内"},
    {"costs {} us more", "反而多用 {0} us"},
    {"saves {} us, less than {} us that would count", "节省 {0} us, 低于有意义的门槛 {1} us"},
    {"saves {} us, but loses {} us in the worst case of the uncertain parameters", "节省 {0} us, 但在不确定参数的最坏情形下损失 {1} us"},
    // graph passes that cannot match
    {"the code has `{}` behind `{}`, which the pattern has not", "代码中 `{1}` 之后还有 `{0}`, pattern 中没有"},
    {"the pattern has `{}` where the code has an input", "pattern 中是 `{0}`, 代码中是输入"},
    {"the pattern has `{}` where the code has `{}`", "pattern 中是 `{0}`, 代码中是 `{1}`"},
    {"`{}` has {} arguments in the pattern and {} in the code", "`{0}` 在 pattern 中有 {1} 个参数, 代码中有 {2} 个"},
    {"`{}` is called with other keywords", "`{0}` 的关键字参数不同"},
    {"argument {} of `{}` is a tensor in the code and none in the pattern", "`{1}` 的第 {0} 个参数在代码中是张量, 在 pattern 中不是"},
    {"argument {} of `{}` is a tensor in the pattern and none in the code", "`{1}` 的第 {0} 个参数在 pattern 中是张量, 在代码中不是"},
    {"argument {} of `{}` is another one in the pattern", "`{1}` 的第 {0} 个参数与 pattern 中的不同"},
    {"another output of `{}`", "是 `{0}` 的另一个输出"},
    {"the operands of `{}` stand in the other order in the code", "代码中 `{0}` 的操作数顺序相反"},
    {"an earlier match has taken it", "已被先前的匹配占用"},
    {"the pattern's paths meet, the code's do not", "pattern 的两条路径汇合, 代码中不汇合"},
    {"two operands of the pattern are one, here one of them is not given", "pattern 中两个操作数相同, 此处有一个没有给出"},
    {"two operands of the pattern are one tensor, here they differ", "pattern 中两个操作数是同一张量, 此处不同"},
    {"nothing reads the result with `{}`", "没有 `{0}` 读取该结果"},
    {"output {} of `{}`, which the pattern replaces, is never read", "pattern 要替换的 `{1}` 的输出 {0} 没有读者"},
    {"output {} of `{}` has {} readers in the code and {} in the pattern", "`{1}` 的输出 {0} 在代码中有 {2} 个读者, pattern 中有 {3} 个"},
    {"places that the pattern finds and its check turns down", "pattern 找到但检查拒绝的位置数"},
    {"its own check turns it down", "被其自身的检查拒绝"},
    {"its replacement raises {}", "其 replacement 抛出 {0}"},
    {"its replacement returns nothing", "其 replacement 没有返回值"},
    {"its replacement returns {} tensors in place of {}", "其 replacement 返回 {0} 个张量, 应为 {1} 个"},
    {"the code never calls {}", "代码从未调用 {0}"},
    {"a spawned worker refuses the model: {}; followed in a forked one, which had imported it before the patches",
     "spawn 出的 worker 会拒绝该模型: {0}; 此处按 fork 出的 worker 分析, 其模型在打补丁之前已导入"},
    // what holds of a finding
    {"one_launch", "可一次启动"},
    {"other_readers", "其他读者"},
    {"no_write_between", "其间无写入"},
    {"no_write_after", "其后无写入"},
    {"same_value", "值相同"},
    {"weights_only", "仅依赖权重"},
    {"readers", "读者"},
    {"producer", "生产者"},
    {"extends", "并入已有算子"},
    {"language", "编程语言"},
    {"gain", "收益"},
    {"nothing outside stands between them", "其间没有外部算子"},
    {"`{}` is read elsewhere as well and is still written", "`{0}` 另有读者, 仍需写出"},
    {"somebody makes the source", "源由某个算子产生"},
    {"one may stand for the other", "二者可互相代替"},
    {"not written while both are in use", "二者在用期间未被改写"},
    {"all inputs are weights that nothing overwrites", "输入全是权重, 且无人改写"},
    {"operators, attributes and inputs are equal, and nothing overwrites the result", "算子、属性与输入都相同, 且结果未被改写"},
    {"the summand is still there when they are added", "相加时该加数仍在"},
    {"nobody else reads it", "没有其他读者"},
    {"nobody else reads them", "没有其他读者"},
    {"the gain survives the pessimistic case", "最不利参数下仍有收益"},
    {"a kernel of today that the new one takes in: its call goes", "现有 kernel, 并入新算子, 其调用随之删除"},
    {"an output of the model", "模型的输出"},
    {"{} kernels", "{0} 个 kernel"},
    {"{} kernels, {} of {} places", "{0} 个 kernel, {2} 处中的 {1} 处"},
    {"removed", "本就可去掉"},
    {"need not run at all, which is another finding: what that saves is not counted here", "这些 kernel 本就无需执行, 属于另一条结论: 其节省不计入此处"},
    {"same_lines", "相同代码行"},
    {"groups of these lines in all; the gain counts all of them, this one gives most", "组算子来自这些行; 收益为各组之和, 此处列出的一组收益最大"},
    {"before the layers, {}", "各层之前, {0}"},
    {"earlier in the same layer, {}", "同一层内较早处, {0}"},
    {"one kernel today: `{}`", "目前已是一个 kernel: `{0}`"},
    {"one kernel today: `{}`, by {} `{}`", "目前已是一个 kernel: `{0}`, 来自{1} `{2}`"},
    {"graph pass `{}` makes other kernels of these", "图 pass `{0}` 会把它们变成别的 kernel"},
    // how a price comes about
    {"before: {}: {} = {} us", "融合前: {0}: {1} = {2} us"},
    {"after: {}: {} = {} us", "融合后: {0}: {1} = {2} us"},
    {"before: with {} gaps of {} us = {} us", "融合前: 加 {0} 次 {1} us 的间隔 = {2} us"},
    {"after: with {} gaps of {} us = {} us", "融合后: 加 {0} 次 {1} us 的间隔 = {2} us"},
    {"before: max(device, host {} us) = {} us", "融合前: max(设备, 主机 {0} us) = {1} us"},
    {"after: max(device, host {} us) = {} us", "融合后: max(设备, 主机 {0} us) = {1} us"},
    {"before: {}: on the host, no device time", "融合前: {0}: 在主机上, 不占设备时间"},
    {"after: {}: on the host, no device time", "融合后: {0}: 在主机上, 不占设备时间"},
    {"gain: {} us, {} to {}, with pessimistic parameters {}", "收益: {0} us, 区间 {1} 至 {2}, 参数不利时 {3}"},
    {"{}; {}", "{0}; {1}"},
    {"start {} + spread {}", "启动 {0} + 铺开 {1}"},
    {"start {} + spread {} + {} for the operators around it{}", "启动 {0} + 铺开 {1} + {2} (其余算子){3}"},
    {"{} for a row", "{0} (每行)"},
    {"at least {} of instructions", "指令至少 {0}"},
    {"second pass {}", "第二遍 {0}"},
    {"absorbs {} % of {}", "另吸收 {1} 的 {0} %"},
    {"cube max(start {} + memory {}, compute {}), {} tiles a core", "cube max(启动 {0} + 访存 {1}, 计算 {2}), 每核 {3} 个 tile"},
    {"one rank, nothing to send", "只有一个 rank, 无需通信"},
    {"collective {} + {} MB over {}", "集合通信 {0} + {1} MB / {2}"},
    {"before the cube, {} % absorbed: {}", "cube 之前, 吸收 {0} %: {1}"},
    {"after it: {}", "其后: {0}"},
    {"{} of {} {}", "{0} / {1} {2}"},
    // feasibility
    {"inputs are contiguous, or rows of enough bytes", "输入连续, 或每行字节数足够"},
    {"no integer arithmetic that runs as scalars", "没有按标量执行的整数运算"},
    {"no elements at random places", "没有随机取数"},
    {"no product behind a product that does not stay on the core", "没有留不在核内的连续乘积"},
    {"every last axis is a multiple of {} bytes", "各末轴都是 {0} 字节的倍数"},
    {"rows of {} stay on the core", "长 {0} 的行留在核内"},
    {"no reduction", "没有归约"},
    {"{} programs, one a {} core, {} rows each", "{0} 个 program, 每个 {1} 核一个, 各 {2} 行"},
    {"unified_buffer", "统一缓冲区"},
    {"alignment", "对齐"},
    {"strides", "连续性"},
    {"reduction", "归约"},
    {"products", "连续 MatMul"},
    {"integers", "整数运算"},
    {"gather", "随机取数"},
    {"grid", "核数划分"},
    {"bytes", "字节"},
    {"elements", "元素"},
    {"columns", "列"},
    {"tiles", "tile"},
    {"rows", "行"},
    {"programs", "program"},
    {"{} bytes for a row and {} that stay, of {}: {} rows at a time", "每行 {0} 字节, 常驻 {1} 字节, 上限 {2}: 一次 {3} 行"},
    {"{} bytes for a row and {} that stay, of {}: {} rows at a time, without double buffering", "每行 {0} 字节, 常驻 {1} 字节, 上限 {2}: 一次 {3} 行, 无双缓冲"},
    {"{} bytes for a row and {} that stay, of {}: rows are cut and read twice", "每行 {0} 字节, 常驻 {1} 字节, 上限 {2}: 行需切开并读两遍"},
    {"{} bytes for a row and {} that stay, of {}: rows are cut into pieces", "每行 {0} 字节, 常驻 {1} 字节, 上限 {2}: 行需切成几段"},
    {"an operand", "某操作数"},
    {"half of the rotary axis", "旋转维的一半"},
    {"the last axis of {} has {} bytes, less than one block of {}", "{0}的最后一维为 {1} 字节, 不足一个 {2} 字节的块"},
    {"the last axis of {} has {} bytes, no multiple of {}", "{0}的最后一维为 {1} 字节, 不是 {2} 的倍数"},
    {"the last axis of {} has stride {}: elements are gathered", "{0}的最后一维 stride 为 {1}: 需逐元素收集"},
    {"rows of {} start {} bytes off a multiple of {}", "{0}的行起点偏离 {2} 的倍数 {1} 字节"},
    {"rows of {} come in pieces of {} bytes, less than {}", "{0}的行以 {1} 字节的小段存放, 不足 {2}"},
    {"`{}` needs all {} columns of a matmul whose tile has {}; cube and vector cores share no buffer", "`{0}` 需要 MatMul 的全部 {1} 列, 而其 tile 只有 {2} 列; cube 核与 vector 核没有共享缓冲区"},
    {"`{}` needs all {} columns of a matmul whose tile has {}; cube and vector cores share no buffer: through a workspace",
     "`{0}` 需要 MatMul 的全部 {1} 列, 而其 tile 只有 {2} 列; cube 核与 vector 核没有共享缓冲区: 需经 workspace"},
    {"`{}` over the first axis joins rows of different cores", "`{0}` 沿第一维归约, 会跨核合并各行"},
    {"rows of {} are longer than the {} that stay on the core: a second pass", "行长 {0} 超过可留在核内的 {1}: 需第二遍"},
    {"`{}` needs all {} columns that the product before it makes, of which a tile has {}: two kernels", "`{0}` 需要前一个 MatMul 的全部 {1} 列, 而一个 tile 只有 {2} 列: 只能是两个 kernel"},
    {"`{}` behind another product gives work to {} cores of {}: two kernels", "`{0}` 接在另一个 MatMul 之后, {2} 个核中只有 {1} 个有活干: 只能是两个 kernel"},
    {"rows are sorted for all experts before the products and summed over all of them behind: three kernels", "MatMul 之前要按所有专家排序, 之后要对所有专家求和: 只能是三个 kernel"},
    {"`{}` needs rows that the experts' sum has finished on all cores: two kernels", "`{0}` 需要所有核都完成专家求和的行: 只能是两个 kernel"},
    {"the sum over ranks needs rows that the experts' sum has finished on all cores: two kernels", "跨 rank 求和需要所有核都完成专家求和的行: 只能是两个 kernel"},
    {"`{}` on {} runs an element at a time on a vector core ({} elements)", "`{0}` 在 {1} 上于 vector 核逐元素执行 ({2} 个元素)"},
    {"`{}` has no tiles that a neighbour could share", "`{0}` 没有可与相邻算子共享的 tile"},
    {"`{}` picks pieces of {} bytes: load a block first", "`{0}` 按 {1} 字节的小段取数: 应先载入整块"},
    {"{} has no bf16", "{0} 不支持 bf16"},
    {"{} has no fp8", "{0} 不支持 fp8"},
    {"{} has no Triton: AscendC", "{0} 没有 Triton: 用 AscendC"},
    {"a Triton kernel cannot communicate: AscendC", "Triton kernel 不能通信: 用 AscendC"},
    {"a row in compiled Triton needs more than the buffer: AscendC", "编译后的 Triton 一行超过缓冲区: 用 AscendC"},
    {"only {} % of the cube cores get a tile of an expert", "只有 {0} % 的 cube 核分到专家的 tile"},
    {"communication inside a kernel: needs support of the collective library, and every rank must take part", "kernel 内通信: 需要集合通信库支持, 且每个 rank 都要参与"},
    {"writes an input in place: the graph must know (mutates_args)", "原地写输入: 图必须知道 (mutates_args)"},
    {"the operators stand in {} files: the call sites must be brought together", "算子分布在 {0} 个文件: 需把调用点合到一处"},
    {"`{}` is a strided view: the kernel must take its strides, or a copy comes back", "`{0}` 是带 stride 的视图: kernel 须接受其 stride, 否则又多一次拷贝"},
    // call sites and references
    {"call site: {}", "调用点: {0}"},
    {"no line of a source file makes these operators", "没有源文件的行产生这些算子"},
    {"the lines of `{}` are not there to show", "无法展示 `{0}` 的源码行"},
    {"call site: {} is not in reach at `{}` under a name that is known", "调用点: 在 `{1}` 处没有已知名称可取得 {0}"},
    {"call site: {} are not in reach at `{}` under a name that is known", "调用点: 在 `{1}` 处没有已知名称可取得 {0}"},
    {"{}: the statement stays until what makes or reads its value is changed", "{0}: 在改动产生或读取其值的代码之前, 该语句保留"},
    {"the statement at {} does other work too: what the call takes over stays there to be cut out", "{0} 处的语句还做别的工作: 被调用取代的部分留待删去"},
    {"`{}` is assigned at line {} and is no result", "`{0}` 在第 {1} 行被赋值, 但不是输出"},
    {"the statement at {} stands in a loop: the call does the work of all its rounds", "{0} 处的语句在循环中: 新调用完成所有轮次的工作"},
    {"the source computes {}: pass what it has there, the numbers are those of this run on rank 0", "{0} 由源码计算得出: 请传入源码中的表达式, 此处的数值只是本次运行 rank 0 的值"},
    {"line {} ran under the condition of line {} only, the call does not", "第 {0} 行原先只在第 {1} 行的条件下执行, 新调用则总会执行"},
    {"line {} is needed where the condition of line {}, under which the call stands, does not hold", "新调用位于第 {1} 行的条件之下, 该条件不成立时仍需要第 {0} 行"},
    {"`{}` is read at line {}, before the call that gives it", "`{0}` 在第 {1} 行被读取, 早于给出它的调用"},
    {"`{}` is read at line {} and is no result", "`{0}` 在第 {1} 行被读取, 但不是输出"},
    {"{}: `{}` is still done there; its operands or results go to or come from the call", "{0}: 那里仍计算 `{1}`; 其操作数或结果须传给或取自新调用"},
    {"the reference lacks an operand of `{}`: it is no argument of the interface", "参考实现缺少 `{0}` 的一个操作数: 它不是接口参数"},
    {"the reference has no body for `{}`", "参考实现没有 `{0}` 的实现"},
    {"the reference has no body for `{}` with `{}`", "参考实现没有带 `{1}` 的 `{0}` 的实现"},
    {"the reference has no body for `{}` of {} inputs", "参考实现没有 {1} 个输入的 `{0}` 的实现"},
    {"the reference does not make every output", "参考实现没有给出全部输出"},
    {"sizes that no argument shows are those of the scenario", "无法从参数得到的尺寸取自场景"},
    {"the test needs a complete reference", "测试需要完整的参考实现"},
    // diagnostics
    {"vllm-ascend's runner does not allocate these KV caches ({}); they are laid out as their specs say", "vllm-ascend 的 runner 不会分配这些 KV cache (`{0}`); 按其 spec 布局"},
    {"the runner's KV caches and attention metadata cannot be followed ({}); attention runs as in a step without metadata", "无法跟踪 runner 的 KV cache 与 attention metadata (`{0}`); attention 按没有 metadata 的一步运行"},
    {"attention without metadata cannot be followed ({}); its result is only a shape", "无法跟踪没有 metadata 的 attention (`{0}`); 其结果只有形状"},
    {"`{}` has no meaning here", "`{0}` 的含义未知"},
    {"`{}`: {}: the shapes are those of its fake implementation", "`{0}`: {1}: 形状取自其 fake 实现"},
    {"these releases do not fit each other: {}", "这些版本彼此不匹配: {0}"},
    {"{} takes no `{}`, which is left out", "{0} 不接受 `{1}`, 已省略"},
    {"{} takes from {} to {} positional arguments, the others are left out", "{0} 接受 {1} 至 {2} 个位置参数, 其余省略"},
    {"{} takes {} positional arguments, the others are left out", "{0} 接受 {1} 个位置参数, 其余省略"},
    {"{} wants a `{}`, which is unknown", "{0} 需要 `{1}`, 其值未知"},
    {"there is no `{}`; it is unknown", "没有 `{0}`, 视为未知"},
    {"there is no module `{}`; what it has is unknown", "没有模块 `{0}`, 其内容未知"},
    {"`{}` has no `{}`; it is unknown", "`{0}` 没有 `{1}`, 视为未知"},
    {"`{}` is taken to be true: {}", "假定 `{0}` 为真: {1}"},
    {"`{}` is taken to be false: {}", "假定 `{0}` 为假: {1}"},
    {"a loop over an unknown value is taken to be empty: {}", "对未知值的循环假定为空: {0}"},
    {"an unknown list is taken to be empty: {}", "未知列表假定为空: {0}"},
    {"an unknown iterable is taken to be empty: {}", "未知的可迭代对象假定为空: {0}"},
    {"an unknown mapping is taken to be empty: {}", "未知的映射假定为空: {0}"},
    {"an item is assigned at an unknown index: {}", "在未知下标处赋值: {0}"},
    {"the number of true elements of a mask is data: taken as all of them", "mask 中真元素的个数取决于数据: 按全部计算"},
    {"the repeats of `repeat_interleave` are data: taken as 1 each", "`repeat_interleave` 的重复数取决于数据: 各按 1 计算"},
    {"the number of different elements is data: taken as all of them", "不同元素的个数取决于数据: 按全部计算"},
    {"the largest element of `bincount` is data: taken as below minlength", "`bincount` 的最大元素取决于数据: 假定小于 minlength"},
    {"the call does not fit the catalogue's `{}`: {}", "调用与目录中的 `{0}` 不符: {1}"},
    {"this cannot be followed: {}", "无法跟踪: `{0}`"},
    {"the step is followed up to here only: {}", "只跟踪到此处: `{0}`"},
    {"calls are nested more than {} deep", "调用嵌套超过 {0} 层"},
    {"the evaluation took more than {} statements", "求值超过 {0} 条语句"},
    {"the evaluation took too much memory", "求值占用内存过多"},
});

size_t literal_length(const Template& t) {
  size_t count = 0;
  for (size_t at = 0; at < t.english.size(); ++at) t.english.substr(at, 2) == "{}" ? void(++at) : void(++count);
  return count;
}

// The most specific first: what says most in words of its own.
const std::vector<Template>& templates() {
  static const std::vector<Template> sorted = [] {
    std::vector<Template> list(table.begin(), table.end());
    std::stable_sort(list.begin(), list.end(), [](const Template& a, const Template& b) { return literal_length(a) > literal_length(b); });
    return list;
  }();
  return sorted;
}

// Each placeholder takes as little as it can.
bool match(std::string_view pattern, std::string_view text, std::vector<std::string_view>& taken) {
  size_t hole = pattern.find("{}");
  if (hole == std::string_view::npos) return pattern == text;
  if (!text.starts_with(pattern.substr(0, hole))) return false;
  pattern.remove_prefix(hole + 2);
  text.remove_prefix(hole);
  std::string_view next = pattern.substr(0, pattern.find("{}"));
  for (size_t end = text.find(next, 1); end != std::string_view::npos; end = text.find(next, end + 1)) {
    if (pattern.empty()) end = text.size();
    taken.push_back(text.substr(0, end));
    if (match(pattern, text.substr(end), taken)) return true;
    taken.pop_back();
    if (end >= text.size()) return false;
  }
  return false;
}

}  // namespace

std::string in_chinese(std::string_view sentence) {
  for (const Template& t : templates()) {
    std::vector<std::string_view> taken;
    if (!match(t.english, sentence, taken)) continue;
    std::string result;
    for (size_t at = 0; at < t.chinese.size(); ++at) {
      if (t.chinese[at] != '{') {
        result += t.chinese[at];
        continue;
      }
      std::string_view text = taken.at(static_cast<size_t>(t.chinese[at + 1] - '0'));
      result += result.ends_with('`') || result.ends_with('"') ? std::string(text) : in_chinese(text);   // names and quotations stay
      at += 2;
    }
    return result;
  }
  return std::string(sentence);
}

}  // namespace fusescout::report
