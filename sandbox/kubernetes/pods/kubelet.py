"""Runs the Pods of all nodes: puts each container's next step into the Pod's status, with its events and its next wait.

What a step is stands in `lifecycle`, what a spec leads to in `outcomes`; nodes are chosen by `scheduling`.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sandbox.kubernetes.controllers.world import World
from sandbox.kubernetes.pods.conditions import pod_status
from sandbox.kubernetes.pods.images import normalized
from sandbox.kubernetes.pods.lifecycle import Moment, Step, advance, is_over, is_stuck, waiting
from sandbox.kubernetes.pods.outcomes import Fate, fate, is_init, mount_problem
from sandbox.kubernetes.pods.timing import PodTiming
from sandbox.kubernetes.resources import CONFIG_MAPS, PODS, SECRETS
from sandbox.kubernetes.store import Change, Key, Store
from sandbox.kubernetes.trees import Json, at, namespace_of, uid_of

_SOURCES = {CONFIG_MAPS.collection, SECRETS.collection}


class NamespaceLookup:
    """The ConfigMaps and Secrets of one namespace."""

    def __init__(self, store: Store, namespace: str) -> None:
        self._store = store
        self._namespace = namespace

    def keys(self, kind: str, name: str) -> frozenset[str] | None:
        """The keys of a `configmap` or `secret`, or None when it is not there."""
        collection = CONFIG_MAPS.collection if kind == "configmap" else SECRETS.collection
        found = self._store.get(collection, self._namespace, name)
        return None if found is None else frozenset({*(found.get("data") or {}), *(found.get("binaryData") or {})})


@dataclass(slots=True)
class _Due:
    """When a container's next step comes (None: when something changes), and how often it failed in the same way."""

    at: float | None
    tries: int = 0


@dataclass(frozen=True, slots=True)
class _Visit:
    """One look at a Pod: the moment, and when the next steps of its containers are due."""

    pod: Json
    now: float
    due: dict[str, _Due]
    policy: str


class Kubelet:
    """The controller of Pods that have a node."""

    name = "kubelet"

    def __init__(self, world: World, timing: PodTiming) -> None:
        self._world = world
        self._timing = timing
        self._due: dict[str, dict[str, _Due]] = {}
        self._stuck: dict[str, Key] = {}
        self._ending: dict[str, float] = {}
        self._addresses = world.objects.store.version

    def keys(self, change: Change) -> Iterable[Key]:
        """A Pod that changed, or the Pods that wait for a ConfigMap or Secret in the namespace of one that changed."""
        if change.collection == PODS.collection:
            if change.type == "DELETED":
                self._forget(uid_of(change.object))
            elif at(change.object, "spec", "nodeName"):
                return (change.key,)
        elif change.collection in _SOURCES and self._stuck:
            return [key for key in self._stuck.values() if key.namespace == namespace_of(change.object)]
        return ()

    def reconcile(self, key: Key) -> None:
        """Make the steps that are due."""
        pod = self._world.objects.store.find(key)
        if pod is None or not at(pod, "spec", "nodeName"):
            return
        if pod["metadata"].get("deletionTimestamp"):
            self._terminate(key, pod)
        elif at(pod, "status", "phase") not in {"Succeeded", "Failed"}:
            self._run(key, pod)

    def _forget(self, uid: str) -> None:
        self._due.pop(uid, None)
        self._stuck.pop(uid, None)
        self._ending.pop(uid, None)

    def _terminate(self, key: Key, pod: Json) -> None:
        uid, now = uid_of(pod), self._world.clock.monotonic()
        if uid not in self._ending:
            grace = pod["metadata"].get("deletionGracePeriodSeconds", 0)
            self._ending[uid] = now + min(self._timing.terminate, grace)
            for status in at(pod, "status", "containerStatuses", default=[]):
                if "running" in status["state"]:
                    self._say(pod, status["name"], "Killing", f"Stopping container {status['name']}")
        if now >= self._ending[uid]:
            if pod["metadata"].get("finalizers"):
                return
            self._world.objects.erase(PODS, pod)
        else:
            self._world.later(self.name, key, self._ending[uid] - now)

    def _say(self, pod: Json, container: str, reason: str, message: str) -> None:
        part = f"spec.containers{{{container}}}"
        host = at(pod, "spec", "nodeName", default="")
        self._world.events.record(pod, "Normal", reason, message, "kubelet", part=part, host=host)

    def _address(self, pod: Json) -> str:
        known = at(pod, "status", "podIP")
        if known:
            return str(known)
        self._addresses += 1
        return f"10.244.{self._addresses // 250 % 250}.{self._addresses % 250 + 2}"

    def _run(self, key: Key, pod: Json) -> None:
        uid, now = uid_of(pod), self._world.clock.monotonic()
        policy = at(pod, "spec", "restartPolicy", default="Always")
        visit = _Visit(pod, now, self._due.setdefault(uid, {}), policy)
        address = self._address(pod)
        lookup = NamespaceLookup(self._world.objects.store, namespace_of(pod))
        before = {
            status["name"]: status
            for field in ("initContainerStatuses", "containerStatuses")
            for status in at(pod, "status", field, default=[])
        }
        mounted = mount_problem(pod, lookup) is None
        after: dict[str, Json] = {}
        init_done = True
        for container in [*at(pod, "spec", "initContainers", default=[]), *at(pod, "spec", "containers", default=[])]:
            name = container["name"]
            initial = "PodInitializing" if at(pod, "spec", "initContainers") else "ContainerCreating"
            status = before.get(name) or waiting(container, initial)
            if init_done:
                found = fate(pod, container, lookup, self._timing, address)
                status = self._step(visit, container, status, found)
            after[name] = status
            if container in (at(pod, "spec", "initContainers") or ()):
                init_done = init_done and _initialized(pod, container, status)
        new = pod_status(pod, after, address if mounted else "", self._world.objects.now())
        if any(is_stuck(status) for status in after.values()):
            self._stuck[uid] = key
        else:
            self._stuck.pop(uid, None)
        self._world.status(PODS, pod, new, "kubelet")
        waits = [one.at - now for one in visit.due.values() if one.at is not None]
        if waits:
            self._world.later(self.name, key, max(min(waits), 0.0))

    def _step(self, visit: _Visit, container: Json, status: Json, found: Fate) -> Json:
        name, now, due = container["name"], visit.now, visit.due
        mine = due.get(name)
        if mine is None:
            mine = due[name] = _Due(now + self._first_wait(status))
        stuck = mine.at is None and is_stuck(status)
        # A new image is tried at once; what waits for something outside looks again whenever something changed.
        images = {container["image"], normalized(container["image"])}
        changed = "waiting" in status["state"] and status["image"] not in images
        if not stuck and not changed and (mine.at is None or mine.at > now):
            return status
        policy = _policy(visit.pod, container, visit.policy)
        moment = Moment(self._world.objects.now(), policy, self._timing, mine.tries)
        step = advance(visit.pod, container, status, found, moment)
        due[name] = _Due(None if step.wait is None else now + step.wait, step.tries)
        if not stuck or step.status != status:
            self._tell(visit.pod, container, step)
        return step.status

    def _first_wait(self, status: Json) -> float:
        """Of a container first seen, or seen again after a restart of the cluster: its step begins anew."""
        if "running" in status["state"]:
            return self._timing.ready
        return self._timing.pull

    def _tell(self, pod: Json, container: Json, step: Step) -> None:
        group = "initContainers" if is_init(pod, container) else "containers"
        host = at(pod, "spec", "nodeName", default="")
        for said in step.events:
            part = "" if said.reason == "FailedMount" else f"spec.{group}{{{container['name']}}}"
            self._world.events.record(pod, said.type, said.reason, said.message, "kubelet", part=part, host=host)


def _policy(pod: Json, container: Json, policy: str) -> str:
    """An init container that succeeded is done whatever the Pod's policy is; a sidecar always runs."""
    if container.get("restartPolicy") == "Always":
        return "Always"
    return "OnFailure" if is_init(pod, container) and policy == "Always" else policy


def _initialized(pod: Json, container: Json, status: Json) -> bool:
    """Whether the containers after this one may start."""
    if is_init(pod, container):
        return at(status, "state", "terminated", "exitCode") == 0 and is_over(status, "OnFailure")
    return bool(status.get("started"))
