from triton.language.extra.cann import extension
