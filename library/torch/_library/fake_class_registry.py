"""Objects that stand for script objects while a compiler traces: there are none."""


class FakeScriptObject:
    pass
