from torch._dynamo import backends, config, decorators, exc, trace_rules, variables
from torch._dynamo.decorators import allow_in_graph, assume_constant_result, disable, forbid_in_graph, is_compiling, mark_dynamic, mark_static, maybe_mark_dynamic, optimize, run
from torch._dynamo.decorators import graph_break, reset, try_mark_dynamic, skip
