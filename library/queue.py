"""Queues in one thread: nothing blocks."""
from collections import deque


class Empty(Exception):
    pass


class Full(Exception):
    pass


class Queue:
    def __init__(self, maxsize=0):
        self.maxsize = maxsize
        self.queue = deque()

    def put(self, item, block=True, timeout=None):
        if 0 < self.maxsize <= len(self.queue):
            raise Full
        self.queue.append(item)

    def get(self, block=True, timeout=None):
        if not self.queue:
            raise Empty
        return self.queue.popleft()

    def put_nowait(self, item):
        self.put(item)

    def get_nowait(self):
        return self.get()

    def empty(self):
        return not self.queue

    def full(self):
        return 0 < self.maxsize <= len(self.queue)

    def qsize(self):
        return len(self.queue)

    def task_done(self):
        pass

    def join(self):
        pass

    def __class_getitem__(cls, parameters):
        return cls


class LifoQueue(Queue):
    def get(self, block=True, timeout=None):
        if not self.queue:
            raise Empty
        return self.queue.pop()


class PriorityQueue(Queue):
    def get(self, block=True, timeout=None):
        if not self.queue:
            raise Empty
        least = min(self.queue)
        self.queue.remove(least)
        return least


SimpleQueue = Queue
