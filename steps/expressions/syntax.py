"""The tree of a parsed expression: frozen, hashable, without positions except where a later error needs one."""

from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias

from steps.expressions.functions import Function


class Wildcard(Enum):
    """Stands in a static path for an index that is only known when the expression runs."""

    ANY = "*"


ANY = Wildcard.ANY

Path: TypeAlias = tuple[str | int | Wildcard, ...]


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant."""

    value: bool | int | float | str | None


@dataclass(frozen=True, slots=True)
class Bottom:
    """`_|_`, which is only allowed next to `==` and `!=`."""

    start: int


@dataclass(frozen=True, slots=True)
class Interpolation:
    r"""`"text \(expression) text"`."""

    parts: "tuple[str | Node, ...]"


@dataclass(frozen=True, slots=True)
class Slice:
    """`[low:high]` after a list."""

    low: "Node | None"
    high: "Node | None"


@dataclass(frozen=True, slots=True)
class Reference:
    """A name and what is selected from it. `hint` is said if it is missing: a dash that was meant as part of a name."""

    root: str
    segments: "tuple[Segment, ...]" = ()
    hint: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Select:
    """A selection from something that is not a name."""

    base: "Node"
    segments: "tuple[Segment, ...]"


@dataclass(frozen=True, slots=True)
class Unary:
    """Signs and negations before an operand, the outermost first."""

    operators: tuple[str, ...]
    operand: "Node"


@dataclass(frozen=True, slots=True)
class Chain:
    """Operands joined by operators of one precedence, from left to right; flat, so that a long sum is not deep."""

    first: "Node"
    rest: "tuple[tuple[str, Node], ...]"


@dataclass(frozen=True, slots=True)
class Presence:
    """`operand != _|_` (expected true) or `operand == _|_` (expected false)."""

    operand: "Node"
    expected: bool


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a known function with the right number of arguments."""

    function: Function
    arguments: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class For:
    """`for name in source`, or `for key, name in source`."""

    key: str | None
    name: str
    source: "Node"


@dataclass(frozen=True, slots=True)
class If:
    """`if condition`."""

    condition: "Node"


@dataclass(frozen=True, slots=True)
class Comprehension:
    """`for …` and `if …` before a `{body}`, as an element of a list."""

    clauses: tuple[For | If, ...]
    body: "Node"


@dataclass(frozen=True, slots=True)
class ListLiteral:
    """`[a, b, if c {d}]`."""

    elements: "tuple[Node | Comprehension, ...]"


@dataclass(frozen=True, slots=True)
class Field:
    """`label: value`; other fields of the struct may refer to it by `name`, which a quoted label does not have."""

    label: "str | Node"
    value: "Node"
    name: str | None
    start: int = field(compare=False)


@dataclass(frozen=True, slots=True)
class StructLiteral:
    """`{a: 1, "b": 2}`."""

    fields: tuple[Field, ...]


Node: TypeAlias = Literal | Bottom | Interpolation | Reference | Select | Unary | Chain | Presence | Call | ListLiteral | StructLiteral

Segment: TypeAlias = str | int | Slice | Node
"""A selected field, a constant index, a slice, or an index that is computed."""
