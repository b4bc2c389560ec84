"""CUE's `strconv`: numbers and booleans to text and back, with Go's rules for what is a number."""

import math
import re

from steps.expressions.errors import BadCall
from steps.expressions.functions import Takes, package
from steps.expressions.limits import Work
from steps.expressions.values import check_integer, show

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_INTEGER = re.compile(r"[+-]?[0-9a-zA-Z]{1,70}")
_FLOAT = re.compile(r"[+-]?(?:[0-9]{1,400}(?:\.[0-9]{0,400})?|\.[0-9]{1,400})(?:[eE][+-]?[0-9]{1,6})?")
_TRUE = frozenset({"1", "t", "T", "true", "TRUE", "True"})
_FALSE = frozenset({"0", "f", "F", "false", "FALSE", "False"})
_BASES = range(2, 37)
_DECIMAL = 10
_SIZES = range(65)
_PREFIXES = {"0x": 16, "0o": 8, "0b": 2}
_NAMED = {"\a": "\\a", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v"}
_LAST_OF_X = 0x80
_LAST_OF_U = 0x10000


def _invalid(text: str, wanted: str) -> BadCall:
    return BadCall(f"{show(text)} is not {wanted}")


def _atoi(work: Work, text: str) -> int:
    return _parse_int(work, text, 10, 64)


def _parse_int(_: Work, text: str, base: int, bits: int) -> int:
    if base != 0 and base not in _BASES:
        raise BadCall(f"base {base} is not 0 or between 2 and 36")
    if bits not in _SIZES:
        raise BadCall(f"a size of {bits} bits is not between 0 and 64")
    if not _INTEGER.fullmatch(text):
        raise _invalid(text, "an integer")
    digits = text.lstrip("+-").lower()
    if base == 0:
        base = _PREFIXES.get(digits[:2], 8 if digits.startswith("0") else 10)
        digits = digits[2:] if digits[:2] in _PREFIXES else digits
    if not digits or any(digit not in _DIGITS[:base] for digit in digits):
        raise _invalid(text, "an integer" if base == _DECIMAL else f"an integer of base {base}")
    value = -int(digits, base) if text.startswith("-") else int(digits, base)
    limit = 1 << ((bits or 64) - 1)
    if not -limit <= value < limit:
        raise BadCall(f"{show(text)} does not fit into {bits or 64} bits")
    return value


def _parse_float(_: Work, text: str, bits: int) -> float:
    if bits not in {32, 64}:
        raise BadCall(f"a size of {bits} bits is neither 32 nor 64")
    if not _FLOAT.fullmatch(text):
        raise _invalid(text, "a number")
    value = float(text)
    if not math.isfinite(value):
        raise BadCall(f"{show(text)} is too large for a number")
    return value


def _parse_bool(_: Work, text: str) -> bool:
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    raise _invalid(text, "a boolean; true, false, 1, 0, t and f are")


def _format_int(_: Work, value: int, base: int) -> str:
    if base not in _BASES:
        raise BadCall(f"base {base} is not between 2 and 36")
    rest = abs(check_integer(value))
    digits = ""
    while rest or not digits:
        rest, digit = divmod(rest, base)
        digits = _DIGITS[digit] + digits
    return f"-{digits}" if value < 0 else digits


def _format_bool(_: Work, value: bool) -> str:
    return "true" if value else "false"


def _quote(work: Work, text: str) -> str:
    work.charge(len(text) * 10)
    return f'"{"".join(_quoted(character) for character in text)}"'


def _quoted(character: str) -> str:
    code = ord(character)
    if character in {'"', "\\"}:
        return f"\\{character}"
    if character in _NAMED:
        return _NAMED[character]
    if character.isprintable():
        return character
    if code < _LAST_OF_X:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < _LAST_OF_U else f"\\U{code:08x}"


PACKAGE = package(
    "strconv",
    {
        "Atoi": ((Takes.STRING,), _atoi),
        "ParseInt": ((Takes.STRING, Takes.INT, Takes.INT), _parse_int),
        "ParseFloat": ((Takes.STRING, Takes.INT), _parse_float),
        "ParseBool": ((Takes.STRING,), _parse_bool),
        "FormatInt": ((Takes.INT, Takes.INT), _format_int),
        "FormatUint": ((Takes.INT, Takes.INT), _format_int),
        "FormatBool": ((Takes.BOOL,), _format_bool),
        "Quote": ((Takes.STRING,), _quote),
    },
)
