"""A clock that stands still: an evaluation gives the same result each time."""
timezone = 0


def time():
    return 1700000000.0


def time_ns():
    return 1700000000000000000


def perf_counter():
    return 1000.0


def perf_counter_ns():
    return 1000000000000


monotonic = process_time = thread_time = perf_counter
monotonic_ns = process_time_ns = perf_counter_ns


def sleep(seconds):
    pass


def strftime(format, t=None):
    return "2023-11-14 22:13:20"


def localtime(seconds=None):
    return (2023, 11, 14, 22, 13, 20, 1, 318, 0)


gmtime = localtime


def ctime(seconds=None):
    return "Tue Nov 14 22:13:20 2023"
