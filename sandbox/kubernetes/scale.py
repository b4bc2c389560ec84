"""The scale subresource: an autoscaling/v1 Scale as a view of a workload's replicas. Pure."""

from sandbox.kubernetes.errors import bad_request
from sandbox.kubernetes.selectors import selector_text
from sandbox.kubernetes.trees import Json, at


def scale_of(obj: Json) -> Json:
    """The Scale of a workload."""
    metadata = obj["metadata"]
    kept = ("name", "namespace", "uid", "resourceVersion", "creationTimestamp")
    return {
        "kind": "Scale",
        "apiVersion": "autoscaling/v1",
        "metadata": {key: metadata[key] for key in kept if key in metadata},
        "spec": {"replicas": at(obj, "spec", "replicas", default=0)},
        "status": {
            "replicas": at(obj, "status", "replicas", default=0),
            "selector": selector_text(at(obj, "spec", "selector")),
        },
    }


def scaled(obj: Json, scale: Json) -> Json:
    """A workload with the replicas that a Scale wants; the Scale's resourceVersion is a precondition."""
    replicas = at(scale, "spec", "replicas", default=0)
    if not isinstance(replicas, int) or isinstance(replicas, bool):
        raise bad_request(f"spec.replicas of a Scale must be a whole number, not {replicas!r}")
    metadata = {**obj["metadata"]}
    if at(scale, "metadata", "resourceVersion"):
        metadata["resourceVersion"] = scale["metadata"]["resourceVersion"]
    return {**obj, "metadata": metadata, "spec": {**obj["spec"], "replicas": replicas}}
