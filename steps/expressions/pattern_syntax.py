r"""The text of a regular expression to its parts: RE2's syntax without Unicode classes and `\Q…\E`.

Leaves matching to `patterns`. What backtracking would need (back-references, look-around) is not in RE2 either.
"""

import re
from dataclasses import dataclass
from enum import Flag, auto
from typing import NoReturn, TypeAlias

from steps.expressions.errors import BadCall
from steps.expressions.limits import NESTING, PATTERN_CHARACTERS, PATTERN_REPEATS
from steps.expressions.values import show

_LAST = 0x10FFFF
_DIGIT = (("0", "9"),)
_WORD = (("0", "9"), ("A", "Z"), ("_", "_"), ("a", "z"))
_SPACE = (("\t", "\n"), ("\f", "\r"), (" ", " "))
_CLASSES = {"d": _DIGIT, "w": _WORD, "s": _SPACE}
_POSIX = {
    "alpha": (("A", "Z"), ("a", "z")),
    "digit": _DIGIT,
    "alnum": (("0", "9"), ("A", "Z"), ("a", "z")),
    "upper": (("A", "Z"),),
    "lower": (("a", "z"),),
    "space": (("\t", "\r"), (" ", " ")),
    "xdigit": (("0", "9"), ("A", "F"), ("a", "f")),
    "word": _WORD,
    "punct": (("!", "/"), (":", "@"), ("[", "`"), ("{", "~")),
}
_CONTROL = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "v": "\v", "a": "\a"}
_HEXADECIMAL = re.compile(r"\{([0-9a-fA-F]{1,6})\}|([0-9a-fA-F]{2})")
_COUNT = re.compile(r"\{(\d{1,4})(?:(,)(\d{1,4})?)?\}")
_GROUP = re.compile(r"\?(?:P?<[A-Za-z_]\w{0,31}>|(?P<on>[imsU]*)(?:-(?P<off>[imsU]+))?(?P<end>[:)]))")


class Position(Flag):
    """What an assertion asks of a place between two characters."""

    TEXT_START = auto()
    TEXT_END = auto()
    LINE_START = auto()
    LINE_END = auto()
    BOUNDARY = auto()
    NO_BOUNDARY = auto()


@dataclass(frozen=True, slots=True)
class Characters:
    """One character out of ranges, or not out of them."""

    ranges: tuple[tuple[str, str], ...]
    negated: bool = False
    any_case: bool = False

    def accepts(self, character: str) -> bool:
        """Return whether the character is one of these."""
        forms = {character, character.lower(), character.upper()} if self.any_case else {character}
        return self.negated != any(low <= form <= high for form in forms for low, high in self.ranges)

    @property
    def only(self) -> str | None:
        """The one character that is accepted, if it is one."""
        (low, high), *more = self.ranges or (("", "-"),)
        return low if low == high and not more and not self.negated and not self.any_case else None


@dataclass(frozen=True, slots=True)
class Assertion:
    r"""A place that has to be somewhere, such as `^` or `\b`."""

    position: Position


@dataclass(frozen=True, slots=True)
class Sequence:
    """One part after the other."""

    parts: "tuple[Part, ...]"


@dataclass(frozen=True, slots=True)
class Alternatives:
    """One of several."""

    parts: "tuple[Part, ...]"


@dataclass(frozen=True, slots=True)
class Repeated:
    """A part between `least` and `most` times; None is without end."""

    part: "Part"
    least: int
    most: int | None


Part: TypeAlias = Characters | Assertion | Sequence | Alternatives | Repeated


@dataclass(frozen=True, slots=True)
class _Modes:
    """What `(?ims)` has switched on."""

    any_case: bool = False
    lines: bool = False
    dot_all: bool = False

    def switched(self, letters: str, *, to: bool) -> "_Modes":
        return _Modes(
            any_case=to if "i" in letters else self.any_case,
            lines=to if "m" in letters else self.lines,
            dot_all=to if "s" in letters else self.dot_all,
        )


def is_word(character: str) -> bool:
    r"""Return whether `\w` accepts this; the empty text before the start and after the end is no word."""
    return character.isascii() and (character.isalnum() or character == "_")


class _Reader:
    """A position in a pattern, and the modes that hold there."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.place = 0
        self.depth = 0
        self.modes = _Modes()

    def refuse(self, reason: str) -> NoReturn:
        raise BadCall(f"the pattern {show(self.text)} is not supported: {reason} (at character {self.place + 1})")

    def next(self) -> str:
        return self.text[self.place : self.place + 1]

    def take(self) -> str:
        character = self.next()
        if not character:
            self.refuse("it ends too early")
        self.place += 1
        return character

    def alternatives(self) -> Part:
        self.depth += 1
        if self.depth > NESTING:
            self.refuse(f"groups are nested deeper than {NESTING}")
        parts = [self.sequence()]
        while self.next() == "|":
            self.place += 1
            parts.append(self.sequence())
        self.depth -= 1
        return parts[0] if len(parts) == 1 else Alternatives(tuple(parts))

    def sequence(self) -> Part:
        parts: list[Part] = []
        while self.next() not in {"", "|", ")"}:
            part = self.atom()
            if part is not None:
                parts.append(self.repeated(part))
        return parts[0] if len(parts) == 1 else Sequence(tuple(parts))

    def repeated(self, part: Part) -> Part:
        bounds = self.bounds()
        if bounds is None:
            return part
        if self.next() == "?":  # lazy: the same question
            self.place += 1
        if self.next() in {"*", "+", "?"} or _COUNT.match(self.text, self.place):
            self.refuse("a repetition of a repetition")
        return Repeated(part, *bounds)

    def bounds(self) -> tuple[int, int | None] | None:
        simple = {"*": (0, None), "+": (1, None), "?": (0, 1)}.get(self.next())
        if simple is not None:
            self.place += 1
            return simple
        found = _COUNT.match(self.text, self.place)
        if found is None:
            return None
        least = int(found[1])
        most = least if found[2] is None else int(found[3]) if found[3] else None
        if max(least, most or 0) > PATTERN_REPEATS or (most is not None and most < least):
            self.refuse(f"the repetition {found[0]}; at most {PATTERN_REPEATS}, the smaller first")
        self.place = found.end()
        return least, most

    def atom(self) -> Part | None:
        if self.next() in {"*", "+", "?"}:
            self.refuse("there is nothing to repeat")
        character = self.take()
        match character:
            case "(":
                return self.group()
            case "[":
                return self.brackets()
            case "\\":
                return self.escape()
            case ".":
                return Characters((), negated=True) if self.modes.dot_all else Characters((("\n", "\n"),), negated=True)
            case "^":
                return Assertion(Position.LINE_START if self.modes.lines else Position.TEXT_START)
            case "$":
                return Assertion(Position.LINE_END if self.modes.lines else Position.TEXT_END)
            case _:
                return self.character(character)

    def character(self, character: str) -> Characters:
        return Characters(((character, character),), any_case=self.modes.any_case)

    def group(self) -> Part | None:
        outer = self.modes
        if self.next() == "?":
            found = _GROUP.match(self.text, self.place)
            if found is None or "U" in (found["on"] or "") + (found["off"] or ""):
                self.refuse("look-around and other (?…) groups; (?:…), (?i), (?m) and (?s) are")
            self.place = found.end()
            if found["end"]:
                self.modes = outer.switched(found["on"], to=True).switched(found["off"] or "", to=False)
            if found["end"] == ")":
                return None
        inner = self.alternatives()
        if self.next() != ")":
            self.refuse("a group is not closed")
        self.place += 1
        self.modes = outer
        return inner

    def escape(self) -> Part:
        letter = self.take()
        position = {
            "A": Position.TEXT_START,
            "z": Position.TEXT_END,
            "b": Position.BOUNDARY,
            "B": Position.NO_BOUNDARY,
        }.get(letter)
        if position is not None:
            return Assertion(position)
        if letter.lower() in _CLASSES:
            return Characters(_CLASSES[letter.lower()], negated=letter.isupper())
        return self.character(self.escaped(letter))

    def escaped(self, letter: str) -> str:
        if letter in _CONTROL:
            return _CONTROL[letter]
        if letter == "x" and (found := _HEXADECIMAL.match(self.text, self.place)):
            self.place = found.end()
            code = int(found[1] or found[2], 16)
            if code <= _LAST:
                return chr(code)
        if letter.isdigit():
            self.refuse(f"the back-reference \\{letter}")
        if letter.isalnum() or not letter.isascii():
            self.refuse(f"the escape \\{letter}")
        return letter

    def brackets(self) -> Characters:
        negated = self.next() == "^"
        self.place += negated
        ranges: list[tuple[str, str]] = []
        first = True
        while first or self.next() != "]":
            first = False
            ranges.extend(self.member())
        self.place += 1
        return Characters(tuple(ranges), negated, self.modes.any_case)

    def member(self) -> tuple[tuple[str, str], ...]:
        if self.text.startswith("[:", self.place):
            name = self.text[self.place + 2 : self.place + 12].partition(":]")[0]
            if name not in _POSIX:
                self.refuse(f"the class [:{name}:]; there are {', '.join(sorted(_POSIX))}")
            self.place += len(name) + 4
            return _POSIX[name]
        low = self.take()
        if low == "\\":
            letter = self.take()
            if letter in _CLASSES:
                return _CLASSES[letter]
            if letter.lower() in _CLASSES:
                return _complement(_CLASSES[letter.lower()])
            low = self.escaped(letter)
        if self.next() != "-" or self.text[self.place + 1 : self.place + 2] in {"", "]"}:
            return ((low, low),)
        self.place += 1
        high = self.take()
        if high == "\\":
            high = self.escaped(self.take())
        if high < low:
            self.refuse(f"the range {low}-{high} is empty")
        return ((low, high),)


def _complement(ranges: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    edges = [-1, *(ord(edge) for both in ranges for edge in both), _LAST + 1]
    gaps = zip(edges[::2], edges[1::2], strict=True)
    return tuple((chr(low + 1), chr(high - 1)) for low, high in gaps if low + 1 <= high - 1)


def read(text: str) -> Part:
    """Return the parts of a pattern; raises BadCall with the place of what is wrong."""
    if len(text) > PATTERN_CHARACTERS:
        raise BadCall(f"the pattern has {len(text)} characters; at most {PATTERN_CHARACTERS} are accepted")
    reader = _Reader(text)
    part = reader.alternatives()
    if reader.next():
        reader.refuse("a closing parenthesis without an opening one")
    return part
