"""Namespaces: each gets its service account, and a deleted one goes when everything in it has gone."""

from collections.abc import Iterable

from sandbox.kubernetes.controllers.world import CONTROLLER, World
from sandbox.kubernetes.objects import Deletion, Write
from sandbox.kubernetes.resources import NAMESPACES, SERVICE_ACCOUNTS
from sandbox.kubernetes.store import Change, Key
from sandbox.kubernetes.trees import Json, name_of, namespace_of


class Namespaces:
    """The controller of Namespaces."""

    name = "namespaces"

    def __init__(self, world: World) -> None:
        self._world = world
        self._ending: set[str] = set()

    def keys(self, change: Change) -> Iterable[Key]:
        """A Namespace, or the ending one of something that was deleted."""
        if change.collection == NAMESPACES.collection:
            if change.object["metadata"].get("deletionTimestamp") and change.type != "DELETED":
                self._ending.add(name_of(change.object))
            else:
                self._ending.discard(name_of(change.object))
            return (change.key,)
        namespace = namespace_of(change.object)
        if change.type == "DELETED" and namespace in self._ending:
            return (Key(NAMESPACES.collection, "", namespace),)
        if change.type == "DELETED" and change.collection == SERVICE_ACCOUNTS.collection:
            return (Key(NAMESPACES.collection, "", namespace),)
        return ()

    def reconcile(self, key: Key) -> None:
        """Provide what every Namespace has, or empty one that is being deleted."""
        namespace = self._world.objects.store.find(key)
        if namespace is None:
            return
        if not namespace["metadata"].get("deletionTimestamp"):
            if self._world.objects.find(SERVICE_ACCOUNTS, key.name, "default") is None:
                self._world.objects.create(SERVICE_ACCOUNTS, key.name, {"metadata": {"name": "default"}}, Write(CONTROLLER))
            return
        left = False
        for collection in self._world.objects.store.collections():
            kind = self._world.objects.kinds.kept_in(collection)
            if kind is None or not kind.namespaced:
                continue
            for obj in self._world.objects.store.all(collection, key.name):
                if not obj["metadata"].get("deletionTimestamp"):
                    self._world.objects.delete(kind, key.name, name_of(obj), Deletion())
            left = left or bool(self._world.objects.store.all(collection, key.name))
        if not left:
            self._world.objects.revise(NAMESPACES, namespace, _finish, CONTROLLER, "finalize")


def _finish(namespace: Json) -> None:
    namespace["spec"] = {key: value for key, value in (namespace.get("spec") or {}).items() if key != "finalizers"}
    finalizers = [one for one in namespace["metadata"].get("finalizers") or () if one != "kubernetes"]
    namespace["metadata"].pop("finalizers", None)
    if finalizers:
        namespace["metadata"]["finalizers"] = finalizers
