"""Digests that are stable and spread well, but are not those of the named algorithms: programs only compare them here."""
import _host

algorithms_available = {"md5", "sha1", "sha256", "sha512", "blake2b"}


class _Hash:
    block_size = 64

    def __init__(self, name, size, data=b""):
        self.name = name
        self.digest_size = size
        self._state = 1469598103934665603
        self.update(data)

    def update(self, data):
        self._state = _host.digest(self._state, bytes(data))

    def hexdigest(self, length=None):
        return _host.hexadecimal(self._state, 2 * (length or self.digest_size))

    def digest(self, length=None):
        return bytes.fromhex(self.hexdigest(length))

    def copy(self):
        made = _Hash(self.name, self.digest_size)
        made._state = self._state
        return made


def _maker(name, size):
    def make(data=b"", *, usedforsecurity=True, digest_size=size):
        return _Hash(name, digest_size, data)
    return make


md5, sha1, sha224, sha256 = _maker("md5", 16), _maker("sha1", 20), _maker("sha224", 28), _maker("sha256", 32)
sha384, sha512, blake2b, blake2s = _maker("sha384", 48), _maker("sha512", 64), _maker("blake2b", 64), _maker("blake2s", 32)
sha3_256, shake_128 = _maker("sha3_256", 32), _maker("shake_128", 32)


def new(name, data=b"", **options):
    return globals()[name.lower().replace("-", "")](data)
