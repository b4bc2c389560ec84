"""ReplicaSets: as many Pods as wanted."""

from collections.abc import Iterable

from sandbox.kubernetes.controllers.pods import (
    available_in,
    create_pod,
    delete_pod,
    is_active,
    owned_pods,
    pod_of,
    ready_since,
    without_zeros,
)
from sandbox.kubernetes.controllers.world import World, controller_of
from sandbox.kubernetes.errors import ApiError
from sandbox.kubernetes.resources import PODS, QUOTAS, REPLICA_SETS, SERVICE_ACCOUNTS
from sandbox.kubernetes.store import Change, Key
from sandbox.kubernetes.trees import Json, at, namespace_of, uid_of

_COMPONENT = "replicaset-controller"


class ReplicaSets:
    """The controller of ReplicaSets."""

    name = "replicasets"

    def __init__(self, world: World) -> None:
        self._world = world
        self._refused: dict[Key, str] = {}  # those whose last Pod was refused, with the reason

    def keys(self, change: Change) -> Iterable[Key]:
        """A ReplicaSet, or that of a Pod; refused ones when quotas, service accounts or Pods make room."""
        obj = change.object
        if change.collection == REPLICA_SETS.collection:
            if change.type == "DELETED":
                self._refused.pop(change.key, None)
            return (change.key,)
        found: list[Key] = []
        if change.collection == PODS.collection:
            owner = controller_of(obj)
            if owner is not None and owner["kind"] == REPLICA_SETS.kind:
                found.append(Key(REPLICA_SETS.collection, namespace_of(obj), owner["name"]))
        makes_room = change.collection == PODS.collection and change.type == "DELETED"
        if self._refused and (makes_room or change.collection in {QUOTAS.collection, SERVICE_ACCOUNTS.collection}):
            found += [key for key in self._refused if key.namespace == namespace_of(obj)]
        return found

    def reconcile(self, key: Key) -> None:
        """Create what is missing, delete what is too much, and count."""
        live = self._world.objects.store.find(key)
        if live is None:
            return
        if not live["metadata"].get("deletionTimestamp"):
            self._refused.pop(key, None)
            pods = [pod for pod in owned_pods(self._world, live) if is_active(pod)]
            missing = at(live, "spec", "replicas", default=1) - len(pods)
            if missing > 0:
                self._create(key, live, missing)
            for pod in sorted(pods, key=_keep_rank)[:-missing] if missing < 0 else ():
                delete_pod(self._world, live, pod, _COMPONENT)
        self._count(key, live)

    def _create(self, key: Key, live: Json, count: int) -> None:
        for _ in range(count):
            try:
                create_pod(self._world, live, pod_of(live, live["spec"]["template"]), _COMPONENT)
            except ApiError as error:
                self._refused[key] = error.message
                words = f"Error creating: {error.message}"
                self._world.events.record(live, "Warning", "FailedCreate", words, _COMPONENT)
                return

    def _count(self, key: Key, live: Json) -> None:
        world = self._world
        now = world.clock.now()
        pods = [pod for pod in owned_pods(world, live) if is_active(pod)]
        waits = [available_in(pod, at(live, "spec", "minReadySeconds", default=0), now) for pod in pods]
        conditions = []
        if key in self._refused:
            before = at(live, "status", "conditions", default=[])
            since = before[0]["lastTransitionTime"] if before else world.objects.now()
            failure = {"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate"}
            conditions = [failure | {"message": self._refused[key], "lastTransitionTime": since}]
        status = without_zeros(
            {
                "fullyLabeledReplicas": len(pods),
                "readyReplicas": sum(ready_since(pod) is not None for pod in pods),
                "availableReplicas": sum(wait == 0 for wait in waits),
                "observedGeneration": live["metadata"].get("generation", 0),
                "conditions": conditions,
            }
        )
        world.status(REPLICA_SETS, live, {"replicas": len(pods), **status})
        later = [wait for wait in waits if wait]
        if later:
            world.later(self.name, key, min(later))


def _keep_rank(pod: Json) -> tuple[bool, bool, str, str]:
    """Which Pods go first: those without a node, not ready, youngest."""
    scheduled = bool(at(pod, "spec", "nodeName"))
    created = pod["metadata"]["creationTimestamp"]
    inverted = "".join(chr(0x10FFFF - ord(letter)) for letter in created)
    return (scheduled, ready_since(pod) is not None, inverted, uid_of(pod))
