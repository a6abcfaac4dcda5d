from triton.language.extra import libdevice
from triton.language.extra.cann import extension
