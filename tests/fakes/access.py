"""An unguarded cluster in memory: implements `ClusterAccess` far enough to see what the guard lets through.

Faked: storage, versions, what a write would do (data compared with data). Not there: watches that wait, logs.
"""

from collections.abc import AsyncIterator, Iterable, Sequence

from steps.changes import Change, ChangeRequest, FieldChange, ObjectChange
from steps.errors import Conflict, NotFound
from steps.model.objects import Kind, Object, ObjectRef
from steps.ports import Seen


class FakeAccess:
    """Objects by reference; `writes` lists every write, in order."""

    namespace = "default"

    def __init__(self, name: str, *, protected: bool = False, objects: Iterable[Object] = ()) -> None:
        self.name = name
        self.protected = protected
        self.objects: dict[ObjectRef, Object] = {}
        self.writes: list[str] = []
        self._version = 0
        for item in objects:
            self._store(item)

    def _store(self, item: Object) -> Object:
        self._version += 1
        ref = ObjectRef.of(item)
        metadata = {**item["metadata"], "uid": f"uid-{ref.name}", "resourceVersion": str(self._version)}
        self.objects[ref] = {**item, "metadata": metadata}
        return self.objects[ref]

    async def read(self, ref: ObjectRef) -> Object:
        """The object; raises `NotFound`."""
        if ref not in self.objects:
            raise NotFound(f"{ref} does not exist in cluster {self.name!r}")
        return self.objects[ref]

    async def list_objects(self, kind: Kind, namespace: str, *, labels: str = "", fields: str = "") -> list[Object]:
        """Everything of a kind; selectors are not looked at."""
        assert not labels
        assert not fields
        return [item for ref, item in self.objects.items() if ref.kind == kind and namespace in {"", ref.namespace}]

    async def watch(self, ref: ObjectRef) -> AsyncIterator[Seen]:
        """The object as it is, once."""
        yield Seen(self.objects.get(ref))

    async def watch_list(self, kind: Kind, namespace: str, *, labels: str = "") -> AsyncIterator[Sequence[Object]]:
        """The objects as they are, once."""
        yield await self.list_objects(kind, namespace, labels=labels)

    async def logs(self, pod: ObjectRef, *, container: str = "", previous: bool = False, lines: int = 50) -> str:
        """What was asked, as a log."""
        return f"{pod} {container} {previous} {lines}"

    async def propose(self, request: ChangeRequest, objects: Sequence[Object], *, delete: bool = False, force: bool = False) -> Change:
        """What writing or deleting these objects would do."""
        changes = tuple(self._delete_of(item) if delete else self._change_of(item) for item in objects)
        return Change(request, self.name, f"https://{self.name}", f"uid-of-{self.name}", "bot", changes, force=force)

    def _delete_of(self, item: Object) -> ObjectChange:
        ref = ObjectRef.of(item)
        if ref not in self.objects:
            raise NotFound(f"{ref} does not exist in cluster {self.name!r}")
        live = self.objects[ref]["metadata"]
        return ObjectChange(ref, "delete", None, live["uid"], live["resourceVersion"])

    def _change_of(self, item: Object) -> ObjectChange:
        ref = ObjectRef.of(item)
        live = self.objects.get(ref)
        if live is None:
            return ObjectChange(ref, "create", item, fields=(FieldChange(".data", None, item["data"], had=False),))
        same = live["data"] == item["data"]
        fields = () if same else (FieldChange(".data", live["data"], item["data"]),)
        metadata = live["metadata"]
        return ObjectChange(ref, "unchanged" if same else "update", item, metadata["uid"], metadata["resourceVersion"], fields)

    async def apply(self, item: Object, *, force: bool = False) -> Object:
        """Store the object; a version in it is a precondition."""
        ref = ObjectRef.of(item)
        version = item["metadata"].get("resourceVersion")
        if version is not None and version != self.objects[ref]["metadata"]["resourceVersion"]:
            raise Conflict(f"{ref} was changed by somebody else")
        self.writes.append(f"apply {ref} at {version}{' with force' if force else ''}")
        return self._store(item)

    async def delete(self, ref: ObjectRef, *, uid: str = "", resource_version: str = "") -> None:
        """Delete the object; raises `NotFound`."""
        if ref not in self.objects:
            raise NotFound(f"{ref} does not exist in cluster {self.name!r}")
        self.writes.append(f"delete {ref} at {uid or 'any'} {resource_version or 'any'}")
        del self.objects[ref]
