"""DaemonSets: one Pod on each node that takes it."""

from collections.abc import Iterable

from sandbox.kubernetes.controllers.pods import (
    create_pod,
    delete_pod,
    is_active,
    owned_pods,
    pod_of,
    ready_since,
    without_zeros,
)
from sandbox.kubernetes.controllers.rollouts import template_hash
from sandbox.kubernetes.controllers.world import World, controller_of
from sandbox.kubernetes.pods.scheduling import matches_node, untolerated
from sandbox.kubernetes.resources import DAEMON_SETS, NODES, PODS
from sandbox.kubernetes.store import Change, Key
from sandbox.kubernetes.trees import Json, at, dig, labels_of, name_of, namespace_of

REVISION_LABEL = "controller-revision-hash"
_COMPONENT = "daemonset-controller"
_AFFINITY = ("affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution")


class DaemonSets:
    """The controller of DaemonSets."""

    name = "daemonsets"

    def __init__(self, world: World) -> None:
        self._world = world

    def keys(self, change: Change) -> Iterable[Key]:
        """A DaemonSet, or that of a Pod; all of them when nodes change."""
        if change.collection == DAEMON_SETS.collection:
            return (change.key,)
        if change.collection == PODS.collection:
            owner = controller_of(change.object)
            if owner is not None and owner["kind"] == DAEMON_SETS.kind:
                return (Key(DAEMON_SETS.collection, namespace_of(change.object), owner["name"]),)
        if change.collection == NODES.collection:
            every = self._world.objects.store.all(DAEMON_SETS.collection)
            return [Key(DAEMON_SETS.collection, namespace_of(one), name_of(one)) for one in every]
        return ()

    def reconcile(self, key: Key) -> None:
        """Create and delete by node, replace an old Pod at a time, and count."""
        live = self._world.objects.store.find(key)
        if live is None:
            return
        revision = template_hash(live["spec"]["template"])
        probe = {"spec": live["spec"]["template"]["spec"]}
        nodes = [
            name_of(node)
            for node in self._world.objects.store.all(NODES.collection)
            if matches_node(probe, node) and untolerated(probe, node) is None
        ]
        if not live["metadata"].get("deletionTimestamp"):
            self._move(live, revision, nodes)
        self._tell(live, revision, nodes)

    def _move(self, live: Json, revision: str, nodes: list[str]) -> None:
        pods = owned_pods(self._world, live)
        placed = {node_of(pod): pod for pod in pods if is_active(pod)}
        for node in nodes:
            if node not in placed:
                self._create(live, revision, node)
        for node, pod in placed.items():
            if node not in nodes:
                delete_pod(self._world, live, pod, _COMPONENT)
        for pod in pods:
            if at(pod, "status", "phase") in {"Succeeded", "Failed"} and not pod["metadata"].get("deletionTimestamp"):
                delete_pod(self._world, live, pod, _COMPONENT)
        old = [pod for pod in placed.values() if labels_of(pod).get(REVISION_LABEL) != revision]
        if old and at(live, "spec", "updateStrategy", "type") == "RollingUpdate":
            broken = [pod for pod in old if ready_since(pod) is None]
            steady = len(placed) == len(nodes) and all(ready_since(one) for one in placed.values() if one not in old)
            for pod in broken or (old[:1] if steady else []):
                delete_pod(self._world, live, pod, _COMPONENT)

    def _create(self, live: Json, revision: str, node: str) -> None:
        pod = pod_of(live, live["spec"]["template"])
        pod["metadata"]["labels"] |= {REVISION_LABEL: revision}
        required = dig(pod["spec"], *_AFFINITY)
        field = {"key": "metadata.name", "operator": "In", "values": [node]}
        terms = required.get("nodeSelectorTerms") or [{}]
        required["nodeSelectorTerms"] = [{**term, "matchFields": [field]} for term in terms]
        create_pod(self._world, live, pod, _COMPONENT)

    def _tell(self, live: Json, revision: str, nodes: list[str]) -> None:
        pods = [pod for pod in owned_pods(self._world, live) if is_active(pod)]
        ready = sum(ready_since(pod) is not None for pod in pods)
        counts = {
            "updatedNumberScheduled": sum(labels_of(pod).get(REVISION_LABEL) == revision for pod in pods),
            "numberAvailable": ready,
            "numberUnavailable": max(len(nodes) - ready, 0),
        }
        status = {
            "currentNumberScheduled": len(pods),
            "numberMisscheduled": 0,
            "desiredNumberScheduled": len(nodes),
            "numberReady": ready,
            "observedGeneration": live["metadata"]["generation"],
        }
        self._world.status(DAEMON_SETS, live, status | without_zeros(counts))


def node_of(pod: Json) -> str:
    """The node for which a Pod of a DaemonSet was made."""
    terms = at(pod, "spec", *_AFFINITY, "nodeSelectorTerms", default=[])
    for term in terms:
        for field in term.get("matchFields") or ():
            return str(field["values"][0])
    return ""
