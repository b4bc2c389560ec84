"""The guarded handle's shape on a real cluster, without its guard: for tests that show a step type end to end."""

from collections.abc import AsyncIterator, Sequence

from steps.model.objects import Kind, Object, ObjectRef
from steps.ports import ClusterAccess, Seen


class Unguarded:
    """Passes everything on."""

    def __init__(self, access: ClusterAccess) -> None:
        self._access = access
        self.name = access.name
        self.protected = False
        self.read = access.read
        self.list_objects = access.list_objects
        self.logs = access.logs

    def watch(self, ref: ObjectRef) -> AsyncIterator[Seen]:
        return self._access.watch(ref)

    def watch_list(self, kind: Kind, namespace: str, *, labels: str = "") -> AsyncIterator[Sequence[Object]]:
        return self._access.watch_list(kind, namespace, labels=labels)

    async def apply(self, *objects: Object, force: bool = False) -> list[Object]:
        return [await self._access.apply(item, force=force) for item in objects]

    async def delete(self, *refs: ObjectRef) -> None:
        for ref in refs:
            await self._access.delete(ref)
