"""Deployments: ReplicaSets by template, moved from old to new without losing what works."""

from collections.abc import Iterable

from sandbox.kubernetes.controllers.rollouts import (
    HASH_LABEL,
    REVISION,
    bounds,
    progress,
    revision_of,
    same_template,
    scales,
    template_hash,
)
from sandbox.kubernetes.controllers.world import CONTROLLER, World, controller_of, owner_reference
from sandbox.kubernetes.objects import Deletion, Write
from sandbox.kubernetes.resources import DEPLOYMENTS, REPLICA_SETS, Kind
from sandbox.kubernetes.store import Change, Key
from sandbox.kubernetes.trees import Json, at, clone, dig, name_of, namespace_of, uid_of

_COMPONENT = "deployment-controller"


class Deployments:
    """The controller of Deployments."""

    name = "deployments"

    def __init__(self, world: World) -> None:
        self._world = world

    def keys(self, change: Change) -> Iterable[Key]:
        """A Deployment, or that of a ReplicaSet."""
        if change.collection == DEPLOYMENTS.collection:
            return (change.key,)
        if change.collection == REPLICA_SETS.collection:
            owner = controller_of(change.object)
            if owner is not None and owner["kind"] == DEPLOYMENTS.kind:
                return (Key(DEPLOYMENTS.collection, namespace_of(change.object), owner["name"]),)
        return ()

    def reconcile(self, key: Key) -> None:
        """Make the next move of the rollout, and say where it stands."""
        live = self._world.objects.store.find(key)
        if live is None:
            return
        if not live["metadata"].get("deletionTimestamp"):
            new, old = self._replica_sets(live)
            if not live["spec"].get("paused"):
                new = self._current(live, new, old)
                self._scale(live, new, old)
            elif new is not None and not any(at(one, "spec", "replicas") for one in old):
                self._scale(live, new, old)
            self._clean_up(live, old)
            live = self._world.objects.store.find(key) or live
        self._tell(key, live)

    def _replica_sets(self, live: Json) -> tuple[Json | None, list[Json]]:
        """The ReplicaSet of the present template, and the others."""
        store = self._world.objects.store
        keys = [key for key in store.owned(uid_of(live)) if key.collection == REPLICA_SETS.collection]
        found = [one for key in keys if (one := store.find(key)) is not None]
        found = [one for one in found if not one["metadata"].get("deletionTimestamp")]
        matching = [one for one in found if same_template(one, live["spec"]["template"])]
        new = min(matching, key=lambda one: str(one["metadata"]["creationTimestamp"])) if matching else None
        return new, [one for one in found if one is not new]

    def _current(self, live: Json, new: Json | None, old: list[Json]) -> Json:
        """The ReplicaSet of the present template, made or given the newest revision, which the Deployment then carries."""
        newest = max(map(revision_of, old), default=0)
        if new is None:
            new = self._create(live, old, str(newest + 1))
        elif revision_of(new) <= newest:
            new = self._annotate(REPLICA_SETS, new, str(newest + 1))
        revision = str(revision_of(new))
        if at(live, "metadata", "annotations", REVISION) != revision:
            self._annotate(DEPLOYMENTS, live, revision)
        return new

    def _annotate(self, kind: Kind, obj: Json, revision: str) -> Json:
        def annotate(tree: Json) -> None:
            dig(tree, "metadata", "annotations")[REVISION] = revision

        return self._world.objects.revise(kind, obj, annotate, CONTROLLER)

    def _create(self, live: Json, old: list[Json], revision: str) -> Json:
        template = clone(live["spec"]["template"])
        short = template_hash(template)
        dig(template, "metadata", "labels")[HASH_LABEL] = short
        selector = clone(live["spec"]["selector"])
        dig(selector, "matchLabels")[HASH_LABEL] = short
        desired = live["spec"]["replicas"]
        surge, _ = bounds(live)
        running = sum(int(at(one, "spec", "replicas", default=0)) for one in old)
        recreate = live["spec"]["strategy"]["type"] == "Recreate"
        size = 0 if recreate and running else max(min(desired, desired + surge - running), 0)
        labels = clone(at(template, "metadata", "labels"))
        annotations = {
            key: value
            for key, value in at(live, "metadata", "annotations", default={}).items()
            if key not in {REVISION, "kubectl.kubernetes.io/last-applied-configuration"}
        }
        annotations |= {
            REVISION: revision,
            "deployment.kubernetes.io/desired-replicas": str(desired),
            "deployment.kubernetes.io/max-replicas": str(desired + surge),
        }
        body: Json = {
            "apiVersion": REPLICA_SETS.api_version,
            "kind": REPLICA_SETS.kind,
            "metadata": {
                "name": f"{name_of(live)}-{short}",
                "labels": labels,
                "annotations": annotations,
                "ownerReferences": [owner_reference(live)],
            },
            "spec": {"replicas": size, "selector": selector, "template": template},
        }
        if live["spec"].get("minReadySeconds"):
            body["spec"]["minReadySeconds"] = live["spec"]["minReadySeconds"]
        made = self._world.objects.create(REPLICA_SETS, namespace_of(live), body, Write(CONTROLLER))
        if size:
            self._say(live, "up", name_of(made), 0, size)
        return made

    def _scale(self, live: Json, new: Json, old: list[Json]) -> None:
        by_name = {name_of(one): one for one in (new, *old)}
        for name, size in scales(live, new, old).items():
            before = int(at(by_name[name], "spec", "replicas", default=0))

            def resize(tree: Json, size: int = size) -> None:
                tree["spec"]["replicas"] = size

            self._world.objects.revise(REPLICA_SETS, by_name[name], resize, CONTROLLER)
            self._say(live, "up" if size > before else "down", name, before, size)

    def _say(self, live: Json, way: str, name: str, before: int, after: int) -> None:
        words = f"Scaled {way} replica set {name} from {before} to {after}"
        self._world.events.record(live, "Normal", "ScalingReplicaSet", words, _COMPONENT)

    def _clean_up(self, live: Json, old: list[Json]) -> None:
        """Forget the oldest revisions beyond the history limit."""
        idle = [one for one in old if not at(one, "spec", "replicas") and not at(one, "status", "replicas")]
        limit = live["spec"].get("revisionHistoryLimit", 10)
        for one in sorted(idle, key=revision_of)[: max(len(idle) - limit, 0)]:
            self._world.objects.delete(REPLICA_SETS, namespace_of(one), name_of(one), Deletion())

    def _tell(self, key: Key, live: Json) -> None:
        new, old = self._replica_sets(live)
        objects = self._world.objects
        said = progress(live, new, old, self._world.clock.now(), objects.now())
        self._world.status(DEPLOYMENTS, live, said.status)
        if said.deadline is not None:
            self._world.later(self.name, key, said.deadline + 0.01)
