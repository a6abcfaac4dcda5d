s = "Hello, World"
print(s.upper(), s.lower(), s.swapcase(), s.title(), s.capitalize(), "hello world".title(), s.casefold())
print(s.find("o"), s.rfind("o"), s.find("z"), s.index("W"), s.count("l"), s.startswith("Hell"), s.endswith(("x", "ld")), s.startswith("World", 7), s.find("o", 5), s.count("l", 0, 4))
print(s.replace("l", "L"), s.replace("l", "L", 1), "aaa".replace("", "-"), s.split(", "), s.split(), " a  b c ".split(), "a,b,c".split(",", 1), "a,b,c".rsplit(",", 1), " a b c ".split(None, 1), " a b c ".rsplit(None, 1))
print("a.b.c".partition("."), "a.b.c".rpartition("."), "abc".partition("x"), "abc".rpartition("x"))
print(repr("  x ".strip()), repr("xxaxx".strip("x")), repr(" x ".lstrip()), repr(" x ".rstrip()), repr("abcba".strip("ab")), "prefix_x".removeprefix("prefix_"), "x.py".removesuffix(".py"))
print("ab".ljust(5, "."), "ab".rjust(5), "ab".center(5, "*"), "abc".center(6, "*"), "42".zfill(5), "-42".zfill(5), "a\tb".expandtabs(4))
print("123".isdigit(), "abc".isalpha(), "a1".isalnum(), " ".isspace(), "ABC".isupper(), "abc".islower(), "x_1".isidentifier(), "1x".isidentifier(), "".isdigit(), "Ab Cd".istitle())
print("-".join(["a", "b"]), "".join(str(i) for i in range(3)), "a\nb\r\nc".splitlines(), "a\nb\n".splitlines(True))
print(s[0], s[-1], s[1:4], s[::-1], s[::2], s[-5:], s[:100], s[5:2], "é€x"[1], "é€x"[::-1], len("é€x"), "é€x".upper() if False else "")
print("a" in s, "World" in s, "" in s, "ab" < "b", "a" * 3, 3 * "ab", "a" "b", "x" + "y", "abc" == 'abc', "a" != "b")
print(repr("it's"), repr('a"b'), repr("a'b\"c"), repr("\n\t\\"), repr("\x00\x7f"), repr("é"), ascii("a") if True else "", str(None), str(1.0), repr("x"))
print("%s|%5s|%-5s|%05d|%+d|%x|%X|%o|%.2f|%8.3f|%e|%g|%%|%r|%c" % ("a", "b", "c", 42, 7, 255, 255, 8, 3.14159, 2.5, 12345.678, 0.0001, "q", "z"))
print("%(a)s-%(b)03d" % {"a": 1, "b": 2}, "%s" % [1, 2], "%s %s" % (1, (2,)), "%*d" % (5, 3), "%#x" % 255, "%s" % None, "%i" % 3.7, "%.3s" % "abcdef", "% d" % 5)
print("{} {}".format(1, 2), "{1} {0}".format("a", "b"), "{a} {b!r}".format(a=1, b="x"), "{0[1]} {1[k]} {2.real}".format([1, 2], {"k": "v"}, 3), "{:>5}|{:<5}|{:^5}".format(1, 2, 3), "{{}}".format(), "{:{}}".format("x", 5), "{:{w}.{p}f}".format(3.14159, w=8, p=2))
print(f"{1 + 1} {'a'!r} {3.14159:.2f} {42:5d}| {42:<5}| {42:^5}| {42:+} {1000000:,} {1000000:_} {255:x} {255:#x} {255:08b} {0.5:%} {1e10} {1e10:g} {12345.678:e}")
print(f"{'a':>3}{'b':<3}{'c':^3}{'d':*^5}", f"{True}", f"{None}", f"{[1, 'a']}", f"{ {'k': 1} }", f"{1:03}", f"{-1:03}", f"{3.0}", f"{1/3:.3}", f"{1e-10:.3}", f"{123456789.0:.3}", f"{100:.1f}", f"{5:c}" == "\x05")
x, w = 10, 6
print(f"{x=}", f"{x = }", f"{x!s:>5}", f"{x:{w}}|", f"{x:<{w}}|", f"{'nested ' + f'{x}'}", f"{x:>{w}.2f}", f"{(lambda y: y * 2)(x)}")
print(f"{x if x > 5 else 0}", f"{{literal}}", f"{'quotes'}" f" joined", f"a\tb", rf"a\t{x}", f"{x:,.2f}", f"{1234567.891:,.1f}", f"{x!r:^6}|")
print(f"{1234.5:010.2f}", f"{-3:=+5}", f"{3:= 5}", f"{'x':05}" if False else "", f"{12:o}", f"{12:X}", f"{-12:b}", f"{3:.2%}", f"{float('inf')}", f"{float('nan'):.2f}", f"{1:e}", f"{0:.0f}", f"{2.5:.0f}", f"{1e16:f}")


class F:
    def __format__(self, spec):
        return f"F<{spec}>"

    def __str__(self):
        return "str"

    def __repr__(self):
        return "repr"


print(f"{F()}", f"{F():abc}", f"{F()!s}", f"{F()!r:>6}", "{:q}".format(F()), "%s %r" % (F(), F()), str(F()), [F()], format(F(), "z"))
print("a,b;c".translate(str.maketrans(",;", "..")), "abc".translate({97: None, 98: "B"}), "abc".translate(str.maketrans({"a": "1"})), "abc".translate(str.maketrans("a", "x", "c")))
print("abc".encode(), b"abc".decode(), b"ab" + b"c", b"abc"[0], b"abc"[1:], list(b"ab"), b"\x00\xff", b"a" in b"abc", "é".encode("utf-8"), bytes([1, 2]), bytes(2), b"x".hex(), b"a b".split())
print("""multi
line""", 'single \
continued', r"raw\n", "tab\there", "\u00e9", "\N{BULLET}" if False else "", "\x41", "\101")


class S(str):
    def shout(self):
        return self.upper() + "!"


t = S("abc")
print(t, t.shout(), t + "d", type(t + "d").__name__, t == "abc", {"abc": 1}[t], isinstance(t, str), len(t), t[0], "b" in t, f"{t:>5}", repr(t), [t], hash(t) == hash("abc"), "x".join([t, t]), t.startswith("a"))
print("abc" < "abd", max("hello"), sorted("hello"), list("ab"), tuple("ab"), set("aa"), "".join(reversed("abc")), "a-b_c".replace("-", "").replace("_", ""))
print(str(b"x"), str("x"), str([1, "a", None, 1.5, True]), str({"a": [1]}), str((1,)), str(()), str(set()), str(frozenset([1])), str(range(3)), str(range(0, 3, 2)), str(slice(1, None)), str(int), str(...), str(NotImplemented))
print("x".isprintable(), "a{b}c".format(b=1), "{!r}".format("a"), "{0}{0}".format(1), "{:,}".format(1234567), "{:.3}".format("abcdef"), "{:5}|".format("é"))
print("Line1\n" "Line2".strip(), "a b c".title().split()[1], "CamelCase"[0].lower() + "CamelCase"[1:], "key=val".split("=")[1], "model.layers.3.mlp".split(".")[2], ".".join("a.b.c".split(".")[:-1]))
