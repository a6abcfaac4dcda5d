"""Dates, as far as time stamps and durations need them."""
MINYEAR, MAXYEAR = 1, 9999


class timedelta:
    def __init__(self, days=0, seconds=0, microseconds=0, milliseconds=0, minutes=0, hours=0, weeks=0):
        self._seconds = ((weeks * 7 + days) * 24 + hours) * 3600 + minutes * 60 + seconds + milliseconds / 1000 + microseconds / 1000000

    def total_seconds(self):
        return float(self._seconds)

    @property
    def days(self):
        return int(self._seconds // 86400)

    @property
    def seconds(self):
        return int(self._seconds % 86400)

    def __add__(self, other):
        return timedelta(seconds=self._seconds + other._seconds)

    def __sub__(self, other):
        return timedelta(seconds=self._seconds - other._seconds)

    def __mul__(self, factor):
        return timedelta(seconds=self._seconds * factor)

    __rmul__ = __mul__

    def __truediv__(self, other):
        return self._seconds / other._seconds if isinstance(other, timedelta) else timedelta(seconds=self._seconds / other)

    def __eq__(self, other):
        return isinstance(other, timedelta) and self._seconds == other._seconds

    def __lt__(self, other):
        return self._seconds < other._seconds

    def __le__(self, other):
        return self._seconds <= other._seconds

    def __gt__(self, other):
        return self._seconds > other._seconds

    def __ge__(self, other):
        return self._seconds >= other._seconds

    def __hash__(self):
        return hash(self._seconds)

    def __repr__(self):
        return f"datetime.timedelta(seconds={self._seconds})"


class timezone:
    def __init__(self, offset, name=None):
        self._offset = offset


timezone.utc = UTC = timezone(timedelta(0))


class date:
    def __init__(self, year, month, day):
        self.year, self.month, self.day = year, month, day

    @classmethod
    def today(cls):
        return cls(2023, 11, 14)

    def isoformat(self):
        return f"{self.year:04d}-{self.month:02d}-{self.day:02d}"

    def strftime(self, format):
        from time import strftime
        return strftime(format)

    __str__ = isoformat


class datetime(date):
    def __init__(self, year, month, day, hour=0, minute=0, second=0, microsecond=0, tzinfo=None):
        super().__init__(year, month, day)
        self.hour, self.minute, self.second, self.microsecond, self.tzinfo = hour, minute, second, microsecond, tzinfo

    @classmethod
    def now(cls, tz=None):
        return cls(2023, 11, 14, 22, 13, 20, 0, tz)

    utcnow = now

    def timestamp(self):
        return 1700000000.0

    def isoformat(self, sep="T"):
        return f"{date.isoformat(self)}{sep}{self.hour:02d}:{self.minute:02d}:{self.second:02d}"

    def __str__(self):
        return self.isoformat(" ")

    def __sub__(self, other):
        return timedelta(0)
