"""CustomResourceDefinitions: their kinds are served as long as they are there. Their schemas are not enforced."""

from collections.abc import Iterable

from sandbox.kubernetes.controllers.world import World
from sandbox.kubernetes.resources import DEFINITIONS, Kind, custom_kinds
from sandbox.kubernetes.store import Change, Key
from sandbox.kubernetes.trees import Json, at, name_of, namespace_of


class Definitions:
    """The controller of custom kinds."""

    name = "definitions"

    def __init__(self, world: World) -> None:
        self._world = world
        self._served: dict[str, list[Kind]] = {}

    def keys(self, change: Change) -> Iterable[Key]:
        """Serve the kinds at once, so that the answer to a create means that they are usable."""
        if change.collection != DEFINITIONS.collection:
            return ()
        kinds = self._world.objects.kinds
        name = name_of(change.object)
        for kind in self._served.pop(name, []):
            kinds.drop(kind)
            if change.type == "DELETED":
                for obj in self._world.objects.store.all(kind.collection):
                    self._world.objects.store.remove(Key(kind.collection, namespace_of(obj), name_of(obj)))
        if change.type != "DELETED":
            # A definition cannot take the place of a kind that is built in.
            offered = custom_kinds(change.object)
            self._served[name] = [kind for kind in offered if kinds.at_path(kind.group, kind.version, kind.plural) is None]
            for kind in self._served[name]:
                kinds.add(kind)
        return (change.key,)

    def reconcile(self, key: Key) -> None:
        """Say that the kind is established."""
        live = self._world.objects.store.find(key)
        if live is None or at(live, "status", "conditions"):
            return
        now = self._world.objects.now()
        names = live["spec"]["names"]
        conditions: list[Json] = [
            {"type": kind, "status": "True", "lastTransitionTime": now, "reason": reason, "message": message}
            for kind, reason, message in (
                ("NamesAccepted", "NoConflicts", "no conflicts found"),
                ("Established", "InitialNamesAccepted", "the initial names have been accepted"),
            )
        ]
        versions = [one["name"] for one in live["spec"]["versions"]]
        status = {"conditions": conditions, "acceptedNames": names, "storedVersions": versions[:1]}
        self._world.status(DEFINITIONS, live, status)
