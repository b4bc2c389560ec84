"""Services: their Endpoints, which are the ready Pods that the selector selects."""

from collections.abc import Iterable
from typing import Any

from sandbox.kubernetes.controllers.pods import is_active, ready_since
from sandbox.kubernetes.controllers.world import CONTROLLER, World, owner_reference
from sandbox.kubernetes.objects import Write
from sandbox.kubernetes.resources import ENDPOINTS, PODS, SERVICES
from sandbox.kubernetes.store import Change, Key
from sandbox.kubernetes.trees import Json, at, labels_of, name_of, namespace_of, uid_of


class Services:
    """The controller of Endpoints."""

    name = "services"

    def __init__(self, world: World) -> None:
        self._world = world

    def keys(self, change: Change) -> Iterable[Key]:
        """A Service, or those that select a Pod."""
        if change.collection == SERVICES.collection:
            return (change.key,)
        if change.collection != PODS.collection:
            return ()
        labels = labels_of(change.object)
        return [
            Key(SERVICES.collection, namespace_of(service), name_of(service))
            for service in self._world.objects.store.all(SERVICES.collection, namespace_of(change.object))
            if (selector := at(service, "spec", "selector")) and selector.items() <= labels.items()
        ]

    def reconcile(self, key: Key) -> None:
        """Write the Endpoints of a Service."""
        objects = self._world.objects
        service = objects.store.find(key)
        if service is None or not at(service, "spec", "selector") or service["metadata"].get("deletionTimestamp"):
            return
        selector = service["spec"]["selector"].items()
        pods = [
            pod
            for pod in objects.store.all(PODS.collection, key.namespace)
            if is_active(pod) and at(pod, "status", "podIP") and selector <= labels_of(pod).items()
        ]
        subsets = _subsets(service, pods)
        live = objects.find(ENDPOINTS, key.namespace, key.name)
        if live is None:
            metadata = {"name": key.name, "labels": labels_of(service), "ownerReferences": [owner_reference(service)]}
            body = {"metadata": metadata} | ({"subsets": subsets} if subsets else {})
            objects.create(ENDPOINTS, key.namespace, body, Write(CONTROLLER))
            return

        def change(tree: Json) -> None:
            tree.pop("subsets", None)
            if subsets:
                tree["subsets"] = subsets

        objects.revise(ENDPOINTS, live, change, CONTROLLER)


def _subsets(service: Json, pods: list[Json]) -> list[Json]:
    """One subset for each set of port numbers that the Pods resolve to."""
    grouped: dict[str, Json] = {}
    for pod in pods:
        ports = _ports(service, pod)
        subset = grouped.setdefault(repr(ports), {"addresses": [], "notReadyAddresses": [], "ports": ports})
        address = {
            "ip": pod["status"]["podIP"],
            "nodeName": at(pod, "spec", "nodeName", default=""),
            "targetRef": {"kind": "Pod", "namespace": namespace_of(pod), "name": name_of(pod), "uid": uid_of(pod)},
        }
        subset["addresses" if ready_since(pod) else "notReadyAddresses"].append(address)
    return [{key: value for key, value in subset.items() if value} for subset in grouped.values()]


def _ports(service: Json, pod: Json) -> list[Json]:
    found: list[Json] = []
    for port in at(service, "spec", "ports", default=[]):
        number = _number(port.get("targetPort"), pod)
        if number is not None:
            named = {"name": port["name"]} if port.get("name") else {}
            found.append({**named, "port": number, "protocol": port.get("protocol", "TCP")})
    return found


def _number(target: Any, pod: Json) -> int | None:
    if isinstance(target, int):
        return target
    for container in at(pod, "spec", "containers", default=[]):
        for port in container.get("ports") or ():
            if port.get("name") == target:
                return int(port["containerPort"])
    return None
