"""StatefulSets: numbered Pods, made in order and replaced from the highest number down."""

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
from sandbox.kubernetes.controllers.rollouts import template_hash
from sandbox.kubernetes.controllers.world import CONTROLLER, World, controller_of
from sandbox.kubernetes.errors import ApiError
from sandbox.kubernetes.objects import Write
from sandbox.kubernetes.resources import CLAIMS, PODS, STATEFUL_SETS
from sandbox.kubernetes.store import Change, Key
from sandbox.kubernetes.trees import Json, at, clone, labels_of, name_of, namespace_of

REVISION_LABEL = "controller-revision-hash"
_COMPONENT = "statefulset-controller"


class StatefulSets:
    """The controller of StatefulSets."""

    name = "statefulsets"

    def __init__(self, world: World) -> None:
        self._world = world

    def keys(self, change: Change) -> Iterable[Key]:
        """A StatefulSet, or that of a Pod."""
        if change.collection == STATEFUL_SETS.collection:
            return (change.key,)
        if change.collection == PODS.collection:
            owner = controller_of(change.object)
            if owner is not None and owner["kind"] == STATEFUL_SETS.kind:
                return (Key(STATEFUL_SETS.collection, namespace_of(change.object), owner["name"]),)
        return ()

    def reconcile(self, key: Key) -> None:
        """Make the next move: create, shrink or replace."""
        live = self._world.objects.store.find(key)
        if live is None:
            return
        revision = f"{name_of(live)}-{template_hash(live['spec']['template'])}"
        if not live["metadata"].get("deletionTimestamp"):
            try:
                self._move(live, revision)
            except ApiError as error:
                words = f"create Pod in StatefulSet {name_of(live)} failed error: {error.message}"
                self._world.events.record(live, "Warning", "FailedCreate", words, _COMPONENT)
                self._tell(key, live, revision)
                raise
        self._tell(key, live, revision)

    def _move(self, live: Json, revision: str) -> None:
        pods = {name_of(pod): pod for pod in owned_pods(self._world, live)}
        wanted = [f"{name_of(live)}-{number}" for number in range(live["spec"]["replicas"])]
        parallel = live["spec"].get("podManagementPolicy") == "Parallel"
        for number, name in enumerate(wanted):
            pod = pods.get(name)
            if pod is None:
                self._create(live, revision, number, name)
            if not parallel and (pod is None or ready_since(pod) is None or not is_active(pod)):
                return
        surplus = sorted((pod for name, pod in pods.items() if name not in wanted), key=_ordinal, reverse=True)
        for pod in surplus if parallel else surplus[:1]:
            if is_active(pod):
                delete_pod(self._world, live, pod, _COMPONENT)
        if not surplus:
            self._replace(live, revision, pods)

    def _replace(self, live: Json, revision: str, pods: dict[str, Json]) -> None:
        """One old Pod at a time goes, the highest first, when all are ready."""
        strategy = live["spec"]["updateStrategy"]
        if strategy["type"] != "RollingUpdate" or not all(is_active(pod) for pod in pods.values()):
            return
        least = at(strategy, "rollingUpdate", "partition", default=0)
        old = [pod for pod in pods.values() if labels_of(pod).get(REVISION_LABEL) != revision and _ordinal(pod) >= least]
        others_ready = all(ready_since(pod) is not None for pod in pods.values() if pod not in old)
        if old and others_ready:
            delete_pod(self._world, live, max(old, key=_ordinal), _COMPONENT)

    def _create(self, live: Json, revision: str, number: int, name: str) -> None:
        pod = pod_of(live, live["spec"]["template"], name)
        pod["metadata"]["labels"] |= {
            REVISION_LABEL: revision,
            "statefulset.kubernetes.io/pod-name": name,
            "apps.kubernetes.io/pod-index": str(number),
        }
        pod["spec"] |= {"hostname": name, "subdomain": at(live, "spec", "serviceName", default="")}
        for template in at(live, "spec", "volumeClaimTemplates", default=[]):
            claim = f"{template['metadata']['name']}-{name}"
            if self._world.objects.find(CLAIMS, namespace_of(live), claim) is None:
                body = {"metadata": {**template["metadata"], "name": claim}, "spec": clone(template["spec"])}
                self._world.objects.create(CLAIMS, namespace_of(live), body, Write(CONTROLLER))
            volume = {"name": template["metadata"]["name"], "persistentVolumeClaim": {"claimName": claim}}
            pod["spec"].setdefault("volumes", []).append(volume)
        create_pod(self._world, live, pod, _COMPONENT)

    def _tell(self, key: Key, live: Json, revision: str) -> None:
        pods = [pod for pod in owned_pods(self._world, live) if is_active(pod)]
        updated = [pod for pod in pods if labels_of(pod).get(REVISION_LABEL) == revision]
        waits = [available_in(pod, at(live, "spec", "minReadySeconds", default=0), self._world.clock.now()) for pod in pods]
        before = live.get("status") or {}
        complete = len(updated) == len(pods)
        current = revision if complete else before.get("currentRevision", revision)
        counts = {
            "readyReplicas": sum(ready_since(pod) is not None for pod in pods),
            "currentReplicas": sum(labels_of(pod).get(REVISION_LABEL) == current for pod in pods),
            "updatedReplicas": len(updated),
        }
        status = {
            "observedGeneration": live["metadata"]["generation"],
            "replicas": len(pods),
            "availableReplicas": sum(wait == 0 for wait in waits),
            "currentRevision": current,
            "updateRevision": revision,
            "collisionCount": 0,
        }
        self._world.status(STATEFUL_SETS, live, status | without_zeros(counts))
        later = [wait for wait in waits if wait]
        if later:
            self._world.later(self.name, key, min(later))


def _ordinal(pod: Json) -> int:
    text = name_of(pod).rpartition("-")[2]
    return int(text) if text.isdecimal() else -1
