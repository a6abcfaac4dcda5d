def default_cache_dir(): return "/tmp/triton"
