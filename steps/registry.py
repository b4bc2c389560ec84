"""Step types: a function, a parameter model and a one-line help, found by name.

A step type is one file: the decorator gives the name, the first docstring line the help, the annotation the schema. Whole packages are
scanned (`Registry.of_package`), so adding a type edits nothing else. Teams add their own through the entry point group
`promptops.step_types` (each entry names a module); that is trusted code.
"""

import importlib
import inspect
import pkgutil
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from types import MappingProxyType, ModuleType
from typing import Annotated, Any, Self, get_type_hints

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from steps.context import StepContext
from steps.errors import PromptOpsError
from steps.model.outcome import Outcome, Values
from steps.nearest import nearest

ENTRY_POINTS = "promptops.step_types"


class Parameters(BaseModel):
    """The base of every step type's parameters: KubeVela's camelCase names on the wire, unknown ones refused.

    Use `SecretStr` for values that must be sealed, `ClusterName` for cluster names, `Duration` for Go durations.
    """

    model_config = ConfigDict(
        alias_generator=to_camel,
        validate_by_name=False,
        validate_by_alias=True,
        frozen=True,
        extra="forbid",
        strict=True,
    )


class ClusterMark:
    """Marks a parameter as the name of a cluster, so that validation can check it."""


ClusterName = Annotated[str, ClusterMark()]

Run = Callable[[StepContext, Any], Awaitable[Outcome]]
Reread = Callable[[StepContext, Any], Awaitable[Values]]


@dataclass(slots=True, eq=False)
class StepType:
    """A step type. `repeatable` says that running it again after a crash does no harm; otherwise the run suspends and asks.

    `reread` gives fresh values for `outputs` when the step timed out, without writing anything.
    """

    name: str
    run: Run
    parameters: type[Parameters]
    repeatable: bool
    help: str
    documentation: str
    reread: Reread | None = field(default=None)

    async def __call__(self, ctx: StepContext, params: Any) -> Outcome:
        """Execute once."""
        return await self.run(ctx, params)

    def rereads(self, function: Reread) -> Reread:
        """Decorator: `function` reads what the step's outputs need, after a time-out."""
        self.reread = function
        return function

    def schema(self) -> dict[str, Any]:
        """The JSON Schema of the parameters, by their wire names."""
        return self.parameters.model_json_schema(by_alias=True)


def step_type(name: str, *, repeatable: bool) -> Callable[[Run], StepType]:
    """Make a step type of an async function `(ctx, params) -> Outcome` whose `params` is annotated with its `Parameters`."""

    def decorate(function: Run) -> StepType:
        names = list(inspect.signature(function).parameters)
        parameters = get_type_hints(function)[names[1]]
        documentation = inspect.cleandoc(function.__doc__ or "")
        return StepType(name, function, parameters, repeatable, documentation.partition("\n")[0], documentation)

    return decorate


class Registry(Mapping[str, StepType]):
    """Step types by name."""

    def __init__(self, types: Iterable[StepType]) -> None:
        found: dict[str, StepType] = {}
        for item in types:
            if item.name in found:
                raise PromptOpsError(f"step type {item.name!r} is defined twice; rename one of the two")
            found[item.name] = item
        self._types = MappingProxyType(dict(sorted(found.items())))

    @classmethod
    def of_package(cls, package: ModuleType, *, installed: bool = False) -> Self:
        """The types of every module in a package; with `installed`, also those of the entry points."""
        modules = [importlib.import_module(f"{package.__name__}.{item.name}") for item in pkgutil.iter_modules(package.__path__)]
        if installed:
            modules += [entry.load() for entry in entry_points(group=ENTRY_POINTS)]
        return cls(value for module in modules for value in vars(module).values() if isinstance(value, StepType))

    def __getitem__(self, name: str) -> StepType:
        return self._types[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._types)

    def __len__(self) -> int:
        return len(self._types)

    def hint(self, name: str) -> str:
        """The nearest known name, as the end of an error message."""
        return nearest(name, self._types)
