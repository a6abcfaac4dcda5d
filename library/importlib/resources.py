def files(package):
    from pathlib import Path
    return Path("/" + str(package).replace(".", "/"))
