"""The objects of a cluster, their versions, and the recent changes that watches read. Knows no rules of the API.

Stored objects are shared by everybody who reads: never change one in place. Every change gets the next resourceVersion.
"""

import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeAlias

from sandbox.kubernetes.errors import gone
from sandbox.kubernetes.trees import Json, name_of, namespace_of, uid_of

HISTORY = 1000  # changes kept for each collection, up to 10 MB of Pods; a watch that is further behind must list again
SKIP_ON_RESTART = 1000  # versions that may have been seen by a watch and not yet written when the process was killed

ChangeType: TypeAlias = Literal["ADDED", "MODIFIED", "DELETED"]


class Key(NamedTuple):
    """Where an object is kept: collection such as `deployments.apps`, namespace (empty cluster-wide), name."""

    collection: str
    namespace: str
    name: str


@dataclass(slots=True)
class Change:
    """One change of one object; `previous` is what was there before."""

    version: int
    type: ChangeType
    collection: str
    object: Json
    previous: Json | None
    _encoded: bytes | None = None

    @property
    def key(self) -> Key:
        """Where the object is, or was."""
        return Key(self.collection, namespace_of(self.object), name_of(self.object))

    def encoded(self) -> bytes:
        """The object as JSON, made once for all watches."""
        if self._encoded is None:
            self._encoded = json.dumps(self.object, separators=(",", ":"), ensure_ascii=False).encode()
        return self._encoded


@dataclass(slots=True)
class _Collection:
    objects: dict[str, dict[str, Json]] = field(default_factory=dict)
    history: deque[Change] = field(default_factory=deque)
    forgotten: int = 0  # the newest version that left the history


class Store:
    """All objects in memory. `record` receives a journal line for every change."""

    def __init__(self, record: Callable[[Json], None] | None = None, *, history: int = HISTORY) -> None:
        self.version = 0
        self._collections: dict[str, _Collection] = {}
        self._owned: dict[str, set[Key]] = {}
        self._uids: set[str] = set()
        self._listeners: list[Callable[[Change], None]] = []
        self._record = record
        self._history = history
        self._loaded = 0  # the version after a restart; nothing older can be watched

    def load(self, lines: Iterable[Json]) -> None:
        """Take stored objects back. What watches saw before is forgotten: they must list again."""
        for line in lines:
            if "put" in line:
                obj = line["object"]
                self._place(line["put"], obj)
                self.version = max(self.version, int(obj["metadata"]["resourceVersion"]))
            elif "delete" in line:
                self._displace(Key(*line["delete"]))
                self.version = max(self.version, line["version"])
            else:
                self.version = max(self.version, line["version"])
        if self.version:
            self.version += SKIP_ON_RESTART
        self._loaded = self.version
        for collection in self._collections.values():
            collection.forgotten = self._loaded

    def lines(self) -> Iterator[Json]:
        """Journal lines that make an empty store like this one."""
        yield {"version": self.version}
        for name, collection in self._collections.items():
            for objects in collection.objects.values():
                for obj in objects.values():
                    yield {"put": name, "object": obj}

    def listen(self, listener: Callable[[Change], None]) -> Callable[[], None]:
        """Call back with every change, at once and in order; returns how to stop."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def get(self, collection: str, namespace: str, name: str) -> Json | None:
        """An object, or None."""
        kept = self._collections.get(collection)
        return kept.objects.get(namespace, {}).get(name) if kept else None

    def find(self, key: Key) -> Json | None:
        """An object by its key, or None."""
        return self.get(*key)

    def all(self, collection: str, namespace: str | None = None) -> list[Json]:
        """The objects of a collection in the order of their keys, of one namespace or of all."""
        kept = self._collections.get(collection)
        if kept is None:
            return []
        namespaces = sorted(kept.objects) if namespace is None else [namespace]
        return [objects[name] for one in namespaces if (objects := kept.objects.get(one)) for name in sorted(objects)]

    def collections(self) -> list[str]:
        """The collections that have, or had, objects."""
        return list(self._collections)

    def owned(self, uid: str) -> list[Key]:
        """The objects that name a uid in their ownerReferences."""
        return sorted(self._owned.get(uid, ()))

    def exists(self, uid: str) -> bool:
        """Whether an object with this uid is there."""
        return uid in self._uids

    def put(self, collection: str, obj: Json) -> Json:
        """Store a new state of an object; its resourceVersion is set here."""
        self.version += 1
        obj["metadata"]["resourceVersion"] = str(self.version)
        previous = self._place(collection, obj)
        if self._record is not None:
            self._record({"put": collection, "object": obj})
        self._publish(Change(self.version, "MODIFIED" if previous else "ADDED", collection, obj, previous))
        return obj

    def remove(self, key: Key) -> Json | None:
        """Remove an object; returns its last state, under the version of its removal."""
        previous = self._displace(key)
        if previous is None:
            return None
        self.version += 1
        last = {**previous, "metadata": {**previous["metadata"], "resourceVersion": str(self.version)}}
        if self._record is not None:
            self._record({"delete": list(key), "version": self.version})
        self._publish(Change(self.version, "DELETED", key.collection, last, previous))
        return last

    def since(self, collection: str, version: int) -> Iterator[Change]:
        """The changes after a version, oldest first; 410 when some of them are no longer kept."""
        kept = self._collections.get(collection)
        forgotten = kept.forgotten if kept else self._loaded
        if version < forgotten:
            raise gone(version, forgotten)
        recent: list[Change] = []
        for change in reversed(kept.history if kept else ()):
            if change.version <= version:
                break
            recent.append(change)
        return reversed(recent)

    def _publish(self, change: Change) -> None:
        kept = self._collections[change.collection]
        kept.history.append(change)
        if len(kept.history) > self._history:
            kept.forgotten = kept.history.popleft().version
        for listener in tuple(self._listeners):
            listener(change)

    def _place(self, collection: str, obj: Json) -> Json | None:
        kept = self._collections.get(collection)
        if kept is None:
            kept = self._collections[collection] = _Collection(forgotten=self._loaded)
        namespace, name = namespace_of(obj), name_of(obj)
        objects = kept.objects.setdefault(namespace, {})
        previous = objects.get(name)
        objects[name] = obj
        self._uids.add(uid_of(obj))
        owners = obj["metadata"].get("ownerReferences")
        before = previous["metadata"].get("ownerReferences") if previous else None
        if owners != before:
            key = Key(collection, namespace, name)
            self._disown(key, before)
            for owner in owners or ():
                self._owned.setdefault(owner["uid"], set()).add(key)
        return previous

    def _displace(self, key: Key) -> Json | None:
        kept = self._collections.get(key.collection)
        objects = kept.objects.get(key.namespace, {}) if kept else {}
        previous = objects.pop(key.name, None)
        if previous is not None:
            self._uids.discard(uid_of(previous))
            self._disown(key, previous["metadata"].get("ownerReferences"))
            if not objects and kept:
                del kept.objects[key.namespace]
        return previous

    def _disown(self, key: Key, owners: list[Json] | None) -> None:
        for owner in owners or ():
            keys = self._owned.get(owner["uid"], set())
            keys.discard(key)
            if not keys:
                self._owned.pop(owner["uid"], None)
