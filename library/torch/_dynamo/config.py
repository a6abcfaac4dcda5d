suppress_errors = assume_static_by_default = automatic_dynamic_shapes = verbose = False
cache_size_limit = recompile_limit = 8
accumulated_cache_size_limit = accumulated_recompile_limit = 256
