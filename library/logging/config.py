def dictConfig(config):
    pass


def fileConfig(fname, **options):
    pass
