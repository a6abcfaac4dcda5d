from packaging.version import Version, parse, InvalidVersion
print(Version("1.10") > Version("1.9"), parse("2.0.0rc1") < parse("2.0.0"), parse("1.0.dev1") < parse("1.0a1"), parse("1.0.post1") > parse("1.0"), str(parse("2.9.0+cpu")), parse("0.17.0rc1").release, parse("1.0") == parse("1.0.0"), parse("2.5").major, parse("2.9.0+cpu").base_version, parse("2.9.0") >= parse("2.9.0.dev0"))
print(parse("1!2.0").epoch, parse("1.0rc1").is_prerelease, repr(parse("v1.2")), parse("1.0+abc") > parse("1.0"), sorted(map(parse, ["1.0", "1.0rc2", "1.0.dev3", "1.0b1"])))
try:
    parse("x.y")
except InvalidVersion as error:
    print(error)
