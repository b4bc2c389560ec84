"""The evidence around one object, indexed: what it is, what it owns, what was said about it and when.

Events are matched by uid where both sides know it, else by kind and name, so that the troubles of a former object of the same name are
not blamed on the present one; all of them are kept, because the latest (`BackOff`) often hides the telling one (`FailedMount`).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Self

from analysis.paths import Json, mapping, mappings, moment, number, text
from steps.evidence import Evidence
from steps.model.objects import ObjectRef

UNREAD = "could not be read:"  # how a collector begins the text of evidence that it did not get
WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job")


def same(left: ObjectRef, right: ObjectRef) -> bool:
    """Whether two references name one object; the API version does not matter, and a missing namespace matches any."""
    names = (left.kind.kind, left.name) == (right.kind.kind, right.name)
    return names and (left.namespace == right.namespace or not left.namespace or not right.namespace)


@dataclass(frozen=True, slots=True)
class EventView:
    """One Event object, read; `at` is when it was last seen, in epoch seconds, and `count` how often."""

    evidence: Evidence

    @property
    def id(self) -> str:
        """The evidence id."""
        return self.evidence.id

    @property
    def reason(self) -> str:
        """Its reason, for example `FailedScheduling`."""
        return text(self.evidence.data, "reason")

    @property
    def message(self) -> str:
        """Its message."""
        return text(self.evidence.data, "message") or text(self.evidence.data, "note")

    @property
    def warning(self) -> bool:
        """Whether its type is `Warning`."""
        return text(self.evidence.data, "type") == "Warning"

    @property
    def uid(self) -> str:
        """The uid of the object that it is about, where it says."""
        data = self.evidence.data
        return text(data, "involvedObject", "uid") or text(data, "regarding", "uid")

    @property
    def count(self) -> int:
        """How often it was seen: the series counts where there is one."""
        data = self.evidence.data
        return max(1, number(data, "count"), number(data, "series", "count"), number(data, "deprecatedCount"))

    @property
    def at(self) -> float:
        """When it was last seen: the latest of every stamp that an Event may carry."""
        data = self.evidence.data
        stamps = (
            text(data, "series", "lastObservedTime"),
            text(data, "lastTimestamp"),
            text(data, "deprecatedLastTimestamp"),
            text(data, "eventTime"),
            text(data, "firstTimestamp"),
            text(data, "metadata", "creationTimestamp"),
        )
        return max((value for value in map(moment, stamps) if value is not None), default=self.evidence.at or 0.0)


@dataclass(frozen=True, slots=True)
class ContainerView:
    """One container of one Pod: what was asked (`spec`) and what is (`status`)."""

    pod: Evidence
    spec: Json
    status: Json
    init: bool

    @property
    def name(self) -> str:
        """Its name."""
        return text(self.spec, "name") or text(self.status, "name")

    @property
    def image(self) -> str:
        """The image that was asked for."""
        return text(self.spec, "image") or text(self.status, "image")

    @property
    def waiting(self) -> str:
        """Why it waits, empty when it does not."""
        return text(self.status, "state", "waiting", "reason")

    @property
    def waiting_message(self) -> str:
        """The words with it."""
        return text(self.status, "state", "waiting", "message")

    @property
    def terminated(self) -> Json:
        """How it ended, empty when it has not."""
        return mapping(self.status, "state", "terminated")

    @property
    def last_terminated(self) -> Json:
        """How its previous run ended, empty when there was none."""
        return mapping(self.status, "lastState", "terminated")

    @property
    def running(self) -> bool:
        """Whether it runs now."""
        return bool(mapping(self.status, "state").get("running") is not None)

    @property
    def ready(self) -> bool:
        """Whether it is ready now."""
        return self.status.get("ready") is True

    @property
    def restarts(self) -> int:
        """How often it was restarted."""
        return number(self.status, "restartCount")


@dataclass(frozen=True)
class Facts:
    """Evidence about `subject`; every rule reads from here."""

    subject: ObjectRef
    evidence: tuple[Evidence, ...] = field(default=())

    @classmethod
    def of(cls, subject: ObjectRef, evidence: Iterable[Evidence]) -> Self:
        """Index the evidence around an object."""
        return cls(subject, tuple(evidence))

    @cached_property
    def objects(self) -> tuple[Evidence, ...]:
        """The objects that were read."""
        return tuple(item for item in self.evidence if item.kind == "object" and item.data)

    @cached_property
    def subject_evidence(self) -> Evidence | None:
        """The object asked about, as read; None when it is not among the evidence."""
        return next((item for item in self.objects if same(item.about, self.subject)), None)

    @property
    def item(self) -> Json:
        """The object asked about, an empty mapping when it was not read."""
        return self.subject_evidence.data if self.subject_evidence else {}

    @cached_property
    def pods(self) -> tuple[Evidence, ...]:
        """The Pods."""
        return self.of_kind("Pod")

    @cached_property
    def events(self) -> tuple[EventView, ...]:
        """All events about objects that exist, oldest first; events about former objects of the same name are left out."""
        views = (EventView(item) for item in self.evidence if item.kind == "event" and item.data)
        return tuple(sorted((view for view in views if self._current(view)), key=lambda view: view.at))

    @property
    def looked_around(self) -> bool:
        """Whether anything but the object itself was read."""
        return any(item is not self.subject_evidence and (item.data or item.kind == "log") for item in self.evidence)

    @property
    def unread(self) -> tuple[str, ...]:
        """What could not be read, or was left out, in the collector's words."""
        return tuple(f"{item.source}: {item.text}" for item in self.evidence if item.kind != "log" and not item.data and item.text)

    def of_kind(self, *kinds: str) -> tuple[Evidence, ...]:
        """The objects of some kinds."""
        return tuple(item for item in self.objects if item.about.kind.kind in kinds)

    def events_about(self, item: Evidence, *reasons: str) -> tuple[EventView, ...]:
        """The events about one object, oldest first; with `reasons`, only those."""
        return tuple(view for view in self.events if same(view.evidence.about, item.about) and (not reasons or view.reason in reasons))

    def events_with(self, *reasons: str) -> tuple[EventView, ...]:
        """The events with one of these reasons, about any object."""
        return tuple(view for view in self.events if view.reason in reasons)

    def logs(self, pod: Evidence, container: str) -> tuple[Evidence, ...]:
        """The logs of a container, those of its previous run first."""
        found = [
            item
            for item in self.evidence
            if item.kind == "log" and same(item.about, pod.about) and text(item.data, "container") in {container, ""}
            if not item.text.startswith(UNREAD)
        ]
        return tuple(sorted(found, key=lambda item: item.data.get("previous") is not True))

    @cached_property
    def containers(self) -> tuple[ContainerView, ...]:
        """Every container of every Pod that is not being deleted, init containers first."""
        return tuple(view for pod in self.pods if not text(pod.data, "metadata", "deletionTimestamp") for view in _containers(pod))

    def unscheduled(self) -> tuple[Evidence, ...]:
        """The Pods that have no node."""
        return tuple(
            pod
            for pod in self.pods
            if not text(pod.data, "spec", "nodeName") and text(pod.data, "status", "phase") in {"Pending", ""} and pod.data.get("status")
        )

    def _current(self, view: EventView) -> bool:
        known = [item for item in self.objects if same(item.about, view.evidence.about)]
        if not known:
            kind = view.evidence.about.kind.kind
            return not self.of_kind(kind) or kind not in {"Pod", "ReplicaSet"}
        uids = {uid for item in known if (uid := text(item.data, "metadata", "uid"))}
        return not view.uid or not uids or view.uid in uids


def _containers(pod: Evidence) -> Iterator[ContainerView]:
    for specs, statuses, init in (("initContainers", "initContainerStatuses", True), ("containers", "containerStatuses", False)):
        known = {text(item, "name"): item for item in mappings(pod.data, "status", statuses)}
        for spec in mappings(pod.data, "spec", specs):
            yield ContainerView(pod, spec, known.get(text(spec, "name"), {}), init)


def ids(*groups: Evidence | EventView | Sequence[EventView] | Sequence[Evidence] | None) -> tuple[str, ...]:
    """The evidence ids of what a finding rests on, without repetition, in order."""
    found: dict[str, None] = {}
    for group in groups:
        for item in (group,) if isinstance(group, Evidence | EventView) else group or ():
            found[item.id] = None
    return tuple(found)
