"""One thing after the other: whoever awaits waits. What waits for the world outside is not evaluated."""
from inspect import iscoroutine, iscoroutinefunction

import _host


def run(main, *, debug=None):
    if not iscoroutine(main):
        raise ValueError(f"a coroutine was expected, got {main!r}")
    try:
        while True:
            main.send(None)
    except StopIteration as end:
        return end.value


async def sleep(delay, result=None):
    return result


async def wait_for(fut, timeout):
    return await fut


async def gather(*coros_or_futures, return_exceptions=False):
    return [await each for each in coros_or_futures]


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    return _host.unknown("event loops are not evaluated", f"asyncio.{name}")
