from torch._names import default_generator, get_rng_state, initial_seed, manual_seed, seed, set_rng_state
from torch._stream import Inert


def fork_rng(*args, **kwargs): return Inert()
