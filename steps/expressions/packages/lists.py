"""CUE's `list`: sums, searches, slices and sorting, each bounded by the size of what it makes."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from steps.expressions.errors import BadCall
from steps.expressions.functions import Takes, package
from steps.expressions.limits import DATA_NESTING, LIST_ELEMENTS, NODE, Work
from steps.expressions.operators import add, divide, less, multiply
from steps.expressions.values import Value, equal, kind, show

_ASCENDING: dict[str, Value] = {"T": "number | string", "less": "x < y"}
_DESCENDING: dict[str, Value] = {"T": "number | string", "less": "x > y"}
_COMPARABLE = 64


def _numbers(work: Work, values: Sequence[Value]) -> list[int | float]:
    work.charge(NODE * len(values))
    numbers = [value for value in values if isinstance(value, (int, float)) and not isinstance(value, bool)]
    if len(numbers) != len(values):
        stranger = next(value for value in values if kind(value) not in {"int", "float"})
        raise BadCall(f"{show(stranger)} in the list is not a number")
    return numbers


def _some(values: Sequence[int | float]) -> Sequence[int | float]:
    if not values:
        raise BadCall("the list is empty")
    return values


def _sum(work: Work, values: Sequence[Value]) -> Value:
    total: Value = 0
    for number in _numbers(work, values):
        total = add(work, total, number)
    return total


def _product(work: Work, values: Sequence[Value]) -> Value:
    total: Value = 1
    for number in _numbers(work, values):
        total = multiply(work, total, number)
    return total


def _avg(work: Work, values: Sequence[Value]) -> Value:
    numbers = _some(_numbers(work, values))
    mean = divide(work, _sum(work, values), len(numbers))
    return int(mean) if isinstance(mean, float) and mean.is_integer() else mean


def _max(work: Work, values: Sequence[Value]) -> Value:
    return max(_some(_numbers(work, values)))


def _min(work: Work, values: Sequence[Value]) -> Value:
    return min(_some(_numbers(work, values)))


def _contains(work: Work, values: Sequence[Value], wanted: Value) -> bool:
    return any(equal(work, value, wanted) for value in values)


def _concat(work: Work, lists: Sequence[Value]) -> list[Value]:
    result: list[Value] = []
    for each in lists:
        if not isinstance(each, list):
            raise BadCall(f"{show(each)} in the list is not a list")
        work.charge(NODE * (1 + len(each)))
        result.extend(each)
    return result


def _flatten(work: Work, values: Sequence[Value], depth: int) -> list[Value]:
    levels = DATA_NESTING if depth < 0 else min(depth, DATA_NESTING)
    result = list(values)
    for _ in range(levels):
        work.charge(NODE * len(result))
        if not any(isinstance(value, list) for value in result):
            break
        result = _concat(work, [value if isinstance(value, list) else [value] for value in result])
    return result


def _range(work: Work, start: float, limit: float, step: float) -> list[Value]:
    if step == 0:
        raise BadCall("the step is 0")
    result: list[Value] = []
    number: Any = start
    while number < limit if step > 0 else number > limit:
        if len(result) >= LIST_ELEMENTS:
            raise BadCall(f"the range has more than {LIST_ELEMENTS} elements")
        work.charge(NODE)
        result.append(number)
        number = add(work, number, step)
    return result


def _repeat(work: Work, values: Sequence[Value], count: int) -> list[Value]:
    if count < 0:
        raise BadCall(f"the count {count} is negative")
    if len(values) * count > LIST_ELEMENTS:
        raise BadCall(f"the result has more than {LIST_ELEMENTS} elements")
    work.charge(NODE * len(values) * count)
    return [*values] * count if values else []


def _reverse(work: Work, values: Sequence[Value]) -> list[Value]:
    work.charge(NODE * len(values))
    return [*reversed(values)]


def _take(work: Work, values: Sequence[Value], count: int) -> list[Value]:
    return _slice(work, values, 0, min(_natural(count), len(values)))


def _drop(work: Work, values: Sequence[Value], count: int) -> list[Value]:
    return _slice(work, values, min(_natural(count), len(values)), len(values))


def _natural(count: int) -> int:
    if count < 0:
        raise BadCall(f"the count {count} is negative")
    return count


def _slice(work: Work, values: Sequence[Value], start: int, end: int) -> list[Value]:
    if not 0 <= start <= end <= len(values):
        raise BadCall(f"{start} to {end} is not a range within its {len(values)} elements")
    work.charge(NODE * (end - start))
    return list(values[start:end])


def _sorting(work: Work, values: Sequence[Value]) -> None:
    """Refuse what cannot be ordered, and pay for the comparisons of a sort."""
    longest = max((len(value) for value in values if isinstance(value, str)), default=0)
    work.charge(len(values) * max(len(values).bit_length(), 1) * (NODE + longest // _COMPARABLE))
    for one, other in pairwise(values):
        less(work, one, other)


def _sort(work: Work, values: Sequence[Value], comparator: Value) -> list[Value]:
    if comparator not in (_ASCENDING, _DESCENDING):
        raise BadCall("sorting takes list.Ascending or list.Descending; a comparator of your own is not supported here")
    _sorting(work, values)
    if len(values) == 1:
        less(work, values[0], values[0])
    ordered: Any = values  # of one comparable kind, which `less` has just seen to
    return sorted(ordered, reverse=comparator == _DESCENDING)


def _sort_strings(work: Work, values: Sequence[Value]) -> list[Value]:
    texts = [value for value in values if isinstance(value, str)]
    if len(texts) != len(values):
        stranger = next(value for value in values if not isinstance(value, str))
        raise BadCall(f"{show(stranger)} in the list is not a string")
    _sorting(work, values)
    return [*sorted(texts)]


def _unique(work: Work, values: Sequence[Value]) -> bool:
    return not any(equal(work, one, other) for place, one in enumerate(values) for other in values[:place])


_LIST = (Takes.LIST,)
_LIST_INT = (Takes.LIST, Takes.INT)

PACKAGE = package(
    "list",
    {
        "Avg": (_LIST, _avg),
        "Concat": (_LIST, _concat),
        "Contains": ((Takes.LIST, Takes.ANY), _contains),
        "Drop": (_LIST_INT, _drop),
        "FlattenN": (_LIST_INT, _flatten),
        "Max": (_LIST, _max),
        "Min": (_LIST, _min),
        "Product": (_LIST, _product),
        "Range": ((Takes.NUMBER, Takes.NUMBER, Takes.NUMBER), _range),
        "Repeat": (_LIST_INT, _repeat),
        "Reverse": (_LIST, _reverse),
        "Slice": ((Takes.LIST, Takes.INT, Takes.INT), _slice),
        "Sort": ((Takes.LIST, Takes.STRUCT), _sort),
        "SortStrings": (_LIST, _sort_strings),
        "Sum": (_LIST, _sum),
        "Take": (_LIST_INT, _take),
        "UniqueItems": (_LIST, _unique),
    },
    constants={"Ascending": _ASCENDING, "Descending": _DESCENDING},
)
