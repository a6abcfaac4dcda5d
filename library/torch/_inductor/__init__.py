from torch._inductor import config, pattern_matcher
