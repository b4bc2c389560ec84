"""How a Deployment moves from old ReplicaSets to the new one, and what its status says about it. Pure.

Source: `pkg/controller/deployment` of Kubernetes 1.32 (rolling.go, progress.go, util/deployment_util.go). Different: a scale in
the middle of a rollout goes to the new ReplicaSet and is not spread over the old ones.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime

from sandbox.kubernetes.clock import moment_of
from sandbox.kubernetes.controllers.pods import without_zeros
from sandbox.kubernetes.identities import SAFE
from sandbox.kubernetes.trees import Json, at, name_of

HASH_LABEL = "pod-template-hash"
REVISION = "deployment.kubernetes.io/revision"


def template_hash(template: Json) -> str:
    """A short name for a template, in the alphabet of generated names."""
    digest = hashlib.sha256(json.dumps(template, sort_keys=True).encode()).digest()
    return "".join(SAFE[byte % len(SAFE)] for byte in digest[:10])


def same_template(replica_set: Json, template: Json) -> bool:
    """Whether a ReplicaSet was made from a template."""
    own = replica_set["spec"]["template"]
    metadata = {key: value for key, value in (own.get("metadata") or {}).items() if key != "labels"}
    labels = {key: value for key, value in at(own, "metadata", "labels", default={}).items() if key != HASH_LABEL}
    wanted = template.get("metadata") or {}
    rest = {key: value for key, value in wanted.items() if key != "labels"}
    return bool(own["spec"] == template["spec"] and metadata == rest and labels == (wanted.get("labels") or {}))


def revision_of(replica_set: Json) -> int:
    """The revision of a ReplicaSet, 0 without one."""
    text = at(replica_set, "metadata", "annotations", REVISION, default="0")
    return int(text) if text.isdecimal() else 0


def portion(value: int | str, total: int, *, up: bool) -> int:
    """A count, or a percentage of a total, rounded up or down."""
    if isinstance(value, int):
        return value
    share = int(value.rstrip("%")) * total
    return -(-share // 100) if up else share // 100


def bounds(deployment: Json) -> tuple[int, int]:
    """How many Pods may be above the wanted number, and how many may be unavailable, during a rollout."""
    spec = deployment["spec"]
    if spec["strategy"]["type"] == "Recreate":
        return 0, 0
    rolling = spec["strategy"].get("rollingUpdate") or {}
    surge = portion(rolling.get("maxSurge", "25%"), spec["replicas"], up=True)
    unavailable = portion(rolling.get("maxUnavailable", "25%"), spec["replicas"], up=False)
    return surge, unavailable if surge or unavailable else 1


def _wanted(replica_set: Json) -> int:
    return int(at(replica_set, "spec", "replicas", default=0))


def _available(replica_set: Json) -> int:
    return int(at(replica_set, "status", "availableReplicas", default=0))


def scales(deployment: Json, new: Json, old: list[Json]) -> dict[str, int]:
    """The next size of each ReplicaSet that must change, by name; empty when there is nothing to do now."""
    desired = deployment["spec"]["replicas"]
    if deployment["spec"]["strategy"]["type"] == "Recreate":
        shrunk = {name_of(one): 0 for one in old if _wanted(one)}
        if shrunk:
            return shrunk
        gone = not any(at(one, "status", "replicas", default=0) for one in old)
        return {name_of(new): desired} if gone and _wanted(new) != desired else {}
    surge, unavailable = bounds(deployment)
    total = _wanted(new) + sum(map(_wanted, old))
    if _wanted(new) > desired:
        return {name_of(new): desired}
    if _wanted(new) < desired:
        room = min(desired + surge - total, desired - _wanted(new))
        if room > 0:
            return {name_of(new): _wanted(new) + room}
    return _shrink_old(desired - unavailable, total, new, old)


def _shrink_old(least: int, total: int, new: Json, old: list[Json]) -> dict[str, int]:
    """Take old Pods away: those that do not work at once, the others as new ones become available."""
    spare = total - least - (_wanted(new) - _available(new))
    changes: dict[str, int] = {}
    for one in sorted(old, key=lambda one: str(one["metadata"]["creationTimestamp"])):
        broken = min(_wanted(one) - _available(one), spare)
        if broken > 0:
            changes[name_of(one)] = _wanted(one) - broken
            spare -= broken
    if changes:
        return changes
    healthy = _available(new) + sum(map(_available, old)) - least
    for one in sorted(old, key=lambda one: str(one["metadata"]["creationTimestamp"])):
        less = min(_wanted(one), healthy)
        if less > 0:
            changes[name_of(one)] = _wanted(one) - less
            healthy -= less
    return changes


@dataclass(frozen=True, slots=True)
class Progress:
    """A Deployment's next status, and in how many seconds its progress deadline would be over."""

    status: Json
    deadline: float | None


def progress(deployment: Json, new: Json | None, old: list[Json], now: datetime, text: str) -> Progress:
    """What a Deployment's status should say. `text` is the time as objects carry it."""
    every = [*old, *([new] if new else [])]
    before: Json = deployment.get("status") or {}
    desired = deployment["spec"]["replicas"]

    def total(field: str) -> int:
        return sum(int(at(one, "status", field, default=0)) for one in every)

    counts = {
        "replicas": total("replicas"),
        "updatedReplicas": int(at(new, "status", "replicas", default=0)),
        "readyReplicas": total("readyReplicas"),
        "availableReplicas": total("availableReplicas"),
        "unavailableReplicas": max(sum(map(_wanted, every)) - total("availableReplicas"), 0),
        "observedGeneration": deployment["metadata"]["generation"],
    }
    conditions = _Conditions(before.get("conditions") or [], text)
    _, unavailable = bounds(deployment)
    if counts["availableReplicas"] >= desired - unavailable:
        conditions.set("Available", "True", "MinimumReplicasAvailable", "Deployment has minimum availability.")
    else:
        words = "Deployment does not have minimum availability."
        conditions.set("Available", "False", "MinimumReplicasUnavailable", words)
    deadline = _progressing(deployment, new, counts, conditions, now)
    failure = next((one for replica_set in every for one in at(replica_set, "status", "conditions", default=[])), None)
    if failure is not None:
        conditions.set("ReplicaFailure", "True", failure["reason"], failure["message"])
    else:
        conditions.drop("ReplicaFailure")
    status = without_zeros({**counts, "conditions": conditions.listed()})
    return Progress(status, deadline)


def _progressing(deployment: Json, new: Json | None, counts: dict[str, int], conditions: "_Conditions", now: datetime) -> float | None:
    """Set the Progressing condition; returns the seconds left until the deadline, where one runs."""
    before: Json = deployment.get("status") or {}
    desired, known = deployment["spec"]["replicas"], conditions.get("Progressing")
    if deployment["spec"].get("paused"):
        conditions.set("Progressing", "Unknown", "DeploymentPaused", "Deployment is paused")
        return None
    if new is None:
        return None
    name = f'ReplicaSet "{name_of(new)}"'
    done = all(counts[field] == desired for field in ("replicas", "updatedReplicas", "availableReplicas"))
    if done:
        conditions.set("Progressing", "True", "NewReplicaSetAvailable", f"{name} has successfully progressed.")
        return None
    if known is not None and known["reason"] == "NewReplicaSetAvailable" and name in known["message"]:
        return None  # it was complete once; what broke afterwards is told by Available
    old_before = before.get("replicas", 0) - before.get("updatedReplicas", 0)
    old_now = counts["replicas"] - counts["updatedReplicas"]
    moved = (
        counts["updatedReplicas"] > before.get("updatedReplicas", 0)
        or old_now < old_before
        or counts["readyReplicas"] > before.get("readyReplicas", 0)
        or counts["availableReplicas"] > before.get("availableReplicas", 0)
    )
    if known is None or name not in known["message"]:
        created = f'Created new replica set "{name_of(new)}"'
        if known is None or known["message"] != created:
            conditions.set("Progressing", "True", "NewReplicaSetCreated", created, moved=True)
    if moved:
        conditions.set("Progressing", "True", "ReplicaSetUpdated", f"{name} is progressing.", moved=True)
    known = conditions.get("Progressing")
    assert known is not None, "it was set above at the latest"
    if known["reason"] == "ProgressDeadlineExceeded":
        return None
    limit = deployment["spec"].get("progressDeadlineSeconds", 600)
    left = float(limit - (now - moment_of(known["lastUpdateTime"])).total_seconds())
    if left > 0:
        return left
    conditions.set("Progressing", "False", "ProgressDeadlineExceeded", f"{name} has timed out progressing.")
    return None


class _Conditions:
    """A Deployment's conditions under construction; times move only when something is said anew."""

    def __init__(self, before: list[Json], now: str) -> None:
        self._by_type = {one["type"]: one for one in before}
        self._now = now

    def get(self, name: str) -> Json | None:
        return self._by_type.get(name)

    def set(self, name: str, status: str, reason: str, message: str, *, moved: bool = False) -> None:
        old = self._by_type.get(name)
        if old and (old["status"], old["reason"], old["message"]) == (status, reason, message) and not moved:
            return
        since = old["lastTransitionTime"] if old and old["status"] == status else self._now
        self._by_type[name] = {
            "type": name,
            "status": status,
            "reason": reason,
            "message": message,
            "lastUpdateTime": self._now,
            "lastTransitionTime": since,
        }

    def drop(self, name: str) -> None:
        self._by_type.pop(name, None)

    def listed(self) -> list[Json]:
        return list(self._by_type.values())
