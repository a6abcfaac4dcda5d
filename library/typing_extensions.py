"""Everything of typing, and what newer versions of Python have there."""
from typing import *  # noqa: F403
from typing import (  # noqa: F401
    TYPE_CHECKING, Annotated, Any, Generic, Protocol, TypeAliasType, TypedDict, TypeGuard, Union, _Form, _subscript_plain, assert_never, cast,
    dataclass_transform, deprecated, final, get_args, get_origin, get_type_hints, is_typeddict, overload, override, runtime_checkable)

TypeIs = _Form("TypeIs", _subscript_plain)
ReadOnly = _Form("ReadOnly", _subscript_plain)
TypeForm = _Form("TypeForm", _subscript_plain)
NoDefault = object()
runtime = runtime_checkable


def get_annotations(obj, **options):
    return dict(getattr(obj, "__annotations__", None) or {})
