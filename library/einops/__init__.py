"""einops on tensors: a reshape that splits, a permute, a reduction or an expansion, a reshape that merges; each only where it does something."""
import torch
from einops import layers


class EinopsError(RuntimeError):
    pass


def _parse(side):
    """"b (h d) ... 1" as a list of groups: lists of names; "..." and "1" are names of their own."""
    groups, inside = [], None
    for token in side.replace("(", " ( ").replace(")", " ) ").replace("\u2026", "...").split():
        if token == "(":
            if inside is not None:
                raise EinopsError(f"brackets inside of brackets are not allowed: {side}")
            inside = []
        elif token == ")":
            if inside is None:
                raise EinopsError(f"brackets are not balanced: {side}")
            groups.append(inside)
            inside = None
        elif inside is not None:
            inside.append(token)
        else:
            groups.append([token])
    if inside is not None:
        raise EinopsError(f"brackets are not balanced: {side}")
    return groups


def _open_dots(groups, count):
    """`...` becomes that many axes of their own; inside brackets, part of the group."""
    dots = [f".{i}" for i in range(count)]
    result = []
    for group in groups:
        if group == ["..."]:
            result.extend([d] for d in dots)
        elif "..." in group:
            at = group.index("...")
            result.append(group[:at] + dots + group[at + 1:])
        else:
            result.append(group)
    return result


def _sizes(tensor, left, lengths, pattern):
    """The length of every axis on the left."""
    sizes = dict(lengths)
    for group, length in zip(left, tensor.shape):
        known, unknown = 1, None
        for axis in group:
            if axis == "1":
                continue
            if axis.isdigit():
                known = known * int(axis)
            elif axis in sizes:
                known = known * sizes[axis]
            elif unknown is None:
                unknown = axis
            else:
                raise EinopsError(f"the lengths of `{unknown}` and `{axis}` in `{pattern}` cannot both be inferred")
        if unknown is not None:
            sizes[unknown] = length // known
        elif not known == length:
            raise EinopsError(f"shape mismatch in `{pattern}`: {length} is not {known}")
    return sizes


def _length(axis, sizes):
    return sizes[axis] if axis in sizes else int(axis)


def _product(group, sizes):
    length = 1
    for axis in group:
        length = length * _length(axis, sizes)
    return length


def _apply(tensor, pattern, lengths, reduction=None):
    if isinstance(tensor, (list, tuple)):
        tensor = torch.stack(list(tensor))
    if pattern.count("->") != 1:
        raise EinopsError(f"`{pattern}` has no `->`")
    left, right = [_parse(side) for side in pattern.split("->")]
    dots = tensor.dim() - sum(group != ["..."] for group in left)
    if dots < 0 or (dots > 0 and ["..."] not in left):
        raise EinopsError(f"a tensor of {tensor.dim()} axes does not fit `{pattern}`")
    left, right = _open_dots(left, dots), _open_dots(right, dots)
    sizes = _sizes(tensor, left, lengths, pattern)

    axes = [axis for group in left for axis in group if axis != "1"]
    if any(len(group) != 1 or group == ["1"] for group in left):
        tensor = tensor.reshape([_length(axis, sizes) for axis in axes])
    wanted = [axis for group in right for axis in group if axis != "1"]
    kept = [axis for axis in wanted if axis in axes]
    dropped = [axis for axis in axes if axis not in wanted]
    if dropped and reduction is None:
        raise EinopsError(f"`{dropped[0]}` is only on the left of `{pattern}`")
    order = [axes.index(axis) for axis in kept + dropped]
    if order != list(range(len(order))):
        tensor = tensor.permute(order)
    if dropped:
        tensor = _reduce(tensor, reduction, tuple(range(len(kept), len(order))))
    added = [axis for axis in wanted if axis not in axes]
    if added:
        for i, axis in enumerate(wanted):
            if axis not in axes:
                tensor = tensor.unsqueeze(i)
        tensor = tensor.expand([_length(axis, sizes) if axis in added else -1 for axis in wanted])
    if any(len(group) != 1 or group == ["1"] for group in right):
        tensor = tensor.reshape([_product(group, sizes) for group in right])
    return tensor


def _reduce(tensor, reduction, axes):
    if callable(reduction):
        return reduction(tensor, axes)
    if reduction == "max":
        return tensor.amax(axes)
    if reduction == "min":
        return tensor.amin(axes)
    if reduction == "prod":
        for axis in sorted(axes, reverse=True):
            tensor = tensor.prod(axis)
        return tensor
    return getattr(tensor, reduction)(axes)


def rearrange(tensor, pattern, **axes_lengths): return _apply(tensor, pattern, axes_lengths)
def repeat(tensor, pattern, **axes_lengths): return _apply(tensor, pattern, axes_lengths)
def reduce(tensor, pattern, reduction, **axes_lengths): return _apply(tensor, pattern, axes_lengths, reduction)


def einsum(*tensors_and_pattern):
    *tensors, pattern = tensors_and_pattern
    letters = {}

    def short(side):
        return "".join("..." if name == "..." else letters.setdefault(name, "abcdefghijklmnopqrstuvwxyz"[len(letters)]) for name in side.split())

    left, right = pattern.split("->")
    return torch.einsum(",".join(short(side) for side in left.split(",")) + "->" + short(right), *tensors)


def parse_shape(x, pattern):
    return {group[0]: length for group, length in zip(_parse(pattern), x.shape) if group[0] != "_"}


def asnumpy(tensor): return tensor
