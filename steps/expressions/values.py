"""The values of the language: JSON, with CUE's names for their kinds, CUE's equality and a way to weigh them."""

import json
from collections.abc import Mapping
from types import NoneType
from typing import Any, TypeAlias

from steps.expressions.errors import TooLarge
from steps.expressions.limits import DATA_NESTING, INTEGER_BITS, NODE, Work

Value: TypeAlias = "bool | int | float | str | list[Value] | dict[str, Value] | None"

_KINDS: Mapping[type, str] = {
    NoneType: "null",
    bool: "bool",
    int: "int",
    float: "float",
    str: "string",
    list: "list",
    dict: "struct",
}
_SHOWN = 40
_NAMED = 3
_NUMBERS = (int, float)


def kind(value: object) -> str:
    """Return CUE's name for the kind of a value; a mapping that only looks its values up counts as a struct."""
    known = _KINDS.get(type(value))
    if known is not None:
        return known
    if isinstance(value, Mapping):
        return "struct"
    return next((name for base, name in _KINDS.items() if isinstance(value, base)), type(value).__name__)


def show(value: object) -> str:
    """Return a value as a person writes it, cut to a length that fits an error message."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int():
            return str(value) if value.bit_length() <= INTEGER_BITS else f"an int of {value.bit_length()} bits"
        case str():
            return json.dumps(value if len(value) <= _SHOWN else value[: _SHOWN - 1] + "…", ensure_ascii=False)
        case list():
            return "[]" if not value else f"[… {len(value)} elements]"
        case Mapping():
            names = ", ".join(str(name)[:_SHOWN] for _, name in zip(range(_NAMED), value, strict=False))
            return f"{{{names}{', …' if len(value) > _NAMED else ''}}}"
        case _:
            return repr(value)[:_SHOWN]


def text_of(value: object) -> str | None:
    r"""Return what `"\(value)"` writes, or None for a kind that CUE does not interpolate (null, list, struct)."""
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int():
            check_integer(value)
            return str(value)
        case float():
            return repr(value)
        case _:
            return None


def check_integer(number: int) -> int:
    """Return the integer, or raise TooLarge beyond `INTEGER_BITS`."""
    if number.bit_length() > INTEGER_BITS:
        raise TooLarge(f"an integer of {number.bit_length()} bits is too large; at most {INTEGER_BITS} bits are kept")
    return number


def equal(work: Work, left: Any, right: Any, depth: int = 0) -> bool:
    """Return whether two values are equal in CUE: 1 == 1.0, true != 1, structs whatever their order.

    Values of different kinds are simply unequal here; that `==` itself refuses them is the operator's rule.
    """
    if depth > DATA_NESTING:
        raise TooLarge(f"the values to compare are nested deeper than {DATA_NESTING}")
    work.charge(4 * NODE)  # a comparison takes about four times as long as a look
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, _NUMBERS) and isinstance(right, _NUMBERS):
        return left == right
    if isinstance(left, str) and isinstance(right, str):
        work.charge(len(left) >> 4)
        return left == right
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(equal(work, one, other, depth + 1) for one, other in zip(left, right, strict=True))
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        return len(left) == len(right) and all(name in right and equal(work, one, right[name], depth + 1) for name, one in left.items())
    return left is None and right is None


def weigh(work: Work, value: Any) -> None:
    """Charge for a whole value, written out: shared parts count as often as they appear.

    Without this `{a: [x, x], b: [a, a], c: [b, b], …}` would be small here and gigabytes when somebody writes it.
    """
    pending = [(value, 0)]
    while pending:
        each, depth = pending.pop()
        work.charge(NODE)
        if depth > DATA_NESTING:
            raise TooLarge(f"the value is nested deeper than {DATA_NESTING}")
        if isinstance(each, str):
            work.charge(len(each))
        elif isinstance(each, list):
            work.charge(NODE * len(each))
            pending.extend((element, depth + 1) for element in each)
        elif isinstance(each, Mapping):
            work.charge(NODE * len(each))
            for name, element in each.items():
                work.charge(len(name))
                pending.append((element, depth + 1))
