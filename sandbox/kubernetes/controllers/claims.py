"""PersistentVolumeClaims: bound to a volume made for them, when their StorageClass exists."""

from collections.abc import Iterable

from sandbox.kubernetes.controllers.world import CONTROLLER, World
from sandbox.kubernetes.objects import Deletion, Write
from sandbox.kubernetes.quantities import quantity
from sandbox.kubernetes.resources import CLAIMS, STORAGE_CLASSES, VOLUMES
from sandbox.kubernetes.store import Change, Key
from sandbox.kubernetes.trees import Json, at, name_of, namespace_of, uid_of

_COMPONENT = "persistentvolume-controller"


class Claims:
    """The controller of claims."""

    name = "claims"

    def __init__(self, world: World) -> None:
        self._world = world
        self._pending: set[Key] = set()

    def keys(self, change: Change) -> Iterable[Key]:
        """A claim; those that wait, when a class or a volume comes."""
        if change.collection == CLAIMS.collection:
            if change.type == "DELETED":
                self._pending.discard(change.key)
                self._release(change.object)
                return ()
            return (change.key,)
        if change.collection in {STORAGE_CLASSES.collection, VOLUMES.collection} and change.type == "ADDED":
            return tuple(self._pending)
        return ()

    def reconcile(self, key: Key) -> None:
        """Bind a claim, or say why not."""
        claim = self._world.objects.store.find(key)
        if claim is None or at(claim, "status", "phase") == "Bound":
            self._pending.discard(key)
            return
        name = at(claim, "spec", "storageClassName", default="")
        volume = self._free_volume(claim, name)
        if volume is None and name and self._world.objects.find(STORAGE_CLASSES, "", name):
            volume = self._provision(claim, name)
        if volume is None:
            if key not in self._pending:
                self._pending.add(key)
                self._explain(claim, name)
            return
        self._pending.discard(key)
        self._bind(claim, volume)

    def _free_volume(self, claim: Json, name: str) -> Json | None:
        needed = quantity(at(claim, "spec", "resources", "requests", "storage", default="0")) or 0
        for volume in self._world.objects.store.all(VOLUMES.collection):
            fits = (quantity(at(volume, "spec", "capacity", "storage", default="0")) or 0) >= needed
            free = at(volume, "status", "phase") == "Available" and at(volume, "spec", "claimRef") is None
            if free and fits and at(volume, "spec", "storageClassName", default="") == name:
                return volume
        return None

    def _provision(self, claim: Json, name: str) -> Json:
        body = {
            "metadata": {"name": f"pvc-{uid_of(claim)}"},
            "spec": {
                "capacity": {"storage": at(claim, "spec", "resources", "requests", "storage")},
                "accessModes": at(claim, "spec", "accessModes"),
                "storageClassName": name,
                "persistentVolumeReclaimPolicy": "Delete",
                "hostPath": {"path": f"/nowhere/{name_of(claim)}"},
            },
        }
        volume = self._world.objects.create(VOLUMES, "", body, Write(CONTROLLER))
        words = f"Successfully provisioned volume {name_of(volume)}"
        self._world.events.record(claim, "Normal", "ProvisioningSucceeded", words, _COMPONENT)
        return volume

    def _explain(self, claim: Json, name: str) -> None:
        if name:
            words = f'storageclass.storage.k8s.io "{name}" not found'
            self._world.events.record(claim, "Warning", "ProvisioningFailed", words, _COMPONENT)
        else:
            words = "no persistent volumes available for this claim and no storage class is set"
            self._world.events.record(claim, "Normal", "FailedBinding", words, _COMPONENT)

    def _bind(self, claim: Json, volume: Json) -> None:
        reference = {"kind": "PersistentVolumeClaim", "namespace": namespace_of(claim), "name": name_of(claim)}

        def take(tree: Json) -> None:
            tree["spec"]["claimRef"] = {**reference, "uid": uid_of(claim)}
            tree["status"] = {"phase": "Bound"}

        def bind(tree: Json) -> None:
            tree["spec"]["volumeName"] = name_of(volume)
            capacity = at(volume, "spec", "capacity", default={})
            modes = at(tree, "spec", "accessModes", default=[])
            tree["status"] = {"phase": "Bound", "accessModes": modes, "capacity": capacity}

        self._world.objects.revise(VOLUMES, volume, take, CONTROLLER)
        self._world.objects.revise(CLAIMS, claim, bind, CONTROLLER)

    def _release(self, claim: Json) -> None:
        name = at(claim, "spec", "volumeName")
        volume = self._world.objects.find(VOLUMES, "", name) if name else None
        if volume is None:
            return
        if at(volume, "spec", "persistentVolumeReclaimPolicy") == "Delete":
            self._world.objects.delete(VOLUMES, "", name_of(volume), Deletion())
        else:
            self._world.status(VOLUMES, volume, {"phase": "Released"})
