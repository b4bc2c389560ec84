"""A place in the tokens of a text: what stands here, what comes next, and how to refuse it with line and column."""

from collections.abc import Sequence
from typing import NoReturn

from steps.expressions.errors import syntax_error
from steps.expressions.limits import NESTING
from steps.expressions.refusals import OPERATORS, WORDS, outside
from steps.expressions.tokens import Token

LEVELS: tuple[frozenset[str], ...] = (
    frozenset({"||"}),
    frozenset({"&&"}),
    frozenset({"==", "!=", "<", "<=", ">", ">=", "=~", "!~"}),
    frozenset({"+", "-"}),
    frozenset({"*", "/"}),
)
"""Operators between two operands, from the loosest to the tightest; all of them group to the left."""

_QUOTED = 30


class Cursor:
    """Where a parser is: the token under it and how deep it is nested."""

    def __init__(self, text: str, tokens: Sequence[Token]) -> None:
        self.text = text
        self.tokens = tokens
        self.place = 0
        self.depth = 0

    @property
    def token(self) -> Token:
        """The token here."""
        return self.tokens[self.place]

    def ahead(self, steps: int = 1) -> Token:
        """Return a later token; the last one is the end."""
        return self.tokens[min(self.place + steps, len(self.tokens) - 1)]

    def take(self) -> Token:
        """Return the token here and go past it."""
        token = self.token
        self.place = min(self.place + 1, len(self.tokens) - 1)
        return token

    def sees(self, *signs: str) -> bool:
        """Return whether one of these operators is here."""
        return self.token.kind == "operator" and self.token.value in signs

    def skips(self, sign: str) -> bool:
        """Go past an operator if it is here, and return whether it was."""
        if self.sees(sign):
            self.take()
            return True
        return False

    def word(self, word: str) -> bool:
        """Return whether this name is here."""
        return self.token.kind == "name" and self.token.value == word

    def refuse(self, message: str, hint: str = "", at: Token | None = None) -> NoReturn:
        """Raise ExpressionSyntaxError for this place, or for another token."""
        raise syntax_error(self.text, (at or self.token).start, message, hint)

    def said(self, token: Token) -> str:
        """Return a token as an error message names it."""
        if token.kind == "end":
            return "the end"
        if token.kind == "operator" and token.start == token.end:
            return "the end of the line"
        return repr(self.text[token.start : min(token.end, token.start + _QUOTED)])

    def closes(self, sign: str, opening: Token) -> None:
        """Go past a closing bracket, or refuse what stands there instead."""
        if not self.skips(sign):
            self.stranger()
            self.refuse(
                f"expected {sign!r} for the {opening.value!r} of column {opening.start + 1}, found {self.said(self.token)}"
                if "\n" not in self.text
                else f"expected {sign!r}, found {self.said(self.token)}"
            )

    def stranger(self) -> None:
        """Refuse by name what stands after a whole value, if this language knows it."""
        token = self.token
        if token.kind == "operator" and token.value in OPERATORS:
            self.refuse(outside(*OPERATORS[token.value]))
        if token.kind == "name" and token.value in WORDS:
            self.refuse(outside(*WORDS[token.value]))
        if token.kind == "operator" and token.value == "!" and self.ahead().value == ":":
            self.refuse(outside("required fields 'name!:'", "write name: value"))
        follows = self.ahead()
        if token.start == token.end and follows.kind == "operator" and any(follows.value in signs for signs in LEVELS):
            self.refuse(f"a line cannot begin with {follows.value!r}", "put it at the end of the line before", at=follows)

    def deeper(self) -> None:
        """Count one more level of nesting; whoever calls takes it off again."""
        self.depth += 1
        if self.depth > NESTING:
            self.refuse(f"the expression is nested deeper than {NESTING}", "take it apart into fields or steps")
