"""The rules of reading and writing objects, for HTTP requests and for the controllers alike.

Every write goes the same way: system metadata, defaults, structure, validation, admission, generation, field managers, and
then the store, unless nothing changed or the write is a dry run. It leaves HTTP to `server`, versions to `store`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.kubernetes.admission import admit
from sandbox.kubernetes.apply import Manager, applied, managers_of, updated
from sandbox.kubernetes.clock import Clock, timestamp
from sandbox.kubernetes.defaults import set_defaults
from sandbox.kubernetes.errors import already_exists, bad_request, conflict, modified, not_found
from sandbox.kubernetes.identities import Identities
from sandbox.kubernetes.resources import ENDPOINTS, NAMESPACES, PODS, REPLICA_SETS, Kind, Kinds
from sandbox.kubernetes.store import Key, Store
from sandbox.kubernetes.structure import check_structure
from sandbox.kubernetes.trees import Json, at, clone, dig
from sandbox.kubernetes.validation import check

FOREGROUND, ORPHAN = "foregroundDeletion", "orphan"

# What controllers write all the time and nobody applies: their own field ownership there would cost a third of the work.
_UNTRACKED = (PODS, REPLICA_SETS, ENDPOINTS)


@dataclass(frozen=True, slots=True)
class Write:
    """How a write is meant: by which field manager, to which subresource, and whether it is only tried."""

    manager: str
    subresource: str = ""
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Deletion:
    """The options of a delete."""

    propagation: str = "Background"
    grace: int | None = None
    uid: str | None = None
    version: str | None = None
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Removed:
    """The result of a delete: the last state, and whether the object is gone or still finishing."""

    object: Json
    gone: bool


@dataclass(slots=True)
class Objects:
    """Reads and writes with the semantics of the API."""

    store: Store
    kinds: Kinds
    clock: Clock
    identities: Identities

    def now(self) -> str:
        """The wall clock as objects carry it."""
        return timestamp(self.clock.now())

    def get(self, kind: Kind, namespace: str, name: str) -> Json:
        """An object; 404 without it."""
        found = self.store.get(kind.collection, namespace if kind.namespaced else "", name)
        if found is None:
            raise not_found(kind.plural, kind.group, name)
        return found

    def find(self, kind: Kind, namespace: str, name: str) -> Json | None:
        """An object, or None."""
        return self.store.get(kind.collection, namespace if kind.namespaced else "", name)

    def create(self, kind: Kind, namespace: str, body: Json, write: Write) -> Json:
        """Store a new object; 409 when it is there already."""
        obj = self._received(kind, body)
        metadata = dig(obj, "metadata")
        if not metadata.get("name") and metadata.get("generateName"):
            metadata["name"] = metadata["generateName"] + self.identities.suffix()
        self._locate(kind, namespace, metadata)
        if self.find(kind, namespace, str(metadata.get("name"))) is not None:
            raise already_exists(kind.plural, kind.group, metadata["name"])
        return self._write(kind, None, obj, write)

    def replace(self, kind: Kind, namespace: str, name: str, body: Json, write: Write) -> Json:
        """Put a whole object, or with a subresource that part of it; 409 when its resourceVersion is old."""
        obj = self._received(kind, body)
        live = self.get(kind, namespace, name)
        self._locate(kind, namespace, dig(obj, "metadata"), name)
        self._expect(kind, live, at(obj, "metadata", "resourceVersion"), at(obj, "metadata", "uid"))
        return self._write(kind, live, obj, write)

    def patch(self, kind: Kind, namespace: str, name: str, change: Callable[[Json], Json], write: Write) -> Json:
        """Change an object by a function from old to new."""
        live = self.get(kind, namespace, name)
        obj = self._received(kind, change(live))
        self._locate(kind, namespace, dig(obj, "metadata"), name)
        self._expect(kind, live, at(obj, "metadata", "resourceVersion"), at(obj, "metadata", "uid"))
        return self._write(kind, live, obj, write)

    def apply(self, kind: Kind, namespace: str, name: str, config: Json, write: Write, *, force: bool) -> Json:
        """Server-side apply; creates what is not there, 409 when other managers own changed fields."""
        config = self._received(kind, config)
        metadata = dig(config, "metadata")
        if metadata.get("managedFields"):
            raise bad_request("metadata.managedFields must be nil")
        self._locate(kind, namespace, metadata, name)
        live = self.find(kind, namespace, name)
        if live is not None:
            self._expect(kind, live, metadata.get("resourceVersion"), metadata.get("uid"))
        elif metadata.get("resourceVersion") or metadata.get("uid"):
            raise not_found(kind.plural, kind.group, name)
        if live is None and write.subresource:
            raise not_found(kind.plural, kind.group, name)
        manager = Manager(write.manager, "Apply", kind.api_version, write.subresource)
        obj = applied(live, config, manager, force=force, now=self.now(), builtin=kind.builtin)
        return self._write(kind, live, clone(obj), write, tracked=True)

    def revise(self, kind: Kind, live: Json, change: Callable[[Json], None], manager: str, subresource: str = "") -> Json:
        """A controller's own write: trusted, so neither defaulted nor validated; nothing is stored when nothing changed."""
        obj = clone(live)
        change(obj)
        return self._commit(kind, live, obj, Write(manager, subresource), tracked=kind in _UNTRACKED)

    def delete(self, kind: Kind, namespace: str, name: str, deletion: Deletion) -> Removed:
        """Delete an object, or mark it when finalizers, dependents or a Pod's grace period keep it for a while."""
        live = self.get(kind, namespace, name)
        metadata = live["metadata"]
        if deletion.uid is not None and deletion.uid != metadata["uid"]:
            why = f"Precondition failed: UID in precondition: {deletion.uid}, UID in object meta: {metadata['uid']}"
            raise conflict(kind.plural, kind.group, name, why)
        if deletion.version is not None and deletion.version != metadata["resourceVersion"]:
            why = (
                f"Precondition failed: ResourceVersion in precondition: {deletion.version}, ResourceVersion in object "
                f"meta: {metadata['resourceVersion']}"
            )
            raise conflict(kind.plural, kind.group, name, why)
        finalizers = self._finalizers(kind, live, deletion)
        grace = self._grace(kind, live, deletion)
        if not finalizers and not grace:
            last = live if deletion.dry_run else self.store.remove(Key(kind.collection, metadata.get("namespace", ""), name))
            return Removed(last or live, gone=True)
        if metadata.get("deletionTimestamp") and finalizers == (metadata.get("finalizers") or []):
            return Removed(live, gone=False)
        obj = clone(live)
        obj["metadata"].setdefault("deletionTimestamp", self.now())
        obj["metadata"].setdefault("deletionGracePeriodSeconds", grace)
        if finalizers:
            obj["metadata"]["finalizers"] = finalizers
        if kind is NAMESPACES:
            obj["status"] = {**(obj.get("status") or {}), "phase": "Terminating"}
        return Removed(obj if deletion.dry_run else self.store.put(kind.collection, obj), gone=False)

    def erase(self, kind: Kind, obj: Json) -> None:
        """Remove an object that has finished, at once; one that still has finalizers waits for them."""
        if not obj["metadata"].get("finalizers"):
            self.store.remove(Key(kind.collection, obj["metadata"].get("namespace", ""), obj["metadata"]["name"]))

    def _finalizers(self, kind: Kind, live: Json, deletion: Deletion) -> list[str]:
        listed: list[str] = [*(live["metadata"].get("finalizers") or ())]
        if kind is NAMESPACES and at(live, "spec", "finalizers"):
            return listed or ["kubernetes"]
        owned = self.store.owned(live["metadata"]["uid"])
        wanted = {"Foreground": FOREGROUND, "Orphan": ORPHAN}.get(deletion.propagation)
        if owned and wanted and wanted not in listed:
            listed.append(wanted)
        return listed

    def _grace(self, kind: Kind, live: Json, deletion: Deletion) -> int:
        """Only Pods that run on a node are given time."""
        if kind is not PODS or not at(live, "spec", "nodeName") or at(live, "status", "phase") in {"Succeeded", "Failed"}:
            return 0
        own = at(live, "spec", "terminationGracePeriodSeconds", default=30)
        return int(own if deletion.grace is None else deletion.grace)

    def _received(self, kind: Kind, body: Any) -> Json:
        """A body as a fresh tree without nulls, which Go does not tell from absent; 400 when it is another kind."""
        if not isinstance(body, dict):
            raise bad_request(f"couldn't get version/kind; json parse error: expected an object, found {body!r:.80}")
        obj: Json = without_nulls(body)
        obj.setdefault("apiVersion", kind.api_version)
        obj.setdefault("kind", kind.kind)
        sent = (obj["apiVersion"], obj["kind"])
        if sent != (kind.api_version, kind.kind):
            raise bad_request(
                f"{obj['kind']} in version {obj['apiVersion']!r} cannot be handled as a {kind.kind}: the object provided is "
                f"unrecognized: expected {kind.api_version}, Kind={kind.kind}"
            )
        check_structure(kind, {"metadata": obj.get("metadata")} if not kind.builtin else obj)
        return obj

    def _locate(self, kind: Kind, namespace: str, metadata: Json, name: str | None = None) -> None:
        if name is not None and metadata.setdefault("name", name) != name:
            words = f"the name of the object ({metadata['name']}) does not match the name on the URL ({name})"
            raise bad_request(words)
        if not kind.namespaced:
            metadata.pop("namespace", None)
        elif metadata.setdefault("namespace", namespace) != namespace:
            words = "the namespace of the provided object does not match the namespace sent on the request"
            raise bad_request(words)

    def _expect(self, kind: Kind, live: Json, version: str | None, uid: str | None) -> None:
        name = live["metadata"]["name"]
        if uid is not None and uid != live["metadata"]["uid"]:
            why = f"Precondition failed: UID in precondition: {uid}, UID in object meta: {live['metadata']['uid']}"
            raise conflict(kind.plural, kind.group, name, why)
        if version is not None and version != live["metadata"]["resourceVersion"]:
            raise modified(kind.plural, kind.group, name)

    def _write(self, kind: Kind, live: Json | None, obj: Json, write: Write, *, tracked: bool = False) -> Json:
        self._settle_metadata(kind, live, obj, write)
        if write.subresource != "status":
            set_defaults(kind, obj)
            check(kind, obj, live)
        if live is None:
            admit(self.store, kind, obj)
        return self._commit(kind, live, obj, write, tracked=tracked)

    def _settle_metadata(self, kind: Kind, live: Json | None, obj: Json, write: Write) -> None:
        """What only the server writes is the server's, and each of spec and status is written through its own door."""
        metadata = obj["metadata"]
        for name in ("deletionTimestamp", "deletionGracePeriodSeconds", "selfLink", "generation"):
            metadata.pop(name, None)
        if live is None:
            metadata.pop("resourceVersion", None)
            metadata["uid"] = self.identities.uid()
            metadata["creationTimestamp"] = self.now()
            if kind.status:
                obj.pop("status", None)
            return
        if write.subresource == "status":
            status, managed = obj.get("status"), metadata.get("managedFields")
            obj.clear()
            obj.update(clone(live))
            if status is not None:
                obj["status"] = status
            if managed is not None:
                obj["metadata"]["managedFields"] = managed
            return
        before = live["metadata"]
        for name in ("uid", "creationTimestamp", "resourceVersion", "generation", "deletionTimestamp", "generateName",
                     "deletionGracePeriodSeconds"):  # fmt: skip
            if name in before:
                metadata[name] = before[name]
        if kind.status:
            obj.pop("status", None)
            if "status" in live:
                obj["status"] = live["status"]

    def _commit(self, kind: Kind, live: Json | None, obj: Json, write: Write, *, tracked: bool) -> Json:
        metadata = obj["metadata"]
        if kind.group and "spec" in obj:
            generation = at(live, "metadata", "generation", default=0)
            metadata["generation"] = generation + (live is None or live.get("spec") != obj["spec"])
        if live is not None and same(live, obj, managers=tracked):
            return live
        if not tracked:
            manager = Manager(write.manager, "Update", kind.api_version, write.subresource)
            updated(live, obj, manager, self.now(), builtin=kind.builtin)
        if write.dry_run:
            return obj
        if live is not None and metadata.get("deletionTimestamp") and self._finished(kind, obj):
            return self.store.remove(Key(kind.collection, metadata.get("namespace", ""), metadata["name"])) or obj
        return self.store.put(kind.collection, obj)

    def _finished(self, kind: Kind, obj: Json) -> bool:
        """A marked object goes with its last finalizer; a Pod goes when its kubelet says so."""
        if obj["metadata"].get("finalizers") or (kind is NAMESPACES and at(obj, "spec", "finalizers")):
            return False
        return kind is not PODS or not obj["metadata"].get("deletionGracePeriodSeconds")


def without_nulls(tree: Any) -> Any:
    """A copy without null entries of mappings."""
    if isinstance(tree, dict):
        return {key: without_nulls(value) for key, value in tree.items() if value is not None}
    return [without_nulls(item) for item in tree] if isinstance(tree, list) else tree


def same(live: Json, obj: Json, *, managers: bool) -> bool:
    """Whether a write changes nothing; the times at which managers wrote do not count."""
    if any(live.get(key) != obj.get(key) for key in (live.keys() | obj.keys()) - {"metadata"}):
        return False
    ignored = {"managedFields", "resourceVersion"}
    old, new = live["metadata"], obj["metadata"]
    if any(old.get(key) != new.get(key) for key in (old.keys() | new.keys()) - ignored):
        return False
    if not managers or old.get("managedFields") == new.get("managedFields"):
        return True
    owned = [{who: entry.fields for who, entry in managers_of(one).items()} for one in (live, obj)]
    return owned[0] == owned[1]
