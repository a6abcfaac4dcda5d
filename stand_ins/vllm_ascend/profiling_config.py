"""No file is written for a service profiler."""


def generate_service_profiling_config():
    return None
