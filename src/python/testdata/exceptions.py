def trial(f, *args):
    try:
        return f(*args)
    except Exception as e:
        return f"{type(e).__name__}: {e}"


print(trial(lambda: 1 / 0), trial(lambda: 1 // 0), trial(lambda: 1 % 0), trial(lambda: 1.0 / 0), trial(lambda: 1.0 // 0), trial(lambda: 1.0 % 0))
print(trial(lambda: [][0]), trial(lambda: {}["a"]), trial(lambda: {}[("t", 1)]), trial(lambda: (1,)[3]), trial(lambda: "a"[5]))
print(trial(lambda: int("x")), trial(lambda: float("y")), trial(lambda: int("12", 2)), trial(lambda: int([])))
print(trial(lambda: None.x), trial(lambda: (1).x), trial(lambda: "s".nope()), trial(lambda: [].nope))
print(trial(lambda: 1 + "a"), trial(lambda: "a" + 1), trial(lambda: [] + ()), trial(lambda: "a" * "b"), trial(lambda: -"a"), trial(lambda: 1 < "a"))
print(trial(lambda: [] < {}), trial(lambda: 2 ** "a"), trial(lambda: {} | 1), trial(lambda: "a" - "b"), trial(lambda: ~1.5), trial(lambda: 1 << 1.0))
print(trial(lambda: len(5)), trial(lambda: iter(5)), trial(lambda: 5[0]), trial(lambda: 5()), trial(lambda: next([])), trial(lambda: 3 in 3))
print(trial(lambda: [1]["a"]), trial(lambda: "a"["b"]), trial(lambda: (1,)["x"]), trial(lambda: {}[[]]), trial(lambda: {[]: 1}), trial(lambda: {[]}))
print(trial(lambda: [].pop()), trial(lambda: [1].pop(5)), trial(lambda: [].remove(1)), trial(lambda: [1].index(2)), trial(lambda: {}.pop("x")), trial(lambda: set().pop()))
print(trial(lambda: {}.popitem()), trial(lambda: "abc".index("z")), trial(lambda: max([])), trial(lambda: min()), trial(lambda: sum(["a"])), trial(lambda: sorted([1, "a"])))
print(trial(lambda: [].append()), trial(lambda: [].append(1, 2)), trial(lambda: {}.get()), trial(lambda: len()), trial(lambda: isinstance(1)), trial(lambda: [].clear(1)))
print(trial(lambda: ",".join([1])), trial(lambda: "%d" % "x"), trial(lambda: "%s %s" % "x"), trial(lambda: "%s" % (1, 2)), trial(lambda: "{} {}".format(1)))
print(trial(lambda: "{x}".format()), trial(lambda: f"{1:s}"), trial(lambda: f"{'a':d}"), trial(lambda: range(1, 2, 0)), trial(lambda: range("a")), trial(lambda: chr(-1)))
print(trial(lambda: ord("ab")), trial(lambda: isinstance(1, 1)), trial(lambda: issubclass(1, int)), trial(lambda: [1, 2].sort(lambda: 0)), trial(lambda: int("")), trial(lambda: "a".split("")))
print(trial(lambda: getattr(1, "x")), trial(lambda: setattr(1, "x", 2)), trial(lambda: [].__setitem__(0, 1)), trial(lambda: object().x), trial(lambda: type.x))


class MyError(Exception):
    def __init__(self, code, msg):
        super().__init__(msg)
        self.code = code


class Other(MyError):
    pass


try:
    raise Other(5, "text")
except (KeyError, MyError) as e:
    print(type(e).__name__, e, e.code, e.args, repr(e))
try:
    e
except NameError as err:
    print(err)


def chain():
    try:
        {}["k"]
    except KeyError as e:
        raise ValueError("bad") from e


try:
    chain()
except ValueError as e:
    print(e, repr(e.__cause__), repr(e.__context__), e.__suppress_context__)
try:
    try:
        1 / 0
    except ZeroDivisionError:
        raise RuntimeError("second")
except RuntimeError as e:
    print(repr(e.__context__), e.__cause__)
try:
    try:
        1 / 0
    except ZeroDivisionError:
        raise RuntimeError("third") from None
except RuntimeError as e:
    print(e.__cause__, e.__suppress_context__)


def flow(n):
    try:
        if n == 0:
            return "return"
        if n == 1:
            raise ValueError
        if n == 2:
            raise TypeError("t")
    except ValueError:
        return "except"
    else:
        return "else"
    finally:
        print("finally", n)
    return "end"


print(flow(0), flow(1), flow(3))
print(trial(flow, 2))


def override():
    try:
        raise ValueError
    finally:
        return "swallowed"


print(override())


def loop():
    for i in range(5):
        try:
            if i == 1:
                continue
            if i == 3:
                break
        finally:
            print("f", i)
    else:
        print("no")
    return i


print(loop())


def nested():
    try:
        try:
            raise KeyError("a")
        except ValueError:
            print("no")
        finally:
            print("inner")
    except KeyError as e:
        print("outer", e)
        try:
            raise
        except KeyError as e2:
            print("re", e2 is e)


nested()
try:
    raise ValueError
except ValueError as e:
    print(repr(e), str(e) == "", e.args)
try:
    raise KeyError("a", "b")
except KeyError as e:
    print(e, repr(e))
try:
    raise 5
except TypeError as e:
    print(e)
try:
    raise
except RuntimeError as e:
    print(e)
try:
    assert 1 == 2, "msg"
except AssertionError as e:
    print("assert", e)
try:
    assert []
except AssertionError as e:
    print("assert", repr(e))


class CM:
    def __init__(self, swallow):
        self.swallow = swallow

    def __enter__(self):
        print("enter")
        return self

    def __exit__(self, t, v, tb):
        print("exit", t.__name__ if t else None, v)
        return self.swallow


with CM(False) as c:
    print("body", c.swallow)
with CM(True):
    raise ValueError("in with")
try:
    with CM(False), CM(False):
        raise KeyError("both")
except KeyError as e:
    print("out", e)


def ret():
    with CM(False):
        return "returned"


print(ret())
try:
    with 5:
        pass
except TypeError as e:
    print(e)
print(OSError(2, "No such file"), repr(OSError(2, "x")), OSError(2, "m", "f.txt").filename, OSError("plain"))
print(issubclass(KeyError, LookupError), IOError is OSError, ModuleNotFoundError.__mro__[1].__name__, StopIteration(3).value)
e = ValueError("a")
e.add_note("note")
print(e.__notes__, e.with_traceback(None) is e)
print([c.__name__ for c in ZeroDivisionError.__mro__])
try:
    try:
        raise ValueError("one")
    except ValueError as v:
        raise TypeError("two") from v
except Exception as ex:
    while ex:
        print(type(ex).__name__, ex)
        ex = ex.__cause__
ImportError("m", name="n").name
try:
    import nonexistent_module
except ImportError as e:
    print(type(e).__name__, e)
try:
    from nonexistent.sub import x
except ModuleNotFoundError as e:
    print(e)
try:
    exec_missing = BaseException("b")
    raise exec_missing
except Exception:
    print("no")
except BaseException as b:
    print("base", b)


class Ctx(Exception):
    def __str__(self):
        return "custom str"


print(str(Ctx("a")), repr(Ctx("a")), f"{Ctx()}")
