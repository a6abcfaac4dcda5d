from triton.language.extra import ascend, cann, libdevice
