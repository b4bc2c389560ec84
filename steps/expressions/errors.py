"""What can go wrong with an expression, in words for the person who wrote it.

    ExpressionError
    ├── ExpressionSyntaxError    the text does not parse, or uses what this language leaves out (with line and column)
    ├── PathError                a `from` or `parameterKey` does not parse, or does not fit the value it goes into
    └── EvaluationProblem        it parsed, and this scope gave it no value
        ├── Missing              a name, field or list element is not there
        ├── TypeMismatch         an operator, selector or function met a kind of value it does not take
        ├── NotBoolean           an `if` gave something else than true or false
        ├── BadCall              a function refused its arguments, such as strconv.Atoi("85/100")
        └── TooLarge             a limit of `steps.expressions.limits` was reached

What an error means for a step (skip it, store null, wait) is the engine's decision, not made here.
"""

from collections.abc import Sequence

from steps.expressions.suggestions import did_you_mean

_SAID = 300  # characters; an error is read in a Slack message, whatever the length of the names in it


def _cut(text: str) -> str:
    return text if len(text) <= _SAID else text[: _SAID - 1] + "…"


class ExpressionError(Exception):
    """Anything that keeps an expression or a path from giving a value."""


class ExpressionSyntaxError(ExpressionError):
    """The text is not in the supported language; `line` and `column` count from 1, `hint` says what to write instead."""

    def __init__(self, message: str, line: int, column: int, hint: str = "") -> None:
        super().__init__(message, line, column, hint)
        self.message = _cut(message)
        self.line = line
        self.column = column
        self.hint = _cut(hint)

    def __str__(self) -> str:
        said = f"{self.message} (line {self.line}, column {self.column})"
        return f"{said}; {self.hint}" if self.hint else said


class PathError(ExpressionError):
    """A path does not parse, or leads through a value that has no such place."""


class EvaluationProblem(ExpressionError):  # noqa: N818 - the leaves below are named as the engine's messages read
    """The expression parsed but has no value in this scope."""


class Missing(EvaluationProblem):
    """A reference leads to nothing: `path` as written, `segment` the part that is missing, `keys` what is there instead.

    The text is made only when somebody reads it, because a presence test (`x != _|_`) throws it away.
    """

    def __init__(self, path: str, segment: str | int, where: str, keys: Sequence[str] = (), hint: str = "") -> None:
        super().__init__(path, segment, where)
        self.path = path
        self.segment = segment
        self.where = where
        self.keys = keys
        self.hint = hint

    def __str__(self) -> str:
        suggestion = self.hint or (did_you_mean(self.segment, self.keys) if isinstance(self.segment, str) else "")
        return f"{_cut(self.path)} is missing: {_cut(self.where)}{suggestion and '; ' + _cut(suggestion)}"


class TypeMismatch(EvaluationProblem):
    """A value is of a kind that the operator, selector or function does not take."""


class NotBoolean(EvaluationProblem):
    """An `if` gave a value that is neither true nor false."""


class BadCall(EvaluationProblem):
    """A function refused the value of an argument."""


class TooLarge(EvaluationProblem):
    """A limit on time, memory or size was reached."""


def syntax_error(text: str, offset: int, message: str, hint: str = "") -> ExpressionSyntaxError:
    """Return the error for a place in a text, given as an offset in characters."""
    before = text[:offset]
    return ExpressionSyntaxError(message, before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1, hint)
