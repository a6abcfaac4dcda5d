import contextlib
from contextlib import ExitStack, closing, contextmanager, nullcontext, suppress

log = []


@contextmanager
def managed(name, fail=False):
    log.append(f"enter {name}")
    try:
        yield name.upper()
    except KeyError as e:
        log.append(f"caught {e}")
    finally:
        log.append(f"exit {name}")


with managed("a") as v:
    log.append(v)
with managed("b"):
    raise KeyError("k")
try:
    with managed("c"):
        raise ValueError("v")
except ValueError as e:
    log.append(f"outside {e}")
print(log)
log.clear()


@managed("deco")
def decorated(x):
    return x + 1


print(decorated(1), decorated(2), log)
log.clear()
with suppress(KeyError, IndexError):
    {}["x"]
try:
    with suppress(KeyError):
        int("x")
except ValueError:
    print("not suppressed")
with nullcontext(5) as five, nullcontext() as none:
    print(five, none)
with ExitStack() as stack:
    print(stack.enter_context(managed("one")), stack.enter_context(managed("two")))
    stack.callback(lambda *a, **k: log.append(f"callback {a} {k}"), 1, k=2)
print(log)
log.clear()
try:
    with ExitStack() as stack:
        stack.enter_context(managed("three"))
        raise ValueError("boom")
except ValueError as e:
    print(e, log)
with ExitStack() as stack:
    stack.enter_context(suppress(ValueError))
    raise ValueError("gone")
print("after")


class Thing:
    def close(self):
        log.append("closed")


with closing(Thing()) as t:
    print(type(t).__name__)
print(log[-1])


class Own(contextlib.AbstractContextManager):
    def __exit__(self, *details):
        print("exit", details[0])
        return True


with Own() as own:
    raise RuntimeError("swallowed")
print(isinstance(own, contextlib.AbstractContextManager), isinstance(nullcontext(), contextlib.AbstractContextManager))


@contextmanager
def set_value(box, value):
    old = box[0]
    box[0] = value
    try:
        yield
    finally:
        box[0] = old


box = [1]
with set_value(box, 2):
    with set_value(box, 3):
        print(box)
    print(box)
print(box)


@contextmanager
def broken():
    return
    yield


try:
    with broken():
        pass
except RuntimeError as e:
    print(e)


def early():
    with managed("return"):
        return "returned"


log.clear()
print(early(), log)
for i in range(2):
    with managed(str(i)):
        if i == 0:
            continue
        break
print(log)
