"""Nested lists, tuples and dicts as trees."""


class TreeSpec:
    def __init__(self, kind, keys, children):
        self.kind, self.keys, self.children = kind, keys, children


class LeafSpec(TreeSpec):
    def __init__(self): super().__init__(None, None, [])


def tree_flatten(tree, is_leaf=None):
    if (is_leaf is None or not is_leaf(tree)) and type(tree) in (list, tuple, dict):
        keys = list(tree) if isinstance(tree, dict) else None
        leaves, specs = [], []
        for child in tree.values() if isinstance(tree, dict) else tree:
            inner, spec = tree_flatten(child, is_leaf)
            leaves.extend(inner)
            specs.append(spec)
        return leaves, TreeSpec(type(tree), keys, specs)
    return [tree], LeafSpec()


def _build(leaves, spec):
    if spec.kind is None:
        return next(leaves)
    children = [_build(leaves, child) for child in spec.children]
    return dict(zip(spec.keys, children)) if spec.kind is dict else spec.kind(children)


def tree_unflatten(leaves, treespec): return _build(iter(leaves), treespec)
def tree_leaves(tree, is_leaf=None): return tree_flatten(tree, is_leaf)[0]


def tree_map(function, tree, *rest, is_leaf=None):
    leaves, spec = tree_flatten(tree, is_leaf)
    others = [tree_leaves(t, is_leaf) for t in rest]
    return tree_unflatten([function(*each) for each in zip(leaves, *others)], spec)


def tree_map_only(kind, function, tree, is_leaf=None):
    return tree_map(lambda x: function(x) if isinstance(x, kind) else x, tree, is_leaf=is_leaf)


def tree_any(predicate, tree, is_leaf=None): return any(predicate(x) for x in tree_leaves(tree, is_leaf))
def tree_all(predicate, tree, is_leaf=None): return all(predicate(x) for x in tree_leaves(tree, is_leaf))
def register_pytree_node(*args, **kwargs): pass
