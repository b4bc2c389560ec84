"""Chooses nodes for Pods, by the requests, selectors, affinity, taints and claims in their specs."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sandbox.kubernetes.controllers.world import World
from sandbox.kubernetes.pods.conditions import condition
from sandbox.kubernetes.quantities import quantity
from sandbox.kubernetes.resources import CLAIMS, NODES, PODS
from sandbox.kubernetes.selectors import Requirement
from sandbox.kubernetes.store import Change, Key
from sandbox.kubernetes.trees import Json, at, labels_of, name_of, namespace_of, uid_of

_SCHEDULER = "default-scheduler"
_NONE = Decimal(0)


@dataclass(slots=True)
class _Load:
    """What Pods ask of a node, by resource."""

    pods: int
    requests: dict[str, Decimal]


def requests_of(pod: Json) -> dict[str, Decimal]:
    """What a Pod asks of its node, by resource."""
    total: dict[str, Decimal] = {}
    for container in at(pod, "spec", "containers", default=[]):
        for name, value in at(container, "resources", "requests", default={}).items():
            total[name] = total.get(name, _NONE) + (quantity(value) or _NONE)
    return total


def _expression_holds(labels: dict[str, str], expression: Json) -> bool:
    operator, values = expression.get("operator", "In"), tuple(expression.get("values") or ())
    value = labels.get(expression.get("key", ""))
    if operator in {"Gt", "Lt"}:
        match [quantity(one) for one in (value, *values)]:
            case [Decimal() as have, Decimal() as bound]:
                return have > bound if operator == "Gt" else have < bound
            case _:
                return False
    return Requirement(expression.get("key", ""), operator, values).holds(labels)


def matches_node(pod: Json, node: Json) -> bool:
    """Whether a node meets the nodeSelector and the required node affinity of a Pod."""
    labels = labels_of(node)
    wanted = at(pod, "spec", "nodeSelector", default={})
    if any(labels.get(key) != value for key, value in wanted.items()):
        return False
    terms: list[Any] | None = at(
        pod, "spec", "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms"
    )
    if terms is None:
        return True
    return any(
        all(_expression_holds(labels, one) for one in term.get("matchExpressions") or ())
        and all(_expression_holds({"metadata.name": name_of(node)}, one) for one in term.get("matchFields") or ())
        for term in terms
    )


def untolerated(pod: Json, node: Json) -> Json | None:
    """The first taint of a node that keeps a Pod away, or None."""
    for taint in at(node, "spec", "taints", default=[]):
        if taint.get("effect") not in {"NoSchedule", "NoExecute"}:
            continue
        if not any(_tolerates(one, taint) for one in at(pod, "spec", "tolerations", default=[])):
            return dict(taint)
    return None


def _tolerates(toleration: Json, taint: Json) -> bool:
    if toleration.get("effect") not in {None, "", taint.get("effect")}:
        return False
    if toleration.get("operator") == "Exists":
        return toleration.get("key") in {None, "", taint.get("key")}
    return toleration.get("key") == taint.get("key") and toleration.get("value", "") == taint.get("value", "")


def unfit(pod: Json, node: Json, requests: dict[str, Decimal], pods: int, used: dict[str, Decimal]) -> list[str]:
    """Why a node cannot take a Pod, in the scheduler's words; empty when it can."""
    if at(node, "spec", "unschedulable"):
        return ["node(s) were unschedulable"]
    taint = untolerated(pod, node)
    if taint is not None:
        return [f"node(s) had untolerated taint {{{taint.get('key')}: {taint.get('value', '')}}}"]
    if not matches_node(pod, node):
        return ["node(s) didn't match Pod's node affinity/selector"]
    free = {name: quantity(value) or _NONE for name, value in at(node, "status", "allocatable", default={}).items()}
    reasons = ["Too many pods"] if pods + 1 > free.get("pods", Decimal(110)) else []
    return reasons + [
        f"Insufficient {name}"
        for name, value in sorted(requests.items())
        if value and used.get(name, _NONE) + value > free.get(name, _NONE)
    ]


def explanation(nodes: int, reasons: list[str], *, preemption: str) -> str:
    """The message of FailedScheduling: each reason with the number of nodes it holds for."""
    counted = sorted(f"{reasons.count(one)} {one}" for one in set(reasons))
    return f"0/{nodes} nodes are available: {', '.join(counted)}. preemption: 0/{nodes} nodes are available: {preemption}"


class Scheduler:
    """The controller of Pods that have no node yet."""

    name = "scheduler"

    def __init__(self, world: World) -> None:
        self._world = world
        self._loads: dict[str, _Load] = {}
        self._counted: dict[str, tuple[str, dict[str, Decimal]]] = {}
        self._pending: dict[str, Key] = {}

    def keys(self, change: Change) -> Iterable[Key]:
        """A Pod without a node; all such Pods when room is made, or when nodes or claims change."""
        obj = change.object
        if change.collection == PODS.collection:
            self._count(change)
            if change.type == "DELETED":
                self._pending.pop(uid_of(obj), None)
                return tuple(self._pending.values())
            if at(obj, "spec", "nodeName"):
                over = at(obj, "status", "phase") in {"Succeeded", "Failed"}
                return tuple(self._pending.values()) if over else ()
            return (change.key,)
        if change.collection in {NODES.collection, CLAIMS.collection}:
            return tuple(self._pending.values())
        return ()

    def _count(self, change: Change) -> None:
        """Keep the load of the nodes up to date, Pod by Pod."""
        pod, uid = change.object, uid_of(change.object)
        node = at(pod, "spec", "nodeName")
        counts = change.type != "DELETED" and node and at(pod, "status", "phase") not in {"Succeeded", "Failed"}
        known = self._counted.get(uid)
        if counts and known is None:
            requests = requests_of(pod)
            self._counted[uid] = (node, requests)
            self._add(node, requests, 1)
        elif not counts and known is not None:
            del self._counted[uid]
            self._add(*known, -1)

    def _add(self, node: str, requests: dict[str, Decimal], sign: int) -> None:
        load = self._loads.setdefault(node, _Load(0, {}))
        load.pods += sign
        for name, value in requests.items():
            load.requests[name] = load.requests.get(name, _NONE) + sign * value

    def reconcile(self, key: Key) -> None:
        """Give a Pod a node, or say why not."""
        pod = self._world.objects.store.find(key)
        if pod is None or at(pod, "spec", "nodeName") or at(pod, "spec", "schedulerName") != _SCHEDULER:
            return
        nodes = self._world.objects.store.all(NODES.collection)
        message = self._claims_problem(pod, len(nodes))
        chosen: str | None = None
        if message is None:
            chosen, message = self._choose(pod, nodes)
        if chosen is None:
            self._refuse(pod, key, message or "no nodes available to schedule pods")
        else:
            self._bind(pod, chosen)

    def _choose(self, pod: Json, nodes: list[Json]) -> tuple[str | None, str | None]:
        """The node with the fewest Pods of those that fit, or why none fits."""
        requests, reasons, fitting = requests_of(pod), [], []
        for node in nodes:
            load = self._loads.get(name_of(node)) or _Load(0, {})
            problems = unfit(pod, node, requests, load.pods, load.requests)
            if problems:
                reasons += problems
            else:
                fitting.append((load.pods, name_of(node)))
        if fitting:
            return min(fitting)[1], None
        if not nodes:
            return None, "no nodes available to schedule pods"
        full = all(one.startswith(("Insufficient", "Too many")) for one in reasons)
        preemption = (
            f"{len(nodes)} No preemption victims found for incoming pod."
            if full
            else f"{len(nodes)} Preemption is not helpful for scheduling."
        )
        return None, explanation(len(nodes), reasons, preemption=preemption)

    def _claims_problem(self, pod: Json, nodes: int) -> str | None:
        after = f"preemption: 0/{nodes} nodes are available: {nodes} Preemption is not helpful for scheduling."
        for volume in at(pod, "spec", "volumes", default=[]):
            name = at(volume, "persistentVolumeClaim", "claimName")
            if name is None:
                continue
            claim = self._world.objects.find(CLAIMS, namespace_of(pod), name)
            if claim is None:
                return f'0/{nodes} nodes are available: persistentvolumeclaim "{name}" not found. {after}'
            if at(claim, "status", "phase") != "Bound":
                return f"0/{nodes} nodes are available: pod has unbound immediate PersistentVolumeClaims. {after}"
        return None

    def _refuse(self, pod: Json, key: Key, message: str) -> None:
        self._pending[uid_of(pod)] = key
        conditions = at(pod, "status", "conditions", default=[])
        made = condition(conditions, self._world.objects.now(), "PodScheduled", holds=False, reason="Unschedulable", message=message)
        kept = [one for one in conditions if one["type"] != "PodScheduled"]
        if made in conditions:
            return
        self._world.status(PODS, pod, {**(pod.get("status") or {}), "conditions": [*kept, made]}, "kube-scheduler")
        self._world.events.record(pod, "Warning", "FailedScheduling", message, _SCHEDULER)

    def _bind(self, pod: Json, node: str) -> None:
        self._pending.pop(uid_of(pod), None)
        conditions = at(pod, "status", "conditions", default=[])
        made = condition(conditions, self._world.objects.now(), "PodScheduled", holds=True)
        kept = [one for one in conditions if one["type"] != "PodScheduled"]

        def bind(obj: Json) -> None:
            obj["spec"]["nodeName"] = node
            obj["status"] = {**(obj.get("status") or {}), "conditions": [*kept, made]}

        self._world.objects.revise(PODS, pod, bind, "kube-scheduler", "binding")
        who = f"{namespace_of(pod)}/{name_of(pod)}"
        self._world.events.record(pod, "Normal", "Scheduled", f"Successfully assigned {who} to {node}", _SCHEDULER)
