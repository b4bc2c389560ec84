"""The functions that CUE has without an import: len, and, or, div, mod, quo, rem, close."""

from collections.abc import Mapping, Sequence
from typing import Any

from steps.expressions.errors import BadCall
from steps.expressions.functions import Function, Takes
from steps.expressions.limits import Work
from steps.expressions.operators import div, mod, quo, rem
from steps.expressions.values import Value, equal, show


def _len(work: Work, value: Any) -> int:
    if isinstance(value, str) and not value.isascii():
        work.charge(len(value))
        return len(value.encode("utf-8", "surrogatepass"))
    return len(value)


def _and(work: Work, values: Sequence[Value]) -> Value:
    if not values:
        raise BadCall("the list is empty, and every value fits nothing")
    for other in values[1:]:
        if not equal(work, values[0], other):
            raise BadCall(f"conflicting values {show(values[0])} and {show(other)}; to join booleans write a && b")
    return values[0]


def _or(work: Work, values: Sequence[Value]) -> Value:
    if not values:
        raise BadCall("the list is empty")
    for other in values[1:]:
        if not equal(work, values[0], other):
            raise BadCall(f"{show(values[0])} or {show(other)} is a choice and no value; to join booleans write a || b")
    return values[0]


def _close(_: Work, value: Value) -> Value:
    return value


_INTS = (Takes.ANY, Takes.ANY)

PREDECLARED: Mapping[str, Function] = {
    function.name: function
    for function in (
        Function("len", (Takes.SIZED,), _len),
        Function("and", (Takes.LIST,), _and),
        Function("or", (Takes.LIST,), _or),
        Function("div", _INTS, div),
        Function("mod", _INTS, mod),
        Function("quo", _INTS, quo),
        Function("rem", _INTS, rem),
        Function("close", (Takes.STRUCT,), _close),
    )
}
"""Functions that need no import, by name."""
