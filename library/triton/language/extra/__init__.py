from triton.language.extra import libdevice
from triton.language.extra import ascend, cann
