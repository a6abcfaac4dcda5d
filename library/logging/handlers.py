from . import FileHandler, Handler


class RotatingFileHandler(FileHandler):
    pass


class QueueHandler(Handler):
    def __init__(self, queue):
        super().__init__()
