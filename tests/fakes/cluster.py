"""A cluster in memory for tests of step types; it implements the guarded handle `Cluster`.

Faked: storage, versions, watches, refusals. Not faked: field managers and controllers, which the embedded cluster has. What a
controller would do, a test does with `put`.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
from typing import Any

from steps.errors import NotFound, StepError
from steps.model.objects import Kind, Object, ObjectRef
from steps.ports import Seen

_TURNS = 1000  # of the event loop, until a step that does not come to rest fails its test


def _at(item: Any, path: Iterable[str]) -> Any:
    for key in path:
        item = (item or {}).get(key)
    return item


async def until(happened: Callable[[], object], what: str) -> None:
    """Let the step run until something has happened; fails the test where it never does."""
    for _ in range(_TURNS):
        if happened():
            return
        await asyncio.sleep(0)
    raise AssertionError(f"it never came to this: {what}")


class FakeCluster:
    """Objects by reference. `refusals` are raised by the named method, `calls` lists what was called, in order."""

    def __init__(
        self,
        name: str = "test",
        *,
        objects: Iterable[Object] = (),
        refusals: Mapping[str, StepError] | None = None,
        finalizing: bool = False,
        protected: bool = False,
    ) -> None:
        self.name = name
        self.protected = protected
        self.objects: dict[ObjectRef, Object] = {}
        self.calls: list[str] = []
        self.applied: list[Object] = []
        self.open_watches: Counter[str] = Counter()
        self.texts: dict[tuple[str, str, bool], str] = {}
        self._refusals = dict(refusals or {})
        self._finalizing = finalizing
        self._version = 0
        self._waiting: list[asyncio.Future[None]] = []
        for item in objects:
            self.put(item)

    def put(self, item: Object, **status: Any) -> Object:
        """Store an object as it is, with `status` fields if given, and show it to the watches."""
        self._version += 1
        ref = ObjectRef.of(item)
        metadata = {"uid": f"uid-{ref.name}", **item["metadata"], "resourceVersion": str(self._version)}
        self.objects[ref] = {**item, "metadata": metadata, **({"status": status} if status else {})}
        self._wake()
        return self.objects[ref]

    def remove(self, ref: ObjectRef) -> None:
        """The object is gone."""
        del self.objects[ref]
        self._version += 1
        self._wake()

    async def idle(self, watches: int) -> None:
        """Return when so many watches are open and have shown everything."""
        await until(lambda: len(self._waiting) == watches, f"{watches} watches are idle; the calls were {self.calls}")

    async def read(self, ref: ObjectRef) -> Object:
        """The object."""
        self._called("read", ref)
        if ref not in self.objects:
            raise NotFound(f"{ref} not found")
        return self.objects[ref]

    async def list_objects(self, kind: Kind, namespace: str, *, labels: str = "", fields: str = "") -> list[Object]:
        """The objects of the kind; of selectors only equality is known."""
        self._called("list_objects", f"{kind.kind} {fields or labels}".strip())
        wanted = [(["metadata", "labels", *key.split("=", 1)[:1]], key.split("=", 1)[1]) for key in labels.split(",") if key]
        wanted += [(key.split("=", 1)[0].split("."), key.split("=", 1)[1]) for key in fields.split(",") if key]
        return [item for item in self._of(kind, namespace) if all(_at(item, path) == value for path, value in wanted)]

    async def watch(self, ref: ObjectRef) -> AsyncGenerator[Seen, None]:
        """The object now and after every `put` and `remove`."""
        self._called("watch", ref)
        async for _ in self._changes(str(ref)):
            yield Seen(self.objects.get(ref))

    async def watch_list(self, kind: Kind, namespace: str, *, labels: str = "") -> AsyncGenerator[Sequence[Object], None]:
        """All objects of the kind, now and after every change."""
        self._called("watch_list", f"{kind.kind} {labels}")
        async for _ in self._changes(kind.kind):
            yield self._of(kind, namespace)

    async def logs(self, pod: ObjectRef, *, container: str = "", previous: bool = False, lines: int = 50) -> str:
        """The log that the test gave under (pod, container, previous)."""
        self._called("logs", f"{pod} {container} {previous} {lines}")
        if (pod.name, container, previous) not in self.texts:
            raise NotFound(f"{pod} has no log")
        return self.texts[pod.name, container, previous]

    async def apply(self, *objects: Object, force: bool = False) -> list[Object]:
        """Store the objects; status and uid of those that exist stay, the generation moves."""
        stored = []
        for item in objects:
            ref = ObjectRef.of(item)
            self._called("apply", f"{ref}{' by force' if force else ''}")
            self.applied.append(item)
            live = self.objects.get(ref, {"metadata": {}})
            metadata = {**item["metadata"], "generation": live["metadata"].get("generation", 0) + 1}
            stored.append(self.put({**item, "metadata": metadata, **({"status": live["status"]} if "status" in live else {})}))
        return stored

    async def delete(self, *refs: ObjectRef) -> None:
        """Remove the objects, or mark them where `finalizing`."""
        for ref in refs:
            self._called("delete", ref)
            if ref not in self.objects:
                raise NotFound(f"{ref} not found")
            if self._finalizing:
                item = self.objects[ref]
                self.put({**item, "metadata": {**item["metadata"], "deletionTimestamp": "2026-01-01T00:00:00Z"}})
            else:
                self.remove(ref)

    def _called(self, method: str, what: object) -> None:
        self.calls.append(f"{method} {what}")
        if method in self._refusals:
            raise self._refusals[method]

    def _of(self, kind: Kind, namespace: str) -> list[Object]:
        return [item for ref, item in sorted(self.objects.items()) if ref.kind == kind and ref.namespace == namespace]

    async def _changes(self, what: str) -> AsyncGenerator[None, None]:
        self.open_watches[what] += 1
        try:
            while True:
                seen = self._version
                yield
                if seen == self._version:
                    await self._turn()
        finally:
            self.open_watches -= Counter([what])

    async def _turn(self) -> None:
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        finally:
            if turn in self._waiting:  # cancelled
                self._waiting.remove(turn)

    def _wake(self) -> None:
        for turn in self._waiting:
            turn.set_result(None)
        self._waiting.clear()
