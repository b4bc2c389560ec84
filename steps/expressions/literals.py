"""What the text of a number or of a string literal stands for: suffixes, escapes, indentation of `\"\"\"` texts."""

import math
import re
from dataclasses import dataclass
from functools import lru_cache

from steps.expressions.errors import ExpressionSyntaxError, syntax_error
from steps.expressions.limits import INTEGER_BITS

_DIGITS = 320  # more than INTEGER_BITS needs, and far below where Python's int() becomes slow
_SUFFIX = {unit: 1000 ** (power + 1) for power, unit in enumerate("KMGTP")} | {
    f"{unit}i": 1024 ** (power + 1) for power, unit in enumerate("KMGTP")
}
_ESCAPES = {
    "a": "\a",
    "b": "\b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
    "/": "/",
    "\\": "\\",
    '"': '"',
}
_LAST_CODE_POINT = 0x10FFFF
_SURROGATES = range(0xD800, 0xE000)


@dataclass(frozen=True, slots=True)
class Quotes:
    """How a string is quoted: its mark (one or three quotes) and the number of `#` before it."""

    mark: str
    hashes: int

    @property
    def pattern(self) -> re.Pattern[str]:
        """What ends a piece of the string: an interpolation, the closing quotes, or a newline where none may be."""
        return _piece_pattern(self.mark, self.hashes)

    @property
    def escape(self) -> re.Pattern[str]:
        r"""An escape sequence: `\n`, or with one `#` around the string `\#n`."""
        return _escape_pattern(self.hashes)


@lru_cache(maxsize=64)
def _piece_pattern(mark: str, hashes: int) -> re.Pattern[str]:
    sharp = "#" * hashes
    newline = r"|(?P<newline>\n)" if len(mark) == 1 else ""
    return re.compile(rf"(?P<interpolation>\\{sharp}\()|(?P<escape>\\{sharp}[^\n])|(?P<end>{re.escape(mark)}{sharp}){newline}")


@lru_cache(maxsize=64)
def _escape_pattern(hashes: int) -> re.Pattern[str]:
    return re.compile(rf"\\{'#' * hashes}(u[0-9a-fA-F]{{4}}|U[0-9a-fA-F]{{8}}|.?)", re.DOTALL)


def number(text: str, start: int, written: str) -> int | float:
    """Return the number that is written at `start`; raises ExpressionSyntaxError with the place."""
    digits = written.replace("_", "")
    if written.endswith("_") or "__" in written:
        raise syntax_error(text, start, f"{written!r} is not a number", "an underscore stands between two digits")
    if len(digits) > _DIGITS:
        raise syntax_error(text, start, f"a number of {len(digits)} characters is too long")
    value = _radix(digits) if digits[:2].lower() in {"0x", "0o", "0b"} else _decimal(text, start, digits)
    if isinstance(value, int) and value.bit_length() > INTEGER_BITS:
        raise syntax_error(text, start, f"the number is too large; integers have at most {INTEGER_BITS} bits")
    if isinstance(value, float) and not math.isfinite(value):
        raise syntax_error(text, start, f"{written} is too large for a number")
    return value


def _radix(digits: str) -> int:
    return int(digits, 0)


def _decimal(text: str, start: int, digits: str) -> int | float:
    if len(digits) > 1 and digits[0] == "0" and digits[1].isdigit():
        raise syntax_error(text, start, f"{digits!r} has a leading zero", "write 0o17 for octal, or leave the zero away")
    unit = digits.lstrip("0123456789.eE+-")
    plain = digits[: len(digits) - len(unit)]
    value = int(plain) if plain.isdigit() else float(plain)
    if not unit:
        return value
    scaled = value * _SUFFIX[unit]
    if math.isfinite(scaled) and scaled == int(scaled):
        return int(scaled)
    raise syntax_error(text, start, f"{digits} is not a whole number")


def cook(text: str, start: int, quotes: Quotes, raw: list[str]) -> list[str]:
    """Return the pieces of a string literal, without indentation and with escapes replaced."""
    pieces = raw if len(quotes.mark) == 1 else _dedent(text, start, raw)

    def unescape(found: re.Match[str]) -> str:
        return _unescape(text, start, found)

    return [quotes.escape.sub(unescape, piece) for piece in pieces]


def _unescape(text: str, start: int, found: re.Match[str]) -> str:
    letter = found.group(1)
    if letter[:1] in {"u", "U"} and len(letter) > 1:
        code = int(letter[1:], 16)
        if code > _LAST_CODE_POINT or code in _SURROGATES:
            raise syntax_error(text, start, f"{found.group()} in this string is not a character")
        return chr(code)
    if letter not in _ESCAPES:
        raise syntax_error(text, start, f"unknown escape {found.group()} in this string", "write \\\\ for a backslash itself")
    return _ESCAPES[letter]


def _dedent(text: str, start: int, raw: list[str]) -> list[str]:
    """Take the closing quotes' indentation off every line, and the first and last line break with it."""
    pieces = [piece.replace("\r\n", "\n") for piece in raw]
    head, _, indent = pieces[-1].rpartition("\n")
    if not pieces[0].startswith("\n"):
        raise _multi_line(text, start, 'the text begins on the line after """')
    if indent.strip(" \t") or "\n" not in pieces[-1]:
        raise _multi_line(text, start, 'the closing """ stand on a line of their own')
    pieces[-1] = head
    cut = [_cut_indent(text, start, piece, indent) for piece in pieces]
    return [cut[0].removeprefix("\n"), *cut[1:]]


def _cut_indent(text: str, start: int, piece: str, indent: str) -> str:
    first, *lines = piece.split("\n")
    for line in lines:
        if not line.startswith(indent) and line.strip(" \t"):
            raise _multi_line(text, start, 'every line is indented at least as far as the closing """')
    return "\n".join([first, *(line[len(indent) :] if line.startswith(indent) else "" for line in lines)])


def _multi_line(text: str, start: int, rule: str) -> ExpressionSyntaxError:
    return syntax_error(text, start, 'this """ text is not well formed', rule)
