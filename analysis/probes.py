"""Failing probes: which of the three failed in which container, what the kubelet said, and whether the port is declared."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from analysis.facts import ContainerView, EventView, Facts, ids
from analysis.kubectl import kubectl, target
from analysis.paths import at, mapping, mappings, number, text
from analysis.pulls import shorten
from analysis.rule import Hit
from analysis.work import workload
from steps.evidence import Fix

Probe = Literal["readiness", "liveness", "startup"]
_SAID = re.compile(r"(readiness|liveness|startup) probe (?:failed|errored)", re.IGNORECASE)
_CONTAINER = re.compile(r"spec\.(?:initContainers|containers)\{([^}]{1,253})\}")


@dataclass(frozen=True, slots=True)
class ProbeFailure:
    """One probe that fails in one container; `event` is the latest of `events`."""

    container: ContainerView
    events: tuple[EventView, ...]
    port: str
    undeclared: bool

    @property
    def event(self) -> EventView:
        """What the kubelet said last."""
        return self.events[-1]


def probe_failures(facts: Facts, probe: Probe) -> Iterator[ProbeFailure]:
    """Containers with `Unhealthy` events of this probe."""
    for view in facts.containers:
        spec = mapping(view.spec, f"{probe}Probe")
        if events := tuple(item for item in facts.events_about(view.pod, "Unhealthy", "ProbeError") if _matches(item, view, probe)):
            port = _port(spec)
            yield ProbeFailure(view, events, port, bool(port) and port not in declared_ports(view))


def declared_ports(view: ContainerView) -> frozenset[str]:
    """The ports a container declares, by number and by name."""
    ports = mappings(view.spec, "ports")
    return frozenset({str(number(port, "containerPort")) for port in ports} | {text(port, "name") for port in ports if text(port, "name")})


def probe_hit(facts: Facts, failure: ProbeFailure, probe: Probe, effect: str) -> Hit:
    """A hit for a failing probe."""
    view = failure.container
    said = _SAID.sub("", failure.event.message, count=1).lstrip(": ")
    times = sum(item.count for item in failure.events)
    port = f"; its port {failure.port!r} is not among the declared ports ({', '.join(sorted(declared_ports(view))) or 'none'})"
    return Hit(
        view.pod.about,
        f"the {probe} probe of container {view.name!r} fails{port if failure.undeclared else ''}",
        ids(view.pod, failure.events),
        f"{effect} Seen {times} time{'s' if times > 1 else ''}, last: {shorten(said)}",
        _fixes(facts, failure, probe),
        confidence=0.9,
    )


def _fixes(facts: Facts, failure: ProbeFailure, probe: Probe) -> tuple[Fix, ...]:
    owner, view = workload(facts), failure.container
    look = Fix(
        f"See what container {view.name!r} says while the probe runs.",
        kubectl(view.pod.about.namespace, "logs", view.pod.about.name, "-c", view.name, "--tail=50"),
    )
    where = "the port that the program listens on" if failure.undeclared else "path, port and timings"
    change = Fix(
        f"Correct {where} in {probe}Probe of container {view.name!r}.",
        kubectl(owner.namespace, "edit", target(owner)),
    )
    return (change, look) if failure.undeclared else (look, change)


def _matches(item: EventView, view: ContainerView, probe: Probe) -> bool:
    said = _SAID.search(item.message)
    path = text(item.evidence.data, "involvedObject", "fieldPath") or text(item.evidence.data, "regarding", "fieldPath")
    named = _CONTAINER.fullmatch(path)
    if not said or said[1].lower() != probe:
        return False
    return named[1] == view.name if named else bool(view.spec.get(f"{probe}Probe"))


def _port(spec: object) -> str:
    for kind in ("httpGet", "tcpSocket", "grpc"):
        port = at(spec, kind, "port")
        if isinstance(port, int | str) and not isinstance(port, bool):
            return str(port)
    return ""
