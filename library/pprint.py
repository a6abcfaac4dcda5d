"""Pretty printing, on one line."""


def pformat(object, indent=1, width=80, depth=None, **options):
    return repr(object)


def pprint(object, stream=None, **options):
    print(repr(object), file=stream)


pp = pprint


class PrettyPrinter:
    def __init__(self, **options):
        pass

    def pformat(self, object):
        return repr(object)

    def pprint(self, object):
        print(repr(object))
