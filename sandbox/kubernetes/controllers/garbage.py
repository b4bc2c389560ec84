"""Garbage: what belonged to an owner that is gone goes too, and owners that wait for it (or let go of it) are finished."""

from collections.abc import Iterable

from sandbox.kubernetes.controllers.world import CONTROLLER, World
from sandbox.kubernetes.objects import FOREGROUND, ORPHAN, Deletion
from sandbox.kubernetes.store import Change, Key
from sandbox.kubernetes.trees import Json, name_of, namespace_of, uid_of


class Garbage:
    """The controller of ownerReferences."""

    name = "garbage"

    def __init__(self, world: World) -> None:
        self._world = world

    def keys(self, change: Change) -> Iterable[Key]:
        """The dependents of what was deleted, new dependents, and owners that wait."""
        obj = change.object
        store = self._world.objects.store
        if change.type == "DELETED":
            found = store.owned(uid_of(obj))
            waiting = [
                Key(kind.collection, namespace_of(obj) if kind.namespaced else "", owner["name"])
                for owner in obj["metadata"].get("ownerReferences") or ()
                if (kind := self._world.objects.kinds.named(owner["apiVersion"], owner["kind"]))
            ]
            return found + waiting
        if change.type == "ADDED" and obj["metadata"].get("ownerReferences"):
            return (change.key,)
        return (change.key,) if obj["metadata"].get("deletionTimestamp") else ()

    def reconcile(self, key: Key) -> None:
        """Delete an orphan, or bring a deletion forward that waits for dependents."""
        obj = self._world.objects.store.find(key)
        kind = self._world.objects.kinds.kept_in(key.collection)
        if obj is None or kind is None:
            return
        metadata = obj["metadata"]
        finalizers = metadata.get("finalizers") or []
        if metadata.get("deletionTimestamp"):
            if ORPHAN in finalizers:
                self._let_go(obj)
            elif FOREGROUND in finalizers:
                if self._delete_dependents(obj):
                    return
            else:
                return
            self._finish(key, obj)
            return
        owners = metadata.get("ownerReferences") or []
        if owners and not any(self._world.objects.store.exists(owner["uid"]) for owner in owners):
            self._world.objects.delete(kind, namespace_of(obj), name_of(obj), Deletion())

    def _delete_dependents(self, owner: Json) -> bool:
        """Delete the dependents; whether some of them are still there and block the owner."""
        objects, blocked = self._world.objects, False
        for key in objects.store.owned(uid_of(owner)):
            kind, one = objects.kinds.kept_in(key.collection), objects.store.find(key)
            if kind is None or one is None:
                continue
            if not one["metadata"].get("deletionTimestamp"):
                objects.delete(kind, key.namespace, key.name, Deletion("Foreground"))
            blocked = blocked or objects.store.find(key) is not None
        return blocked

    def _let_go(self, owner: Json) -> None:
        objects, uid = self._world.objects, uid_of(owner)

        def forget(tree: Json) -> None:
            left = [one for one in tree["metadata"]["ownerReferences"] if one["uid"] != uid]
            if left:
                tree["metadata"]["ownerReferences"] = left
            else:
                del tree["metadata"]["ownerReferences"]

        for key in objects.store.owned(uid):
            kind, one = objects.kinds.kept_in(key.collection), objects.store.find(key)
            if kind is not None and one is not None:
                objects.revise(kind, one, forget, CONTROLLER)

    def _finish(self, key: Key, obj: Json) -> None:
        kind = self._world.objects.kinds.kept_in(key.collection)
        if kind is None:
            return

        def done(tree: Json) -> None:
            tree["metadata"]["finalizers"] = [one for one in tree["metadata"]["finalizers"] if one not in {FOREGROUND, ORPHAN}]
            if not tree["metadata"]["finalizers"]:
                del tree["metadata"]["finalizers"]

        self._world.objects.revise(kind, obj, done, CONTROLLER)
