def do_bench(fn, *args, **kwargs): return 0.0
