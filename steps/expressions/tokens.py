r"""Text to tokens: names, numbers, strings with their interpolations, operators, and CUE's comma at a line's end.

Scanning is one loop with an explicit stack for `"\(…)"`, so no text can exhaust Python's stack.
Leaves what the tokens mean together to the parser.
"""

import re
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from steps.expressions.errors import syntax_error
from steps.expressions.limits import NESTING, SOURCE_CHARACTERS
from steps.expressions.literals import Quotes, cook, number

_TOKEN = re.compile(
    r"""
      (?P<space>[ \t\r]+)
    | (?P<newline>\n)
    | (?P<comment>//[^\n]*)
    | (?P<bottom>_\|_)
    | (?P<number>0[xX][0-9a-fA-F_]+ | 0[oO][0-7_]+ | 0[bB][01_]+
        | (?:[0-9][0-9_]*(?:\.[0-9][0-9_]*)?|\.[0-9][0-9_]*)(?:[eE][+-]?[0-9]+)?(?:[KMGTP]i?(?![\w$]))?)
    | (?P<string>\#{0,8}(?:\"\"\"|'''|\"|'))
    | (?P<name>\#?(?:[^\W\d]|\$)[\w$]*)
    | (?P<operator>\.\.\.|=~|!~|==|!=|<=|>=|&&|\|\||[-+*/!<>=|&?:,.()\[\]{}@])
    """,
    re.VERBOSE,
)

_ENDS_A_VALUE = frozenset({"name", "number", "string", "tail", "bottom"})
_CLOSERS = frozenset(")]}")

_STRANGERS = {
    "`": 'write "text" or #"raw text"#',
    ";": "write one field a line, or a comma",
    "%": "write rem(a, b) or mod(a, b)",
    "^": 'write math.Pow(a, b) with the line import "math" first',
    "$": 'write "\\(name)" inside a string to insert a value',
}


class Token(NamedTuple):
    """One token: its kind, its value (a name, number, text or operator) and where it stands in the text."""

    kind: str
    value: Any
    start: int
    end: int


@dataclass(slots=True)
class _OpenString:
    """A string being scanned: its quotes, where its pieces go, and the brackets open in its interpolation."""

    quotes: Quotes
    start: int
    raw: list[str] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    parentheses: int = 0


class _Scanner:
    """The state of one scan."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.tokens: list[Token] = []
        self.strings: list[_OpenString] = []

    def scan(self) -> list[Token]:
        while self.position < len(self.text):
            found = _TOKEN.match(self.text, self.position)
            if found is None:
                stranger = self.text[self.position]
                raise syntax_error(self.text, self.position, f"unexpected character {stranger!r}", _STRANGERS.get(stranger, ""))
            self.position = found.end()
            self._take(found.lastgroup or "", found)
        if self.strings:
            raise syntax_error(self.text, self.strings[-1].start, 'the interpolation "\\(" of this string is not closed')
        self.tokens.append(Token("end", "", len(self.text), len(self.text)))
        return self.tokens

    def _take(self, kind: str, found: re.Match[str]) -> None:
        start, end, value = found.start(), found.end(), found.group()
        match kind:
            case "space" | "comment":
                return
            case "newline":
                self._newline(start)
            case "string":
                self._open(value, start)
            case "number":
                self.tokens.append(Token(kind, number(self.text, start, value), start, end))
            case "operator" if self.strings and value in "()":
                self._parenthesis(value, start, end)
            case _:
                self.tokens.append(Token(kind, value, start, end))

    def _newline(self, start: int) -> None:
        last = self.tokens[-1] if self.tokens else None
        if last is not None and (last.kind in _ENDS_A_VALUE or (last.kind == "operator" and last.value in _CLOSERS)):
            self.tokens.append(Token("operator", ",", start, start))

    def _parenthesis(self, value: str, start: int, end: int) -> None:
        string = self.strings[-1]
        if value == "(":
            string.parentheses += 1
        elif string.parentheses:
            string.parentheses -= 1
        else:
            self._piece(string)
            return
        self.tokens.append(Token("operator", value, start, end))

    def _open(self, opening: str, start: int) -> None:
        hashes = opening.count("#")
        quotes = Quotes(opening[hashes:], hashes)
        if quotes.mark.startswith("'"):
            raise syntax_error(self.text, start, "not supported here: single quotes (bytes)", 'write "text" instead')
        if len(self.strings) >= NESTING:
            raise syntax_error(self.text, start, f"strings are nested deeper than {NESTING}")
        string = _OpenString(quotes, start)
        self.strings.append(string)
        self._piece(string)

    def _piece(self, string: _OpenString) -> None:
        """Read on in a string, up to its next interpolation or its end."""
        start = self.position
        found = next((each for each in string.quotes.pattern.finditer(self.text, start) if each.lastgroup != "escape"), None)
        if found is None or found.lastgroup == "newline":
            raise syntax_error(self.text, string.start, "this string is not closed", 'write """ for a text of several lines')
        self.position = found.end()
        string.raw.append(self.text[start : found.start()])
        string.places.append(len(self.tokens))
        interpolates = found.lastgroup == "interpolation"
        kind = ("middle" if string.raw[1:] else "head") if interpolates else ("tail" if string.raw[1:] else "string")
        self.tokens.append(Token(kind, "", start, self.position))
        if not interpolates:
            self.strings.pop()
            for place, cooked in zip(string.places, cook(self.text, string.start, string.quotes, string.raw), strict=True):
                self.tokens[place] = self.tokens[place]._replace(value=cooked)
            self.tokens[string.places[0]] = self.tokens[string.places[0]]._replace(start=string.start)
        else:
            string.parentheses = 0


def tokenize(text: str) -> list[Token]:
    """Return the tokens of a text, the last of kind `end`; raises ExpressionSyntaxError.

    An interpolated string is `head`, the tokens of the expression, `middle`, …, `tail`; others are `string`.
    """
    if len(text) > SOURCE_CHARACTERS:
        raise syntax_error(text, 0, f"the expression has {len(text)} characters; at most {SOURCE_CHARACTERS} are accepted")
    return _Scanner(text).scan()
