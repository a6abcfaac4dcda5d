from triton.language.extra import cann, libdevice
