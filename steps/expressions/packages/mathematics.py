"""CUE's `math`: rounding, powers and roots, with integers kept whole where the result is whole."""

import math
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

from steps.expressions.errors import BadCall, TooLarge
from steps.expressions.functions import Takes, package
from steps.expressions.limits import INTEGER_BITS, Work
from steps.expressions.operators import remainder
from steps.expressions.values import check_integer


def _abs(_: Work, number: float) -> int | float:
    return abs(number)


def _floor(_: Work, number: float) -> int:
    return math.floor(_finite(number))


def _ceil(_: Work, number: float) -> int:
    return math.ceil(_finite(number))


def _trunc(_: Work, number: float) -> int:
    return math.trunc(_finite(number))


def _round(_: Work, number: float) -> int:
    # Half away from zero; Python's round() goes to the even neighbour.
    return int(_decimal(number).to_integral_value(ROUND_HALF_UP))


def _round_to_even(_: Work, number: float) -> int:
    return int(_decimal(number).to_integral_value(ROUND_HALF_EVEN))


def _finite(number: float) -> int | float:
    if isinstance(number, float) and not math.isfinite(number):
        raise BadCall(f"{number} is not a number of JSON")
    return check_integer(number) if isinstance(number, int) else number


def _decimal(number: float) -> Decimal:
    return Decimal(_finite(number))


def _pow(_: Work, base: float, exponent: float) -> int | float:
    if isinstance(base, int) and isinstance(exponent, int) and exponent >= 0:
        if abs(base) > 1 and exponent * (abs(base).bit_length() - 1) > INTEGER_BITS:
            raise TooLarge(f"a power beyond {INTEGER_BITS} bits is too large")
        # Powers of -1, 0 and 1 repeat, so a huge exponent costs nothing.
        return check_integer(base ** (exponent if abs(base) > 1 else min(exponent, 2 + exponent % 2)))
    try:
        power: object = float(base) ** float(exponent)
    except (OverflowError, ZeroDivisionError):
        power = math.inf
    if not isinstance(power, float) or not math.isfinite(power):
        raise BadCall(f"{base} to the power of {exponent} is not a finite real number")
    return power


def _sqrt(_: Work, number: float) -> float:
    if _finite(number) < 0:
        raise BadCall(f"{number} is negative")
    return math.sqrt(number)


def _multiple_of(work: Work, number: float, divisor: float) -> bool:
    if divisor == 0:
        raise BadCall("nothing is a multiple of 0")
    return remainder(work, number, divisor) == 0


_NUMBER = (Takes.NUMBER,)
_NUMBERS = (Takes.NUMBER, Takes.NUMBER)

PACKAGE = package(
    "math",
    {
        "Abs": (_NUMBER, _abs),
        "Ceil": (_NUMBER, _ceil),
        "Floor": (_NUMBER, _floor),
        "MultipleOf": (_NUMBERS, _multiple_of),
        "Pow": (_NUMBERS, _pow),
        "Round": (_NUMBER, _round),
        "RoundToEven": (_NUMBER, _round_to_even),
        "Sqrt": (_NUMBER, _sqrt),
        "Trunc": (_NUMBER, _trunc),
    },
    constants={"E": math.e, "Pi": math.pi},
)
