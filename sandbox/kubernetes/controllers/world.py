"""What every controller works with: the objects, the events, the time, and how to be called again."""

from collections.abc import Callable
from dataclasses import dataclass

from sandbox.kubernetes.clock import Clock
from sandbox.kubernetes.events import EventRecorder
from sandbox.kubernetes.objects import Objects
from sandbox.kubernetes.resources import Kind
from sandbox.kubernetes.store import Key
from sandbox.kubernetes.trees import Json

CONTROLLER = "kube-controller-manager"


@dataclass(frozen=True, slots=True)
class World:
    """The cluster as a controller sees it. `later(controller, key, seconds)` has a key reconciled again."""

    objects: Objects
    events: EventRecorder
    clock: Clock
    later: Callable[[str, Key, float], None]

    def status(self, kind: Kind, live: Json, status: Json, manager: str = CONTROLLER) -> Json:
        """Write a status, if it is another one than before."""
        if live.get("status") == status:
            return live
        return self.objects.revise(kind, live, lambda obj: obj.update(status=status), manager, "status")


def owner_reference(owner: Json) -> Json:
    """The reference that makes an object belong to a controller."""
    return {
        "apiVersion": owner["apiVersion"],
        "kind": owner["kind"],
        "name": owner["metadata"]["name"],
        "uid": owner["metadata"]["uid"],
        "controller": True,
        "blockOwnerDeletion": True,
    }


def controller_of(obj: Json) -> Json | None:
    """The reference to the controller that an object belongs to, or None."""
    references: list[Json] = obj["metadata"].get("ownerReferences") or []
    return next((one for one in references if one.get("controller")), None)
