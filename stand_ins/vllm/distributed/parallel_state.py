"""Other processes are not asked where they run: all ranks are on one node."""


def in_the_same_node_as(pg, source_rank=0):
    return [True] * (pg.size() if isinstance(pg, ProcessGroup) else pg.world_size)


def _node_count(pg):
    return 1
