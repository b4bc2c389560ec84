"""What the controllers of Pods share: making a Pod from a template, and judging the Pods there are."""

from datetime import datetime

from sandbox.kubernetes.clock import moment_of
from sandbox.kubernetes.controllers.world import CONTROLLER, World, owner_reference
from sandbox.kubernetes.objects import Deletion, Write
from sandbox.kubernetes.resources import PODS
from sandbox.kubernetes.trees import Json, at, clone, name_of, namespace_of, uid_of


def owned_pods(world: World, owner: Json) -> list[Json]:
    """The Pods that belong to an object, in the order of their names."""
    keys = (key for key in world.objects.store.owned(uid_of(owner)) if key.collection == PODS.collection)
    return [pod for key in keys if (pod := world.objects.store.find(key)) is not None]


def is_active(pod: Json) -> bool:
    """Whether a Pod neither ended nor is being deleted."""
    return not pod["metadata"].get("deletionTimestamp") and at(pod, "status", "phase") not in {"Succeeded", "Failed"}


def ready_since(pod: Json) -> datetime | None:
    """Since when a Pod is ready, or None."""
    for condition in at(pod, "status", "conditions", default=[]):
        if condition.get("type") == "Ready" and condition.get("status") == "True":
            return moment_of(condition["lastTransitionTime"])
    return None


def available_in(pod: Json, min_ready: int, now: datetime) -> float | None:
    """In how many seconds a Pod counts as available if it stays ready: 0 for now, None for a Pod that is not ready."""
    since = ready_since(pod)
    if since is None or not is_active(pod):
        return None
    return max(min_ready - (now - since).total_seconds(), 0.0)


def pod_of(owner: Json, template: Json, name: str = "") -> Json:
    """A Pod of a template that belongs to an owner; without a name it gets one from the owner's."""
    metadata: Json = {"labels": clone(at(template, "metadata", "labels", default={}))}
    annotations = at(template, "metadata", "annotations")
    if annotations:
        metadata["annotations"] = clone(annotations)
    metadata["ownerReferences"] = [owner_reference(owner)]
    if name:
        metadata["name"] = name
    else:
        metadata["generateName"] = f"{name_of(owner)}-"
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": clone(template["spec"])}


def create_pod(world: World, owner: Json, pod: Json, component: str) -> Json:
    """Create a Pod and say so on its owner."""
    made = world.objects.create(PODS, namespace_of(owner), pod, Write(CONTROLLER))
    world.events.record(owner, "Normal", "SuccessfulCreate", f"Created pod: {name_of(made)}", component)
    return made


def delete_pod(world: World, owner: Json, pod: Json, component: str) -> None:
    """Delete a Pod and say so on its owner."""
    world.objects.delete(PODS, namespace_of(pod), name_of(pod), Deletion())
    world.events.record(owner, "Normal", "SuccessfulDelete", f"Deleted pod: {name_of(pod)}", component)


def without_zeros(status: Json) -> Json:
    """A status as Go writes it: counts of zero and empty lists are left out."""
    return {key: value for key, value in status.items() if value not in (0, [], "", None)}
