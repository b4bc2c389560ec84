"""What a rule is, and how rules are found: every module of `analysis.rules`, so that a new rule is one new file.

A rule is a generator over `Facts` that yields a `Hit` for everything it recognises. Its help is its first docstring line.
"""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Final

from analysis.facts import Facts
from steps.errors import PromptOpsError
from steps.evidence import Finding, Fix, Severity
from steps.model.objects import ObjectRef

# What follows from any cause that keeps Pods from running: shown below that cause, never beside it.
CONSEQUENCES: Final = ("replicas-unavailable", "progress-deadline-exceeded", "pod-not-ready", "pod-starting")


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that a rule recognised. `title` is a clause that can follow "X cannot start: "; `severity` None takes the rule's."""

    about: ObjectRef
    title: str
    evidence: tuple[str, ...]
    detail: str = ""
    fixes: tuple[Fix, ...] = ()
    confidence: float = 1.0
    severity: Severity | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule. `state` says what the workload does because of it; `explains` names the rules whose findings are its consequences."""

    name: str
    severity: Severity
    state: str
    explains: tuple[str, ...]
    help: str
    hits: Callable[[Facts], Iterator[Hit]]

    def findings(self, facts: Facts) -> Iterator[Finding]:
        """What this rule concludes."""
        for hit in self.hits(facts):
            yield Finding(
                rule=self.name,
                severity=hit.severity or self.severity,
                about=hit.about,
                title=hit.title,
                detail=hit.detail,
                evidence=hit.evidence,
                fixes=hit.fixes,
                confidence=hit.confidence,
                causes=self.explains,
            )


def rule(
    name: str, severity: Severity, state: str = "is not ready", explains: tuple[str, ...] = CONSEQUENCES
) -> Callable[[Callable[[Facts], Iterator[Hit]]], Rule]:
    """Make a rule of a generator over facts."""

    def decorate(function: Callable[[Facts], Iterator[Hit]]) -> Rule:
        return Rule(name, severity, state, explains, inspect.cleandoc(function.__doc__ or "").partition("\n")[0], function)

    return decorate


def rules_of(package: ModuleType) -> dict[str, Rule]:
    """The rules of every module in a package, by name."""
    found: dict[str, Rule] = {}
    for item in pkgutil.iter_modules(package.__path__):
        module = importlib.import_module(f"{package.__name__}.{item.name}")
        for value in vars(module).values():
            if isinstance(value, Rule):
                if value.name in found:
                    raise PromptOpsError(f"rule {value.name!r} is defined twice; rename the one in {module.__name__!r}")
                found[value.name] = value
    return dict(sorted(found.items()))
