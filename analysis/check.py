"""What an audit check is, and how checks are found: every module of `analysis.checks`.

A check is a function from a `Workload` to a `Result`; its weight is what failing it costs in points of 100. The weights of everything
that a plain, ready `nginx` fails add up to less than 40, so that it stays above the usual gate of 60.
"""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import ModuleType

from analysis.facts import Facts, same
from analysis.kubectl import kubectl, target
from analysis.paths import Json, at, mapping, mappings, number, text
from steps.errors import PromptOpsError
from steps.evidence import Check, Evidence, Fix, Severity
from steps.model.objects import Object, ObjectRef

_SCALED = frozenset({"Deployment", "StatefulSet", "ReplicaSet"})
_TEMPLATES = {
    "Deployment": ("spec", "template"),
    "StatefulSet": ("spec", "template"),
    "DaemonSet": ("spec", "template"),
    "ReplicaSet": ("spec", "template"),
    "Job": ("spec", "template"),
    "CronJob": ("spec", "jobTemplate", "spec", "template"),
    "Pod": (),
}


@dataclass(frozen=True, slots=True)
class Container:
    """One container of a Pod template, with the YAML path to it."""

    name: str
    path: str
    spec: Json
    init: bool


@dataclass(frozen=True, slots=True)
class Workload:
    """What is audited: the object, its Pod template, and the facts around it."""

    ref: ObjectRef
    item: Json
    template: Json
    path: str
    facts: Facts

    @property
    def pod(self) -> Json:
        """The Pod's spec."""
        return mapping(self.template, "spec")

    @property
    def all_containers(self) -> tuple[Container, ...]:
        """Init containers and containers."""
        return tuple(
            Container(text(spec, "name"), f"{self.path}{kind}[{index}]", spec, kind == "initContainers")
            for kind in ("initContainers", "containers")
            for index, spec in enumerate(mappings(self.pod, kind))
        )

    @property
    def containers(self) -> tuple[Container, ...]:
        """The containers that are to keep running."""
        return tuple(item for item in self.all_containers if not item.init)

    @property
    def serves(self) -> bool:
        """Whether it is meant to keep running, other than a Job."""
        return self.ref.kind.kind not in {"Job", "CronJob"}

    @property
    def replicas(self) -> int | None:
        """How many are wanted; None where a kind has no such number."""
        return number(self.item, "spec", "replicas", default=1) if self.ref.kind.kind in _SCALED else None

    def edit(self) -> str:
        """The command that opens its manifest."""
        return kubectl(self.ref.namespace, "edit", target(self.ref))

    def change(self, message: str) -> Fix:
        """A fix in the manifest: which field to set to what."""
        return Fix(message, self.edit())


@dataclass(frozen=True, slots=True)
class Result:
    """What a check found: passed, failed, or None where it does not apply."""

    passed: bool | None
    detail: str
    fix: Fix | None = None


NOT_APPLICABLE = Result(None, "does not apply to this kind")


@dataclass(frozen=True, slots=True)
class CheckType:
    """A check with its name, weight, severity and help."""

    name: str
    weight: int
    severity: Severity
    help: str
    look: Callable[[Workload], Result]

    def run(self, workload: Workload) -> Check:
        """The check on one workload."""
        result = self.look(workload)
        return Check(self.name, result.passed, self.weight, self.severity, result.detail, result.fix)


def check(name: str, weight: int, severity: Severity) -> Callable[[Callable[[Workload], Result]], CheckType]:
    """Make a check of a function from a workload to its result."""

    def decorate(function: Callable[[Workload], Result]) -> CheckType:
        return CheckType(name, weight, severity, inspect.cleandoc(function.__doc__ or "").partition("\n")[0], function)

    return decorate


def checks_of(package: ModuleType) -> dict[str, CheckType]:
    """The checks of every module in a package, the heaviest first."""
    found: dict[str, CheckType] = {}
    for module in (importlib.import_module(f"{package.__name__}.{item.name}") for item in pkgutil.iter_modules(package.__path__)):
        for value in vars(module).values():
            if isinstance(value, CheckType):
                if value.name in found:
                    raise PromptOpsError(f"check {value.name!r} is defined twice; rename the one in {module.__name__!r}")
                found[value.name] = value
    return dict(sorted(found.items(), key=lambda pair: (-pair[1].weight, pair[0])))


def workload_of(item: Object, evidence: Iterable[Evidence]) -> Workload | None:
    """The workload to audit, as the evidence read it last; None for kinds without a Pod template."""
    ref = ObjectRef.of(item)
    if ref.kind.kind not in _TEMPLATES:
        return None
    facts = Facts.of(ref, evidence)
    live = next((found.data for found in facts.objects if same(found.about, ref)), item)
    path = _TEMPLATES[ref.kind.kind]
    return Workload(ref, live, mapping(at(live, *path)) if path else live, ".".join((*path, "spec", "")), facts)


def among(found: Iterable[Container]) -> str:
    """Containers by name: `container 'web'`, `containers 'web', 'log'`."""
    names = [repr(item.name) for item in found]
    return f"container{'s' if len(names) > 1 else ''} {', '.join(names)}"


def every(
    workload: Workload, containers: Iterable[Container], wrong: Callable[[Container], bool], *, good: str, bad: str, fix: str
) -> Result:
    """A check of every container: passed when none is wrong; `bad` follows the names, `fix` follows the YAML path of the first."""
    looked = tuple(containers)
    found = [item for item in looked if wrong(item)]
    if not looked:
        return Result(passed=False, detail="the Pod template names no container", fix=workload.change("Name a container."))
    if not found:
        return Result(passed=True, detail=good)
    return Result(passed=False, detail=f"{among(found)} {bad}", fix=workload.change(f"Set {found[0].path}.{fix}"))
