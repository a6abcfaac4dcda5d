from triton.runtime.driver import active


class _Backend:
    driver = active
    compiler = None


backends = {"ascend": _Backend()}
