"""Base 64."""
_alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


def b64encode(s, altchars=None):
    made = []
    for i in range(0, len(s), 3):
        chunk = s[i:i + 3]
        number = int.from_bytes(chunk + bytes(3 - len(chunk)), "big")
        digits = [_alphabet[number >> shift & 63] for shift in (18, 12, 6, 0)]
        made.extend(digits[:len(chunk) + 1] + [61] * (3 - len(chunk)))
    return bytes(made)


def b64decode(s, altchars=None, validate=False):
    data = s.encode() if isinstance(s, str) else s
    number = bits = 0
    made = []
    for c in data:
        at = _alphabet.find(bytes([c]))
        if at < 0:
            continue
        number = number << 6 | at
        bits += 6
        if bits >= 8:
            bits -= 8
            made.append(number >> bits & 255)
            number &= (1 << bits) - 1
    return bytes(made)


standard_b64encode = urlsafe_b64encode = encodebytes = b64encode
standard_b64decode = urlsafe_b64decode = decodebytes = b64decode
