"""CUE's `encoding/json`: text to value and back, with fields in the order in which they were written."""

import json
import math
import re
from collections.abc import Mapping
from typing import Any

from steps.expressions.errors import BadCall
from steps.expressions.functions import Takes, package
from steps.expressions.limits import DATA_NESTING, INTEGER_BITS, NODE, Work
from steps.expressions.values import Value, equal, show, weigh

_DIGITS = 320
# Strings are skipped whole, so that brackets inside them do not count.
_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*"?|(?P<open>[\[{])|(?P<close>[\]}])', re.DOTALL)


def _marshal(work: Work, value: Value) -> str:
    weigh(work, value)
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_plain)
    except ValueError as refusal:
        raise BadCall(f"the value has no JSON form: {refusal}") from None
    work.charge(len(text))
    return text


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    raise BadCall(f"{show(value)} has no JSON form")


def _unmarshal(work: Work, text: str) -> Any:
    work.charge(NODE * len(text))
    _check_nesting(text)

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        result = dict(found)
        if len(result) != len(found):
            for name, value in found:
                if not equal(work, value, result[name]):
                    raise BadCall(f"the field {name!r} appears twice with different values")
        return result

    try:
        return json.loads(
            text,
            object_pairs_hook=pairs,
            parse_int=_integer,
            parse_float=_float,
            parse_constant=_constant,
        )
    except json.JSONDecodeError as problem:
        raise BadCall(f"{show(text)} is not JSON: {problem.msg} (line {problem.lineno}, column {problem.colno})") from None


def _check_nesting(text: str) -> None:
    # Python's JSON reader recurses; its own error for this is a RecursionError.
    depth = 0
    for found in _BRACKET.finditer(text):
        depth += 1 if found.lastgroup == "open" else -1 if found.lastgroup == "close" else 0
        if depth > DATA_NESTING:
            raise BadCall(f"the text is nested deeper than {DATA_NESTING}")


def _integer(digits: str) -> int:
    if len(digits) > _DIGITS or int(digits).bit_length() > INTEGER_BITS:
        raise BadCall(f"the number {show(digits)} is too large")
    return int(digits)


def _float(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise BadCall(f"the number {show(digits)} is too large")
    return value


def _constant(name: str) -> float:
    raise BadCall(f"{name} is not JSON")


def _valid(work: Work, text: str) -> bool:
    try:
        _unmarshal(work, text)
    except BadCall:
        return False
    return True


PACKAGE = package(
    "encoding/json",
    {
        "Marshal": ((Takes.ANY,), _marshal),
        "Unmarshal": ((Takes.STRING,), _unmarshal),
        "Valid": ((Takes.STRING,), _valid),
    },
)
