"""The machine of the scenario has an NPU and its driver, and no programs to ask: starting one fails, as where it is not installed."""
PIPE, STDOUT, DEVNULL = -1, -2, -3


class SubprocessError(Exception):
    pass


class CalledProcessError(SubprocessError):
    def __init__(self, returncode, cmd, output=None, stderr=None):
        self.returncode, self.cmd, self.output, self.stderr = returncode, cmd, output, stderr


class TimeoutExpired(SubprocessError):
    def __init__(self, cmd, timeout, output=None, stderr=None):
        self.cmd, self.timeout, self.output, self.stderr = cmd, timeout, output, stderr


class CompletedProcess:
    def __init__(self, args, returncode, stdout=None, stderr=None):
        self.args, self.returncode, self.stdout, self.stderr = args, returncode, stdout, stderr


class Popen:
    def __init__(self, args, *rest, **options):
        program = args if isinstance(args, str) else args[0]
        raise FileNotFoundError(2, f"No such file or directory: '{program}'")


def run(args, **options):
    return Popen(args)


call = check_call = check_output = run


def getstatusoutput(cmd, **options):
    """A shell that does not find the program says so."""
    return 127, f"{cmd}: not found"


def getoutput(cmd, **options):
    return getstatusoutput(cmd)[1]
