"""The host: large enough for any model."""


class _Memory:
    total = 1 << 41
    available = free = 1 << 41
    used = percent = 0


def virtual_memory():
    return _Memory()


swap_memory = virtual_memory


def cpu_count(logical=True):
    return 192


class Process:
    def __init__(self, pid=None):
        self.pid = pid

    def cpu_affinity(self, cpus=None):
        return list(range(cpu_count()))

    def children(self, recursive=False):
        return []
