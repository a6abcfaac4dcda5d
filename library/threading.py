"""One thread: locks are always free, a thread that is started never runs."""
from _host import unknown as _unknown

TIMEOUT_MAX = 9223372036.0


class Lock:
    def __init__(self):
        self._count = 0

    def acquire(self, blocking=True, timeout=-1):
        self._count += 1
        return True

    def release(self):
        self._count -= 1

    def locked(self):
        return self._count > 0

    def __enter__(self):
        return self.acquire()

    def __exit__(self, *exc_info):
        self.release()


RLock = Lock


class Condition(Lock):
    def __init__(self, lock=None):
        super().__init__()

    def wait(self, timeout=None):
        return True

    def wait_for(self, predicate, timeout=None):
        return True

    def notify(self, n=1):
        pass

    def notify_all(self):
        pass


class Semaphore(Lock):
    def __init__(self, value=1):
        super().__init__()


BoundedSemaphore = Semaphore


class Event:
    def __init__(self):
        self._flag = False

    def is_set(self):
        return self._flag

    def set(self):
        self._flag = True

    def clear(self):
        self._flag = False

    def wait(self, timeout=None):
        return self._flag


class Barrier:
    def __init__(self, parties, action=None, timeout=None):
        self.parties = parties

    def wait(self, timeout=None):
        return 0


class local:
    pass


class Thread:
    def __init__(self, group=None, target=None, name=None, args=(), kwargs=None, *, daemon=None):
        self.name = name or "Thread-1"
        self.daemon = bool(daemon)
        self.ident = 1
        self._target, self._args, self._kwargs = target, args, kwargs or {}

    def start(self):
        pass

    def run(self):
        if self._target is not None:
            self._target(*self._args, **self._kwargs)

    def join(self, timeout=None):
        pass

    def is_alive(self):
        return False


class Timer(Thread):
    def __init__(self, interval, function, args=None, kwargs=None):
        super().__init__()

    def cancel(self):
        pass


_main = Thread(name="MainThread")


def main_thread():
    return _main


current_thread = main_thread


def get_ident():
    return 1


get_native_id = get_ident


def active_count():
    return 1


def enumerate():
    return [_main]
