"""Evidence written by hand, as a real cluster words it, for the tests of rules and scores. Nothing here reads a cluster."""

from typing import Any

from steps.evidence import Evidence
from steps.model.objects import Kind, Object, ObjectRef

DEPLOYMENT = ObjectRef(Kind("apps/v1", "Deployment"), "default", "web")
POD = ObjectRef(Kind("v1", "Pod"), "default", "web-5d-x1")


def deployment(*, image: str = "nginx", ready: bool = False, replicas: int = 1, **changes: Any) -> Object:
    """A Deployment `web` as the API server returns it; `changes` replace parts of `spec`, and `status` the status."""
    done = replicas if ready else 0
    status = {"observedGeneration": 1, "replicas": replicas, "updatedReplicas": replicas, "readyReplicas": done, "availableReplicas": done}
    template = {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "web", "image": image}]}}
    spec = {"replicas": replicas, "selector": {"matchLabels": {"app": "web"}}, "template": template}
    metadata = {"name": "web", "namespace": "default", "uid": "uid-web", "generation": 1}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": metadata,
        "status": changes.pop("status", status),
        "spec": {**spec, **changes},
    }


def stuck(item: Object) -> Object:
    """The same Deployment after its progress deadline."""
    progress = {
        "type": "Progressing",
        "status": "False",
        "reason": "ProgressDeadlineExceeded",
        "message": 'ReplicaSet "web-5d" has timed out.',
    }
    return {**item, "status": {**item["status"], "conditions": [progress]}}


def replica_set(*, pods: int = 1) -> Object:
    """The ReplicaSet of `web`."""
    metadata = {"name": "web-5d", "namespace": "default", "uid": "uid-web-5d"}
    return {"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": metadata, "spec": {"replicas": 1}, "status": {"replicas": pods}}


def pod(
    *,
    name: str = "web-5d-x1",
    phase: str = "Pending",
    node: str = "node-1",
    image: str = "nginx",
    container: dict[str, Any] | None = None,
    **status: Any,
) -> Object:
    """A Pod of `web` with one container `web`; `container` extends its spec, `status` its container status."""
    conditions = status.pop("conditions", [])
    statuses = [{"name": "web", "image": image, "ready": False, "restartCount": 0, **status}] if status else []
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "default", "uid": f"uid-{name}"},
        "spec": {**({"nodeName": node} if node else {}), "containers": [{"name": "web", "image": image, **(container or {})}]},
        "status": {"phase": phase, "conditions": conditions, **({"containerStatuses": statuses} if statuses else {})},
    }


def waiting(reason: str, message: str = "") -> dict[str, Any]:
    """A container state."""
    return {"waiting": {"reason": reason, **({"message": message} if message else {})}}


def ended(code: int, reason: str = "Error", message: str = "") -> dict[str, Any]:
    """A container state, also used as the last one."""
    return {"terminated": {"exitCode": code, "reason": reason, **({"message": message} if message else {})}}


def event(about: Object, reason: str, message: str, **fields: Any) -> Object:
    """An Event about an object, of type Warning unless told otherwise."""
    metadata = about["metadata"]
    involved = {
        "apiVersion": about["apiVersion"],
        "kind": about["kind"],
        "name": metadata["name"],
        "namespace": "default",
        "uid": metadata["uid"],
    }
    stamp = {"lastTimestamp": "2026-11-23T09:00:00Z"}
    return {"kind": "Event", "type": "Warning", "reason": reason, "message": message, "involvedObject": involved, **stamp, **fields}


def log(about: Object, text: str, *, previous: bool = False) -> Evidence:
    """The log of container `web`."""
    return Evidence("", "log", "test", ObjectRef.of(about), data={"container": "web", "previous": previous}, text=text)


def evidence(*items: Object | Evidence) -> tuple[Evidence, ...]:
    """Objects, Events and logs as numbered evidence, in order."""
    return tuple(_numbered(item, f"e{number}") for number, item in enumerate(items, start=1))


def _numbered(item: Object | Evidence, name: str) -> Evidence:
    if isinstance(item, Evidence):
        return Evidence(name, item.kind, item.source, item.about, item.at, item.data, item.text)
    if item["kind"] == "Event":
        involved = item["involvedObject"]
        about = ObjectRef(Kind(involved["apiVersion"], involved["kind"]), involved["namespace"], involved["name"])
        return Evidence(name, "event", "test", about, data=item)
    return Evidence(name, "object", "test", ObjectRef.of(item), data=item)
