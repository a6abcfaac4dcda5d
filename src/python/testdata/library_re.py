import re

print(re.match(r"(\d+)-(\w+)", "12-ab cd").groups(), re.match(r"\d", "a"), re.search(r"b+", "aabbb").span(), re.fullmatch(r"a*", "aaa"), re.fullmatch(r"a", "ab"))
m = re.search(r"(?P<year>\d{4})-(?P<month>\d\d)(-(?P<day>\d\d))?", "on 2024-05 ok")
print(m.group("year"), m["month"], m.groupdict(), m.group(0, 1), m.start(), m.end("month"), m.group("day"), m.groups("none"), m.string[m.end():])
print(re.findall(r"\d+", "a1b22c333"), re.findall(r"(\w)(\d)", "a1b2"), re.findall(r"(\w)\d", "a1b2"), re.findall(r"x*", "axb"))
print(re.sub(r"\s+", " ", "a  b \t c"), re.sub(r"(\w+) (\w+)", r"\2 \1", "hello world"), re.sub("a", lambda m: m.group().upper(), "banana", count=2))
print(re.sub(r"(?P<x>a)", r"<\g<x>\g<1>\g<0>>", "ba"), re.subn("a", "b", "aaa"), re.sub("", "-", "ab"), re.sub("x*", "-", "abxd"))
print(re.split(r",\s*", "a, b,c"), re.split(r"(,)", "a,b"), re.split(r"\W+", "one two  three", maxsplit=1), re.split("x", ""), re.split(r"", "ab"))
p = re.compile(r"layers\.(\d+)\.", re.IGNORECASE)
print(p.search("model.LAYERS.12.mlp").group(1), p.pattern, p.groups, p.flags & re.I, [m.group() for m in re.finditer(r"[a-c]+", "abxcab")])
print(re.escape("a.b*c[d]-e f"), re.match(re.escape("a.b"), "a.b"), re.compile("a|b"), p)
print(re.findall(r"^\w+", "one\ntwo", re.M), re.findall(r"\w+$", "one\ntwo", re.MULTILINE), re.findall(r"a.b", "a\nb", re.S), re.findall(r"a.b", "a\nb"))
print(re.match(r"(?i)ABC", "abc").group(), re.match(r"""(?x) a  # comment
 b""", "ab").group(), re.search(r"(?<=x)\d+", "ax12").group(), re.search(r"(?<!x)\d+", "x12").group(), re.search(r"a(?!b)", "abac").start())
print(re.match(r"(a+)+b", "aaaab").group(), re.match(r"a{2,3}", "aaaa").group(), re.match(r"a{2,3}?", "aaaa").group(), re.match(r"a*?b", "aab").group(), re.match(r"a{,2}", "aaa").group(), re.match("a{x", "a{x").group())
print(re.match(r"(a)|(b)", "b").groups(), re.match(r"(?:a|ab)(?:c|bcd)(d*)", "abcd").group(), re.match(r"(\w)\1", "aab").group(), re.match(r"(?P<q>['\"]).*?(?P=q)", "'a\"b' c").group())
print(re.match(r"[^\d\s]+", "ab1").group(), re.match(r"[\w.-]+", "a.b-c d").group(), re.match(r"[]a]+", "]a").group(), re.findall(r"\bfoo\b", "foo food foo"), re.findall(r"[a\-z]", "a-z"))
print(re.match(r"\w+", "é_ü1").group(), re.findall(r".", "aé😀"), re.search("b", "éab").start(), re.sub("[éü]", "e", "éxü"))
for bad in ("(", "[a", "*a", "a)", "(?P<n>a)(?P=m)", "\\"):
    try:
        re.compile(bad)
        print("compiled", bad)
    except re.error as e:
        print("error", bad)
for bad in ("(?(5)a|b)", "(?(0)a|b)", "(?(99999999999999999999999)a)"):
    try:
        print(re.match(bad, "a"))
    except re.error:
        print("no such group", bad)
print(re.match("(?:(?(2)a|c)|b){2}(x)?(b)?", "cc").span())
print(bool(re.match("", "")), re.match("a*", "b").span(), re.search(r"\Aab\Z", "ab") is not None, re.match(r"a(?=b)", "ab").end(), re.search("$", "ab\n").start())
print(re.sub(r"^model\.(?!language)", "x.", "model.layers"), re.sub(r"(\d+)", lambda m: str(int(m[1]) * 2), "a1b10"), re.match(r"(?:(?:a{1,2}){2})", "aaaa").group())
print(re.match(r"(x)?(?(1)y|z)", "xy").group(), re.match(r"(x)?(?(1)y|z)", "z").group(), re.fullmatch(r"(?:ab?)+", "abaab").group(), re.match(r"(a|b)*", "abc").groups())
print(re.fullmatch(r"(\d+)\.(\d+)\.(\d+)(?:rc(\d+))?", "0.17.0rc1").groups(), re.match(r"(?s:.)x", "\nx") is not None, re.findall(r"(?:^|,)([^,]*)", "a,,b"))
