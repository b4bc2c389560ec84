"""What `kubectl get` shows: objects as metav1.Table. Pure; the present comes in for the ages."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, TypeAlias

from sandbox.kubernetes.clock import moment_of
from sandbox.kubernetes.resources import Kind
from sandbox.kubernetes.selectors import selector_text
from sandbox.kubernetes.trees import Json, at, name_of

# A column: its name, and the cell of an object. A name that ends in `*` is shown with -o wide only.
Column: TypeAlias = tuple[str, Callable[[Json], Any]]

_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def age(seconds: float) -> str:
    """A duration as kubectl shortens it: `45s`, `3m20s`, `5h`, `12d`."""
    whole = max(int(seconds), 0)
    if whole < 2 * _MINUTE:
        return f"{whole}s"
    if whole < 10 * _MINUTE:
        return f"{whole // _MINUTE}m{whole % _MINUTE}s" if whole % _MINUTE else f"{whole // _MINUTE}m"
    if whole < 3 * _HOUR:
        return f"{whole // _MINUTE}m"
    if whole < 2 * _DAY:
        return f"{whole // _HOUR}h"
    return f"{whole // _DAY}d"


def pod_reason(pod: Json) -> str:
    """The STATUS column of a Pod, as `kubectl get pods` works it out."""
    status = pod.get("status") or {}
    reason = str(status.get("reason") or status.get("phase") or "Unknown")
    for container in status.get("initContainerStatuses") or ():
        state = container.get("state") or {}
        if at(state, "terminated", "exitCode") == 0:
            continue
        if "terminated" in state:
            return f"Init:{state['terminated'].get('reason') or 'Error'}"
        waiting = at(state, "waiting", "reason")
        if waiting and waiting != "PodInitializing":
            return f"Init:{waiting}"
        done = sum(at(one, "state", "terminated", "exitCode") == 0 for one in status["initContainerStatuses"])
        return f"Init:{done}/{len(status['initContainerStatuses'])}"
    for container in reversed(status.get("containerStatuses") or ()):
        state = container.get("state") or {}
        reason = at(state, "waiting", "reason") or at(state, "terminated", "reason") or reason
    return "Terminating" if pod["metadata"].get("deletionTimestamp") else reason


def _ready(pod: Json) -> str:
    statuses = at(pod, "status", "containerStatuses", default=[])
    return f"{sum(bool(one.get('ready')) for one in statuses)}/{len(at(pod, 'spec', 'containers', default=[]))}"


def _restarts(pod: Json) -> int:
    return sum(one.get("restartCount", 0) for one in at(pod, "status", "containerStatuses", default=[]))


def _field(*path: str, default: Any = "<none>") -> Callable[[Json], Any]:
    return lambda obj: at(obj, *path, default=default)


def _count(*path: str) -> Callable[[Json], Any]:
    return lambda obj: at(obj, *path, default=0)


def _of(path: tuple[str, ...], total: tuple[str, ...]) -> Callable[[Json], Any]:
    return lambda obj: f"{at(obj, *path, default=0)}/{at(obj, *total, default=0)}"


def _images(obj: Json) -> str:
    containers = at(obj, "spec", "template", "spec", "containers", default=[])
    return ",".join(str(one.get("image")) for one in containers)


def _names(obj: Json) -> str:
    return ",".join(str(one.get("name")) for one in at(obj, "spec", "template", "spec", "containers", default=[]))


def _ports(service: Json) -> str:
    ports = at(service, "spec", "ports", default=[])
    shown = [
        f"{one.get('port')}:{one['nodePort']}/{one.get('protocol')}" if one.get("nodePort") else f"{one.get('port')}/{one.get('protocol')}"
        for one in ports
    ]
    return ",".join(shown) or "<none>"


def _addresses(endpoints: Json) -> str:
    shown = [
        f"{address.get('ip')}:{port.get('port')}"
        for subset in endpoints.get("subsets") or ()
        for address in subset.get("addresses") or ()
        for port in subset.get("ports") or ()
    ]
    return ",".join(shown) or "<none>"


def _node_status(node: Json) -> str:
    conditions = {one.get("type"): one.get("status") for one in at(node, "status", "conditions", default=[])}
    text = "Ready" if conditions.get("Ready") == "True" else "NotReady"
    return f"{text},SchedulingDisabled" if at(node, "spec", "unschedulable") else text


def _object_of_event(event: Json) -> str:
    return f"{at(event, 'involvedObject', 'kind', default='').lower()}/{at(event, 'involvedObject', 'name', default='')}"


def _job_status(job: Json) -> str:
    for condition in at(job, "status", "conditions", default=[]):
        if condition.get("status") == "True":
            return str(condition.get("type"))
    return "Running"


_WIDE_WORKLOAD: tuple[Column, ...] = (
    ("Containers*", _names),
    ("Images*", _images),
    ("Selector*", lambda obj: selector_text(at(obj, "spec", "selector"))),
)

_COLUMNS: dict[str, tuple[Column, ...]] = {
    "pods": (
        ("Ready", _ready),
        ("Status", pod_reason),
        ("Restarts", _restarts),
        ("Age", lambda _: ""),
        ("IP*", _field("status", "podIP")),
        ("Node*", _field("spec", "nodeName")),
    ),
    "deployments.apps": (
        ("Ready", _of(("status", "readyReplicas"), ("spec", "replicas"))),
        ("Up-to-date", _count("status", "updatedReplicas")),
        ("Available", _count("status", "availableReplicas")),
        ("Age", lambda _: ""),
        *_WIDE_WORKLOAD,
    ),
    "replicasets.apps": (
        ("Desired", _count("spec", "replicas")),
        ("Current", _count("status", "replicas")),
        ("Ready", _count("status", "readyReplicas")),
        ("Age", lambda _: ""),
        *_WIDE_WORKLOAD,
    ),
    "statefulsets.apps": (
        ("Ready", _of(("status", "readyReplicas"), ("spec", "replicas"))),
        ("Age", lambda _: ""),
        *_WIDE_WORKLOAD[:2],
    ),
    "daemonsets.apps": (
        ("Desired", _count("status", "desiredNumberScheduled")),
        ("Current", _count("status", "currentNumberScheduled")),
        ("Ready", _count("status", "numberReady")),
        ("Up-to-date", _count("status", "updatedNumberScheduled")),
        ("Available", _count("status", "numberAvailable")),
        ("Age", lambda _: ""),
        *_WIDE_WORKLOAD,
    ),
    "jobs.batch": (
        ("Status", _job_status),
        ("Completions", _of(("status", "succeeded"), ("spec", "completions"))),
        ("Age", lambda _: ""),
        *_WIDE_WORKLOAD,
    ),
    "cronjobs.batch": (
        ("Schedule", _field("spec", "schedule")),
        ("Suspend", _field("spec", "suspend")),
        ("Age", lambda _: ""),
    ),
    "services": (
        ("Type", _field("spec", "type")),
        ("Cluster-IP", _field("spec", "clusterIP")),
        ("External-IP", lambda _: "<none>"),
        ("Port(s)", _ports),
        ("Age", lambda _: ""),
        ("Selector*", lambda obj: selector_text({"matchLabels": at(obj, "spec", "selector", default={})})),
    ),
    "endpoints": (("Endpoints", _addresses), ("Age", lambda _: "")),
    "configmaps": (("Data", lambda obj: len(obj.get("data") or {}) + len(obj.get("binaryData") or {})), ("Age", str)),
    "secrets": (("Type", _field("type")), ("Data", lambda obj: len(obj.get("data") or {})), ("Age", str)),
    "namespaces": (("Status", _field("status", "phase")), ("Age", str)),
    "nodes": (
        ("Status", _node_status),
        ("Roles", lambda _: "<none>"),
        ("Age", str),
        ("Version", _field("status", "nodeInfo", "kubeletVersion")),
    ),
    "persistentvolumeclaims": (
        ("Status", _field("status", "phase")),
        ("Volume", _field("spec", "volumeName", default="")),
        ("Capacity", _field("status", "capacity", "storage", default="")),
        ("Access Modes", lambda obj: ",".join(at(obj, "spec", "accessModes", default=[]))),
        ("StorageClass", _field("spec", "storageClassName", default="")),
        ("Age", str),
    ),
    "ingresses.networking.k8s.io": (
        ("Class", _field("spec", "ingressClassName")),
        ("Hosts", lambda obj: ",".join(one.get("host", "*") for one in at(obj, "spec", "rules", default=[])) or "*"),
        ("Age", str),
    ),
    "horizontalpodautoscalers.autoscaling": (
        ("Reference", lambda obj: "/".join(str(at(obj, "spec", "scaleTargetRef", key)) for key in ("kind", "name"))),
        ("MinPods", _field("spec", "minReplicas")),
        ("MaxPods", _field("spec", "maxReplicas")),
        ("Age", str),
    ),
}


def table(kind: Kind, objects: Iterable[Json], now: datetime, *, whole: bool = False) -> Json:
    """A Table of objects; rows carry the metadata of their objects, or with `whole` all of them."""
    columns = _COLUMNS.get(kind.collection, (("Age", str),))
    if kind.collection == "events":
        return _table(_EVENT_COLUMNS, objects, now, whole=whole)
    return _table((("Name", name_of), *columns), objects, now, whole=whole)


_EVENT_COLUMNS: tuple[Column, ...] = (
    ("Last Seen", lambda _: ""),
    ("Type", _field("type")),
    ("Reason", _field("reason")),
    ("Object", _object_of_event),
    ("Message", _field("message")),
)


def _table(columns: tuple[Column, ...], objects: Iterable[Json], now: datetime, *, whole: bool) -> Json:
    definitions = [
        {
            "name": name.rstrip("*"),
            "type": "string",
            "format": "name" if name == "Name" else "",
            "description": name.rstrip("*"),
            "priority": int(name.endswith("*")),
        }
        for name, _ in columns
    ]
    rows = []
    for obj in objects:
        cells = [_age_of(obj, name, now) if name in {"Age", "Last Seen"} else cell(obj) for name, cell in columns]
        rows.append({"cells": cells, "object": obj if whole else partial(obj)})
    body = {"kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": {}}
    return {**body, "columnDefinitions": definitions, "rows": rows}


def _age_of(obj: Json, column: str, now: datetime) -> str:
    written = obj.get("lastTimestamp") if column == "Last Seen" else None
    created = written or at(obj, "metadata", "creationTimestamp")
    return age((now - moment_of(created)).total_seconds()) if created else "<unknown>"


def partial(obj: Json) -> Json:
    """An object's metadata alone."""
    return {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": obj["metadata"]}
