Number = (int, float, bool)
Device = _device = object
_int, _float, _bool, _size = int, float, bool, tuple
