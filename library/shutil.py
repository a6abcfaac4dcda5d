"""Files are neither copied nor removed."""


def which(cmd, mode=1, path=None):
    return None


def rmtree(path, ignore_errors=False, onerror=None):
    pass


def copy(src, dst, **options):
    return dst


copy2 = copyfile = copytree = move = copy
