"""What a function of the language is: its name, what it takes, what it does. The functions are in `packages/`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from steps.expressions.errors import BadCall, TypeMismatch
from steps.expressions.limits import Work
from steps.expressions.values import Value, kind, show


class Takes(Enum):
    """The kinds of value that a parameter accepts, in CUE's words."""

    ANY = "any value"
    NULL = "null"
    BOOL = "a bool"
    INT = "an int"
    NUMBER = "a number"
    STRING = "a string"
    LIST = "a list"
    STRUCT = "a struct"
    SIZED = "a string, list or struct"


_KINDS: Mapping[Takes, frozenset[str]] = {
    Takes.ANY: frozenset({"null", "bool", "int", "float", "string", "list", "struct"}),
    Takes.NULL: frozenset({"null"}),
    Takes.BOOL: frozenset({"bool"}),
    Takes.INT: frozenset({"int"}),
    Takes.NUMBER: frozenset({"int", "float"}),
    Takes.STRING: frozenset({"string"}),
    Takes.LIST: frozenset({"list"}),
    Takes.STRUCT: frozenset({"struct"}),
    Takes.SIZED: frozenset({"string", "list", "struct"}),
}


@dataclass(frozen=True, slots=True)
class Function:
    """A function: `run` gets the budget and the checked arguments, and raises BadCall with the reason alone."""

    name: str
    parameters: tuple[Takes, ...]
    run: Callable[..., Value] = field(compare=False)

    def call(self, work: Work, arguments: Sequence[Value]) -> Value:
        """Return the result; raises TypeMismatch for a kind it does not take, BadCall for a value it refuses."""
        for place, (takes, argument) in enumerate(zip(self.parameters, arguments, strict=True), start=1):
            if kind(argument) not in _KINDS[takes]:
                raise TypeMismatch(f"{self.name} takes {takes.value} as argument {place}, and {show(argument)} is of type {kind(argument)}")
        try:
            return self.run(work, *arguments)
        except BadCall as refusal:
            raise BadCall(f"{self.name}: {refusal}") from None


@dataclass(frozen=True, slots=True)
class Package:
    """An importable package: its import path, its functions and constants by name, and what to say of others."""

    path: str
    functions: Mapping[str, Function]
    constants: Mapping[str, Value] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The name under which an import makes it known: the last part of the path."""
        return self.path.rpartition("/")[2]


def package(
    path: str,
    functions: Mapping[str, tuple[tuple[Takes, ...], Callable[..., Value]]],
    constants: Mapping[str, Value] | None = None,
) -> Package:
    """Return a package from a table of function name to parameters and implementation."""
    short = path.rpartition("/")[2]
    return Package(
        path=path,
        functions={name: Function(f"{short}.{name}", takes, run) for name, (takes, run) in functions.items()},
        constants=constants or {},
    )
