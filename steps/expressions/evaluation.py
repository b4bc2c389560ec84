"""Parsing with a memory, and evaluation in the scopes that a workflow has: an `if`, and a `valueFrom`.

Leaves to the engine what is in a scope, the word `always`, and what an error means for the step.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from steps.expressions.compilation import Frame, Run, compiled
from steps.expressions.errors import EvaluationProblem, NotBoolean
from steps.expressions.limits import CACHED_CHARACTERS, CACHED_EXPRESSIONS
from steps.expressions.navigation import descend, root_of
from steps.expressions.parser import parsed
from steps.expressions.syntax import Node, Path, Reference
from steps.expressions.values import Value, kind, show, weigh

_RETURNS = "$returns"


@dataclass(frozen=True, slots=True)
class Expression:
    """A parsed expression; two are equal when they were parsed from the same text in the same way."""

    text: str
    imports_implied: bool
    tree: Node = field(compare=False, repr=False)
    paths: tuple[Path, ...] = field(compare=False, repr=False)
    run: Run = field(compare=False, repr=False)
    slots: int = field(compare=False, repr=False)


def parse(text: str, *, imports_implied: bool = False) -> Expression:
    """Return the expression of a text, remembered for the next time if it is not long.

    With `imports_implied` packages need no import line; KubeVela's `valueFrom` wants one, so the default does too.
    Raises ExpressionSyntaxError with line, column and a hint; nothing else, whatever the text.
    """
    if len(text) > CACHED_CHARACTERS:
        return _parse(text, imports_implied)
    return _remembered(text, imports_implied)


def _parse(text: str, imports_implied: bool) -> Expression:
    tree = parsed(text, imports_implied=imports_implied)
    made = compiled(text, tree)
    return Expression(text, imports_implied, tree, made.paths, made.run, made.slots)


_remembered = lru_cache(maxsize=CACHED_EXPRESSIONS)(_parse)


def evaluate(expression: Expression, scope: Mapping[str, Any]) -> Value:
    """Return the value of an expression; parts of it may be the scope's own objects, so treat it as read-only.

    Raises an EvaluationProblem: Missing, TypeMismatch, BadCall or TooLarge.
    """
    frame = Frame(scope, expression.slots)
    value: Value = expression.run(frame)
    if isinstance(value, (list, dict)) and not isinstance(expression.tree, Reference):
        weigh(frame, value)
    return value


def evaluate_if(expression: Expression, scope: Mapping[str, Any]) -> bool:
    """Return whether the `if` holds; raises NotBoolean for any other value, and what `evaluate` raises."""
    value = expression.run(Frame(scope, expression.slots))
    if value is True or value is False:
        return value
    raise NotBoolean(
        f"invalid if value: {expression.text.strip()!r:.100} gives {show(value)} (type {kind(value)}), "
        "and an if is true or false; write a comparison"
    )


def value_from(expression: Expression, values: Mapping[str, Any], extra: Mapping[str, Any]) -> Value:
    """Return an output's `valueFrom`: names are the step's values first, then `extra` (context and parameter).

    A plain path that fails is tried again as KubeVela does: `output.X` as `output.$returns.X`, then `P` as
    `P.$returns`. Raises what `evaluate` raises, always about the path as written.
    """
    scope = _Layers(values, extra)
    try:
        return evaluate(expression, scope)
    except EvaluationProblem:
        for segments in _fallbacks(expression.tree):
            try:
                found: Value = descend(root_of(scope, segments[0]), segments[1:], (segments[0],))
            except EvaluationProblem:
                continue
            return found
        raise


def _fallbacks(tree: Node) -> Iterator[tuple[Any, ...]]:
    if not isinstance(tree, Reference) or not all(isinstance(each, (str, int)) for each in tree.segments):
        return
    path = (tree.root, *tree.segments)
    if tree.root == "output" and tree.segments:
        yield ("output", _RETURNS, *tree.segments)
    yield (*path, _RETURNS)


def references(expression: Expression) -> tuple[Path, ...]:
    """Return the paths that the expression takes from its scope, each once, with ANY for a computed index.

    Names that the expression binds itself (fields of its structs, `for`) are not among them.
    """
    return expression.paths


class _Layers(Mapping[str, Any]):
    """Two scopes as one, without copying: the first that has a name gives its value."""

    __slots__ = ("_first", "_second")

    def __init__(self, first: Mapping[str, Any], second: Mapping[str, Any]) -> None:
        self._first = first
        self._second = second

    def __getitem__(self, name: str) -> Any:
        return self._first[name] if name in self._first else self._second[name]

    def __iter__(self) -> Iterator[str]:
        yield from self._first
        yield from (name for name in self._second if name not in self._first)

    def __len__(self) -> int:
        return len({*self._first, *self._second})
