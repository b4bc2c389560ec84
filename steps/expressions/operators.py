"""CUE's operators on values: what each takes, what it gives, and the words when it refuses.

Integers are exact. A float result is computed in decimal and then rounded once, so that 0.1 + 0.2 == 0.3 as in CUE.
Source of the rules: the CUE language specification, and CUE 0.14 where the two differ.
"""

import math
from collections.abc import Callable, Mapping
from decimal import Context, Decimal
from typing import Any, TypeAlias

from steps.expressions import patterns
from steps.expressions.errors import BadCall, TooLarge, TypeMismatch
from steps.expressions.limits import INTEGER_BITS, NODE, Work
from steps.expressions.values import Value, check_integer, equal, kind, show, text_of

Operation: TypeAlias = Callable[[Work, Any, Any], Value]

_NUMBERS = frozenset({int, float})
_INT = frozenset({int})
# As many digits as CUE's own decimals have; without traps, because results are checked for being finite.
_DECIMAL = Context(prec=34, traps=[])
_HINTS = {
    ("string", "*"): 'write strings.Repeat(text, n) with the line import "strings" first',
    ("list", "*"): 'write list.Repeat(l, n) with the line import "list" first',
}
_NULL_HINT = "a value that may be null is tested first, as in x != null && x > 60"
_TEXT_HINT = 'write "\\(x)" to make a number text, or strconv.Atoi(x) to make text a number'


def invalid(sign: str, left: object, right: object, hint: str = "") -> TypeMismatch:
    """Return the error for two operands that an operator does not take, in CUE's words and with a way out."""
    kinds = kind(left), kind(right)
    known = next((_HINTS[each, sign] for each in kinds if (each, sign) in _HINTS), "")
    if not hint and not known:
        hint = _NULL_HINT if "null" in kinds else _TEXT_HINT if "string" in kinds and kinds[0] != kinds[1] else ""
    said = f"invalid operands {show(left)} and {show(right)} to '{sign}' (type {kinds[0]} and {kinds[1]})"
    return TypeMismatch("; ".join(part for part in (said, hint or known) if part))


def _decimal(number: float) -> Decimal:
    if isinstance(number, int):
        return Decimal(check_integer(number))
    return Decimal(repr(number))


def _rounded(result: Decimal, sign: str) -> float:
    number = float(result)
    if not math.isfinite(number):
        raise TooLarge(f"the result of '{sign}' is too large for a number")
    return number


def _both_numbers(sign: str, left: object, right: object) -> None:
    if type(left) not in _NUMBERS or type(right) not in _NUMBERS:
        raise invalid(sign, left, right)


def add(work: Work, left: Any, right: Any) -> Value:
    """Return the sum of two numbers, or two strings or lists joined."""
    if type(left) is int and type(right) is int:
        return check_integer(left + right)
    if isinstance(left, str) and isinstance(right, str):
        work.charge(len(left) + len(right))
        return left + right
    if isinstance(left, list) and isinstance(right, list):
        work.charge(NODE * (len(left) + len(right)))
        return left + right
    _both_numbers("+", left, right)
    return _rounded(_DECIMAL.add(_decimal(left), _decimal(right)), "+")


def subtract(_: Work, left: Any, right: Any) -> Value:
    """Return the difference of two numbers."""
    if type(left) is int and type(right) is int:
        return check_integer(left - right)
    _both_numbers("-", left, right)
    return _rounded(_DECIMAL.subtract(_decimal(left), _decimal(right)), "-")


def multiply(_: Work, left: Any, right: Any) -> Value:
    """Return the product of two numbers."""
    if type(left) is int and type(right) is int:
        if left.bit_length() + right.bit_length() > INTEGER_BITS + 1:
            raise TooLarge(f"the product is larger than {INTEGER_BITS} bits")
        return check_integer(left * right)
    _both_numbers("*", left, right)
    return _rounded(_DECIMAL.multiply(_decimal(left), _decimal(right)), "*")


def divide(_: Work, left: Any, right: Any) -> Value:
    """Return the quotient, always a float, as in CUE."""
    _both_numbers("/", left, right)
    if right == 0:
        raise BadCall(f"division by zero: {show(left)} / {show(right)}")
    return _rounded(_DECIMAL.divide(_decimal(left), _decimal(right)), "/")


def remainder(_: Work, left: float, right: float) -> Value:
    """Return what is left of a division of two numbers that need not be whole."""
    if isinstance(left, int) and isinstance(right, int):
        return check_integer(left) % check_integer(right)
    return _rounded(_DECIMAL.remainder(_decimal(left), _decimal(right)), "remainder")


def _whole(sign: str, left: object, right: object) -> None:
    if type(left) not in _INT or type(right) not in _INT:
        raise invalid(sign, left, right)
    if right == 0:
        raise BadCall(f"division by zero: {sign}({show(left)}, 0)")


def div(_: Work, left: Any, right: Any) -> Value:
    """Return the Euclidean quotient: the one whose remainder is never negative."""
    _whole("div", left, right)
    return check_integer(left // right if right > 0 else -(left // -right))


def mod(_: Work, left: Any, right: Any) -> Value:
    """Return the Euclidean remainder, never negative."""
    _whole("mod", left, right)
    return check_integer(left % abs(right))


def quo(_: Work, left: Any, right: Any) -> Value:
    """Return the quotient cut towards zero, as in Go."""
    _whole("quo", left, right)
    quotient = abs(left) // abs(right)
    return check_integer(quotient if (left < 0) == (right < 0) else -quotient)


def rem(_: Work, left: Any, right: Any) -> Value:
    """Return the remainder of `quo`, with the sign of the left operand."""
    _whole("rem", left, right)
    rest = abs(left) % abs(right)
    return check_integer(-rest if left < 0 else rest)


def _ordered(sign: str, work: Work, left: Any, right: Any) -> None:
    if type(left) in _NUMBERS and type(right) in _NUMBERS:
        return
    if not (isinstance(left, str) and isinstance(right, str)):
        raise invalid(sign, left, right)
    work.charge(min(len(left), len(right)) >> 4)


def less(work: Work, left: Any, right: Any) -> bool:
    """Return left < right, for two numbers or two strings."""
    _ordered("<", work, left, right)
    return bool(left < right)


def less_or_equal(work: Work, left: Any, right: Any) -> bool:
    """Return left <= right."""
    _ordered("<=", work, left, right)
    return bool(left <= right)


def greater(work: Work, left: Any, right: Any) -> bool:
    """Return left > right."""
    _ordered(">", work, left, right)
    return bool(left > right)


def greater_or_equal(work: Work, left: Any, right: Any) -> bool:
    """Return left >= right."""
    _ordered(">=", work, left, right)
    return bool(left >= right)


def equals(work: Work, left: Any, right: Any) -> bool:
    """Return whether two values are equal; two kinds that can never be are refused, null compares with all."""
    return _equals("==", work, left, right)


def differs(work: Work, left: Any, right: Any) -> bool:
    """Return whether two values differ; refuses the same pairs as `equals`."""
    return not _equals("!=", work, left, right)


def _equals(sign: str, work: Work, left: Any, right: Any) -> bool:
    if left is None or right is None:
        return left is right
    kinds = kind(left), kind(right)
    if kinds[0] != kinds[1] and not {"int", "float"}.issuperset(kinds):
        raise invalid(sign, left, right)
    return equal(work, left, right)


def matches(work: Work, left: Any, right: Any) -> bool:
    """Return whether a text contains a match of a regular expression."""
    if not (isinstance(left, str) and isinstance(right, str)):
        raise invalid("=~", left, right)
    return patterns.compiled(right).search(work, left)


def differs_from_pattern(work: Work, left: Any, right: Any) -> bool:
    """Return whether a text contains no match of a regular expression."""
    if not (isinstance(left, str) and isinstance(right, str)):
        raise invalid("!~", left, right)
    return not patterns.compiled(right).search(work, left)


def both(_: Work, left: Any, right: Any) -> bool:
    """Return left && right for two values that are there; the evaluator leaves the right one out where it can."""
    if not (isinstance(left, bool) and isinstance(right, bool)):
        raise invalid("&&", left, right, _bool_hint(left, right))
    return left and right


def either(_: Work, left: Any, right: Any) -> bool:
    """Return left || right, like `both`."""
    if not (isinstance(left, bool) and isinstance(right, bool)):
        raise invalid("||", left, right, _bool_hint(left, right))
    return left or right


def _bool_hint(left: object, right: object) -> str:
    if "string" in {kind(left), kind(right)}:
        return 'compare text with ==, as in x == "true"'
    return "both sides of && and || are true or false; write a comparison"


def not_(value: Any) -> bool:
    """Return the negation of a bool."""
    if isinstance(value, bool):
        return not value
    raise TypeMismatch(f"invalid operand {show(value)} to '!' (type {kind(value)}); it takes true or false")


def positive(value: Any) -> Value:
    """Return a number unchanged; refuses anything else."""
    if type(value) in _NUMBERS:
        return check_integer(value) if isinstance(value, int) else float(value)
    raise TypeMismatch(f"invalid operand {show(value)} to '+' (type {kind(value)}); it takes a number")


def negative(value: Any) -> Value:
    """Return the negative of a number."""
    if type(value) in _NUMBERS:
        return check_integer(-value) if isinstance(value, int) else -value
    raise TypeMismatch(f"invalid operand {show(value)} to '-' (type {kind(value)}); it takes a number")


def interpolated(work: Work, value: object) -> str:
    r"""Return the text that `"\(value)"` stands for."""
    text = text_of(value)
    if text is None:
        hint = "the value was not set" if value is None else 'write json.Marshal(x) with the line import "encoding/json" first'
        raise TypeMismatch(f"cannot write {show(value)} (type {kind(value)}) into a string; {hint}")
    work.charge(len(text))
    return text


BINARY: Mapping[str, Operation] = {
    "||": either,
    "&&": both,
    "==": equals,
    "!=": differs,
    "<": less,
    "<=": less_or_equal,
    ">": greater,
    ">=": greater_or_equal,
    "=~": matches,
    "!~": differs_from_pattern,
    "+": add,
    "-": subtract,
    "*": multiply,
    "/": divide,
}

UNARY: Mapping[str, Callable[[Any], Value]] = {"!": not_, "-": negative, "+": positive}
