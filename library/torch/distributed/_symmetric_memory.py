def enable_symm_mem_for_group(name): pass
def is_symm_mem_enabled_for_group(name): return False
