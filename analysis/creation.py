"""Pods that the API server refuses to create: what controllers report as `FailedCreate` or `ReplicaFailure`."""

from collections.abc import Iterator
from dataclasses import dataclass

from analysis.facts import Facts, ids
from analysis.paths import condition, number, text
from steps.model.objects import ObjectRef


@dataclass(frozen=True, slots=True)
class Refusal:
    """One refusal, in the API server's words."""

    about: ObjectRef
    message: str
    evidence: tuple[str, ...]


def refusals(facts: Facts) -> Iterator[Refusal]:
    """Refusals that still matter: the latest for every controller that has fewer Pods than it wants."""
    told: set[str] = set()
    for owner in facts.of_kind("ReplicaSet", "StatefulSet", "DaemonSet", "Job", "Deployment"):
        events = facts.events_about(owner, "FailedCreate")
        failure = condition(owner.data, "ReplicaFailure")
        active = text(failure, "status") == "True"
        message = events[-1].message if events else text(failure, "message") if active else ""
        if message and (active or _short_of_pods(facts, owner.data)) and message not in told:
            told.add(message)
            yield Refusal(owner.about, message, ids(owner, events))
    read = {item.about.name for item in facts.objects}
    for event in reversed(facts.events_with("FailedCreate")):
        if event.evidence.about.name not in read and not facts.pods and event.message not in told:
            told.add(event.message)
            yield Refusal(event.evidence.about, event.message, ids(event))


def _short_of_pods(facts: Facts, owner: object) -> bool:
    wanted = number(owner, "spec", "replicas", default=1)
    kind = text(owner, "kind")
    if kind == "DaemonSet":
        return number(owner, "status", "currentNumberScheduled") < number(owner, "status", "desiredNumberScheduled")
    if kind == "Job":
        return not facts.pods
    return number(owner, "status", "replicas") < wanted
