# A call of a coroutine function runs nothing; await and asyncio.run do.
import asyncio
import inspect

log = []


async def add(a, b):
    log.append("ran")
    return a + b


made = add(1, 2)
print(log, type(made).__name__, inspect.iscoroutine(made), inspect.isawaitable(made), inspect.iscoroutinefunction(add), inspect.isawaitable(1))
print(asyncio.run(made), log)
try:
    for x in add(1, 2):
        pass
except TypeError as e:
    print(e)
for bad in (made,):
    try:
        asyncio.run(bad)
    except RuntimeError as e:
        print(e)


async def twice(x):
    first = await add(x, x)
    return await add(first, await asyncio.sleep(0, 1))


print(asyncio.run(twice(4)))


class Ready:
    def __await__(self):
        return (yield from iter(())) or 5


class Resource:
    async def __aenter__(self):
        log.append("enter")
        return 7

    async def __aexit__(self, kind, value, traceback):
        log.append(kind.__name__ if kind else "exit")
        return True


async def use():
    async with Resource() as r:
        log.append(await Ready() + r)
    async with Resource():
        raise KeyError("x")
    return await asyncio.gather(add(1, 1), add(2, 2))


log.clear()
print(asyncio.run(use()), log)


async def wrong():
    await 3


try:
    asyncio.run(wrong())
except TypeError as e:
    print(e)
try:
    asyncio.run(5)
except ValueError as e:
    print(e)


async def raises():
    raise LookupError("inside")


pending = raises()
pending.close()
try:
    asyncio.run(raises())
except LookupError as e:
    print(e)
m = add(3, 4)
try:
    m.send(None)
except StopIteration as e:
    print(e.value)
