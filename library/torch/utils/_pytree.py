"""Nested lists, tuples and dicts as trees."""


class TreeSpec:
    def __init__(self, kind, keys, children):
        self.kind, self.keys, self.children = kind, keys, children      # keys: what a registered type calls its context


class MappingKey:
    def __init__(self, key):
        self.key = key


_registered = {}     # type -> how it is taken apart, and put together


def register_pytree_node(cls, flatten_fn, unflatten_fn, **options):
    _registered[cls] = flatten_fn, unflatten_fn


def _dict_flatten(tree): return list(tree.values()), list(tree)


def _dict_flatten_with_keys(tree):
    values, keys = _dict_flatten(tree)
    return [(MappingKey(key), value) for key, value in zip(keys, values)], keys


def _take_apart(tree):
    if type(tree) in _registered:
        return _registered[type(tree)][0](tree)
    return _dict_flatten(tree) if isinstance(tree, dict) else (tree, None)


class LeafSpec(TreeSpec):
    def __init__(self): super().__init__(None, None, [])


def tree_flatten(tree, is_leaf=None):
    if (is_leaf is None or not is_leaf(tree)) and (type(tree) in (list, tuple, dict) or type(tree) in _registered):
        parts, keys = _take_apart(tree)
        leaves, specs = [], []
        for child in parts:
            inner, spec = tree_flatten(child, is_leaf)
            leaves.extend(inner)
            specs.append(spec)
        return leaves, TreeSpec(type(tree), keys, specs)
    return [tree], LeafSpec()


def _build(leaves, spec):
    if spec.kind is None:
        return next(leaves)
    children = [_build(leaves, child) for child in spec.children]
    if spec.kind in _registered:
        return _registered[spec.kind][1](children, spec.keys)
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
