"""Events about objects, as core/v1 Event: the same thing said again raises the count of the event that is there."""

import hashlib
from collections import OrderedDict
from typing import Literal, TypeAlias

from sandbox.kubernetes.objects import Objects
from sandbox.kubernetes.resources import EVENTS
from sandbox.kubernetes.store import Key
from sandbox.kubernetes.trees import Json, name_of, namespace_of

KEPT = 5000  # events of a cluster; a real one forgets them after an hour

EventType: TypeAlias = Literal["Normal", "Warning"]


class EventRecorder:
    """Writes events; the oldest go when there are too many."""

    def __init__(self, objects: Objects, kept: int = KEPT) -> None:
        self._objects = objects
        self._kept = kept
        stored = sorted(objects.store.all(EVENTS.collection), key=lambda one: int(one["metadata"]["resourceVersion"]))
        self._order = OrderedDict((Key(EVENTS.collection, namespace_of(one), name_of(one)), None) for one in stored)

    def record(
        self, obj: Json, event_type: EventType, reason: str, message: str, component: str, *, part: str = "", host: str = ""
    ) -> None:
        """Say something about an object; `part` is the field path, such as `spec.containers{web}`."""
        objects, metadata = self._objects, obj["metadata"]
        namespace = metadata.get("namespace") or "default"
        told = "\0".join((metadata["uid"], event_type, reason, message, component, part))
        name = f"{metadata['name']}.{hashlib.sha256(told.encode()).hexdigest()[:16]}"
        key, now = Key(EVENTS.collection, namespace, name), objects.now()
        before = objects.store.find(key)
        if before is not None:
            again = {**before, "metadata": {**before["metadata"]}}
            objects.store.put(EVENTS.collection, again | {"count": before.get("count", 1) + 1, "lastTimestamp": now})
            self._order.move_to_end(key) if key in self._order else None
            return
        event: Json = {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {"name": name, "namespace": namespace, "uid": objects.identities.uid(), "creationTimestamp": now},
            "involvedObject": {
                "apiVersion": obj["apiVersion"],
                "kind": obj["kind"],
                "name": metadata["name"],
                "namespace": namespace,
                "uid": metadata["uid"],
                "resourceVersion": metadata.get("resourceVersion", ""),
            },
            "reason": reason,
            "message": message,
            "type": event_type,
            "source": {"component": component, **({"host": host} if host else {})},
            "firstTimestamp": now,
            "lastTimestamp": now,
            "count": 1,
            "eventTime": None,
            "reportingComponent": component,
            "reportingInstance": host,
        }
        if part:
            event["involvedObject"]["fieldPath"] = part
        objects.store.put(EVENTS.collection, event)
        self._order[key] = None
        while len(self._order) > self._kept:
            objects.store.remove(self._order.popitem(last=False)[0])
