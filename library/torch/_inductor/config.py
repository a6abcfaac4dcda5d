"""Settings of a compiler that does not run."""
max_autotune = compile_threads = enable_auto_functionalized_v2 = False
pattern_matcher = combo_kernels = benchmark_combo_kernel = size_asserts = False
pre_grad_custom_pass = post_grad_custom_pre_pass = post_grad_custom_post_pass = None


def patch(*args, **kwargs): return __import__("torch._stream", fromlist=["Inert"]).Inert()

_config = {}
