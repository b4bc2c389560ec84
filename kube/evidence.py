"""The facts around an object, through the ports: itself, what it owns, events, logs of crashing containers. Never a secret value.

Bounded: a workload of a thousand pods gives the same few as one of five, unready ones first. What cannot be read becomes evidence too,
so that a missing permission costs its part and not the whole.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from kube.concurrency import together
from steps.errors import NotFound, StepError
from steps.evidence import Evidence
from steps.model.objects import Kind, Object, ObjectRef
from steps.ports import Clock, ClusterAccess, Clusters
from steps.readiness import DEPLOYMENT, EVENT, POD, pod_ready, pod_trouble, selector_text

REPLICA_SET = Kind("apps/v1", "ReplicaSet")
_WORKLOADS = frozenset({REPLICA_SET, Kind("apps/v1", "StatefulSet"), Kind("apps/v1", "DaemonSet"), Kind("batch/v1", "Job")})
_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much is read: pods and ReplicaSets of a workload, events of an object, lines of a log, requests at once."""

    pods: int = 5
    replica_sets: int = 3
    events: int = 15
    lines: int = 50
    at_once: int = 8


class KubeEvidence:
    """The port `EvidenceSource`. The clock dates objects: they are facts of the moment they were read."""

    def __init__(self, clusters: Clusters, clock: Clock, bounds: Bounds | None = None) -> None:
        self._clusters = clusters
        self._clock = clock
        self._bounds = bounds or Bounds()

    async def collect(self, cluster: str, ref: ObjectRef) -> list[Evidence]:
        """The evidence, the object itself first, then what it owns, events, logs; raises `NotFound` where the object is gone.

        Other errors about the object itself are raised, those about anything around it are told in the evidence.
        """
        access = await self._clusters.get(cluster)
        collection = _Collection(access, self._clock.now(), self._bounds, asyncio.Semaphore(self._bounds.at_once))
        found = await collection.around(ref)
        return [replace(item, id=f"e{number}") for number, item in enumerate(found, 1)]


@dataclass(frozen=True, slots=True)
class _Collection:
    access: ClusterAccess
    now: float
    bounds: Bounds
    slots: asyncio.Semaphore

    async def around(self, ref: ObjectRef) -> list[Evidence]:
        item = await self.access.read(ref)
        notes: list[Evidence] = []
        sets = await self._replica_sets(item, ref, notes) if ref.kind == DEPLOYMENT else []
        pods = [item] if ref.kind == POD else await self._pods(item, ref, sets, notes)
        objects = [item, *sets, *([] if ref.kind == POD else pods)]
        told = await together(*(self._events(other) for other in objects), *(self._logs(pod) for pod in pods))
        return [*(self._object(other) for other in objects), *notes, *(fact for part in told for fact in part)]

    def _object(self, item: Object) -> Evidence:
        about = ObjectRef.of(item)
        return Evidence("", "object", f"{self.access.name}: {about}", about, self.now, data=presentable(item))

    async def _replica_sets(self, deployment: Object, ref: ObjectRef, notes: list[Evidence]) -> list[Object]:
        found = await self._listed(REPLICA_SET, ref, deployment, notes)
        newest = sorted(_owned(found, [deployment]), key=_revision, reverse=True)
        alive = [item for item in newest if (item.get("status") or {}).get("replicas")]
        return [item for item in newest if item in alive or item is newest[0]][: self.bounds.replica_sets]

    async def _pods(self, item: Object, ref: ObjectRef, sets: Sequence[Object], notes: list[Evidence]) -> list[Object]:
        if ref.kind not in _WORKLOADS and ref.kind != DEPLOYMENT:
            return []
        found = _owned(await self._listed(POD, ref, item, notes), [item, *sets])
        chosen = sorted(found, key=lambda pod: (pod_ready(pod), not pod_trouble(pod), str(pod["metadata"]["name"])))[: self.bounds.pods]
        if left := len(found) - len(chosen):
            source = f"{self.access.name}: Pods of {ref}"
            notes.append(Evidence("", "object", source, ref, self.now, text=f"{left} more pods were left out; those not ready came first"))
        return chosen

    async def _listed(self, kind: Kind, ref: ObjectRef, owner: Object, notes: list[Evidence]) -> list[Object]:
        selector = selector_text((owner.get("spec") or {}).get("selector") or {})
        if not selector:
            return []  # an empty selector would list the whole namespace
        try:
            return await self.access.list_objects(kind, ref.namespace, labels=selector)
        except StepError as error:
            source = f"{self.access.name}: {kind.kind}s of {ref}"
            notes.append(Evidence("", "object", source, ref, self.now, text=f"could not be read: {error.message}"))
            return []

    async def _events(self, item: Object) -> list[Evidence]:
        about, uid = ObjectRef.of(item), str(item["metadata"].get("uid", ""))
        source = f"{self.access.name}: events of {about}"
        try:
            async with self.slots:
                # Events about cluster-scoped objects are kept in `default`.
                found = await self.access.list_objects(EVENT, about.namespace or "default", fields=f"involvedObject.uid={uid}")
        except StepError as error:
            return [Evidence("", "event", source, about, text=f"could not be read: {error.message}")]
        latest = sorted(found, key=lambda event: _seconds(event) or 0)[-self.bounds.events :]
        return [Evidence("", "event", source, about, _seconds(event), data=event) for event in latest]

    async def _logs(self, pod: Object) -> list[Evidence]:
        about = ObjectRef.of(pod)
        return [fact for container, previous in crashing(pod) if (fact := await self._log(about, container, previous=previous))]

    async def _log(self, pod: ObjectRef, container: str, *, previous: bool) -> Evidence | None:
        source = f"{self.access.name}: {'previous ' if previous else ''}log of {pod}, container {container!r}"
        try:
            async with self.slots:
                text = await self.access.logs(pod, container=container, previous=previous, lines=self.bounds.lines)
        except NotFound:
            return None  # nothing was written, or it is gone already: the states tell the same
        except StepError as error:
            text = f"could not be read: {error.message}"
        return Evidence("", "log", source, pod, data={"container": container, "previous": previous}, text=text)


def presentable(item: Object) -> Object:
    """The object without managedFields and last-applied copies; of a Secret only its keys."""
    metadata = {key: value for key, value in item["metadata"].items() if key != "managedFields"}
    annotations = {key: value for key, value in (metadata.get("annotations") or {}).items() if key != _LAST_APPLIED}
    metadata = {key: value for key, value in metadata.items() if key != "annotations"} | (
        {"annotations": annotations} if annotations else {}
    )
    shown = {**item, "metadata": metadata}
    if item.get("kind") == "Secret":
        keys = [*(item.get("data") or {}), *(item.get("stringData") or {})]
        shown = {key: value for key, value in shown.items() if key not in {"data", "stringData"}} | {
            "data": dict.fromkeys(keys, "(secret)")
        }
    return shown


def crashing(pod: Object) -> list[tuple[str, bool]]:
    """The logs worth reading: containers that ended badly or were restarted, and whether the one before (True) or the present."""
    status = pod.get("status") or {}
    logs: list[tuple[str, bool]] = []
    for container in [*(status.get("initContainerStatuses") or []), *(status.get("containerStatuses") or [])]:
        name, state = str(container.get("name")), container.get("state") or {}
        ended: Mapping[str, Any] = state.get("terminated") or {}
        restarts = int(container.get("restartCount") or 0)
        if restarts or int(ended.get("exitCode") or 0):
            logs += [(name, False), *([(name, True)] if restarts else [])]
        elif "running" in state and not container.get("ready"):
            logs.append((name, False))  # it runs and is not ready: a probe fails, and the log may say why
    return logs


def _owned(items: Iterable[Object], owners: Iterable[Object]) -> list[Object]:
    uids = {owner["metadata"].get("uid") for owner in owners}
    return [item for item in items if any(owner.get("uid") in uids for owner in item["metadata"].get("ownerReferences") or [])]


def _revision(replica_set: Object) -> tuple[int, str]:
    metadata = replica_set["metadata"]
    revision = str((metadata.get("annotations") or {}).get("deployment.kubernetes.io/revision") or "0")
    return int(revision) if revision.isdecimal() else 0, str(metadata.get("creationTimestamp") or "")


def _seconds(event: Object) -> float | None:
    """When an event was last seen; the fields moved between API versions, and each may be null."""
    series = event.get("series") or {}
    metadata = event.get("metadata") or {}
    for text in (series.get("lastObservedTime"), event.get("lastTimestamp"), event.get("eventTime"), metadata.get("creationTimestamp")):
        if text:
            try:
                return datetime.fromisoformat(str(text)).timestamp()
            except ValueError:
                continue
    return None
