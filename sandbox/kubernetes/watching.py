"""Watches: a stream of what changes, from the ring buffer of a collection. Knows nothing of HTTP responses."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import TypeAlias

from sandbox.kubernetes.errors import ApiError
from sandbox.kubernetes.selectors import Match
from sandbox.kubernetes.store import Change, Store
from sandbox.kubernetes.trees import Json, namespace_of

BOOKMARK_EVERY = 60.0  # seconds, as a real server about once a minute

# A line of a watch: its type and its object, encoded lazily since most watches show it as it is.
Line: TypeAlias = tuple[str, Json, Callable[[], bytes] | None]


@dataclass(frozen=True, slots=True)
class Watch:
    """What a watch asks for. `version` None or 0 begins with everything that is there."""

    collection: str
    api_version: str
    kind: str
    namespace: str | None
    match: Match | None
    version: int | None
    bookmarks: bool
    initial_events: bool
    seconds: float


class Watches:
    """Wakes the watches of a collection when something in it changes, and all of them when the server closes."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: dict[str, set[asyncio.Event]] = {}
        self.closing = False
        store.listen(self._wake)

    def __len__(self) -> int:
        return sum(map(len, self._waiting.values()))

    def close(self) -> None:
        """End every watch."""
        self.closing = True
        for events in self._waiting.values():
            for event in events:
                event.set()

    def _wake(self, change: Change) -> None:
        for event in self._waiting.get(change.collection, ()):
            event.set()

    def subscribe(self, collection: str) -> asyncio.Event:
        """An event that is set with every change of a collection; give it back with `unsubscribe`."""
        event = asyncio.Event()
        self._waiting.setdefault(collection, set()).add(event)
        return event

    def unsubscribe(self, collection: str, event: asyncio.Event) -> None:
        """No longer wake this event."""
        events = self._waiting.get(collection, set())
        events.discard(event)
        if not events:
            self._waiting.pop(collection, None)

    async def lines(self, watch: Watch) -> AsyncIterator[list[Line]]:
        """Batches of lines until the time is over, the server closes, or the watch falls behind (an ERROR line, 410)."""
        loop = asyncio.get_running_loop()
        end = loop.time() + watch.seconds
        changed = self.subscribe(watch.collection)
        try:
            position, first = self._begin(watch)
            yield first
            while not self.closing:
                changed.clear()
                try:
                    lines, position = self._next(watch, position)
                except ApiError as error:
                    yield [("ERROR", error.status(), None)]
                    return
                if lines:
                    yield lines
                rest = end - loop.time()
                if rest <= 0:
                    break
                try:
                    async with asyncio.timeout(min(rest, BOOKMARK_EVERY) if watch.bookmarks else rest):
                        await changed.wait()
                except TimeoutError:
                    if watch.bookmarks:
                        yield [self._bookmark(watch, position)]
        finally:
            self.unsubscribe(watch.collection, changed)

    def _begin(self, watch: Watch) -> tuple[int, list[Line]]:
        position = self._store.version
        if watch.version and not watch.initial_events:
            return min(watch.version, position), []
        present = self._store.all(watch.collection, watch.namespace)
        lines: list[Line] = [("ADDED", obj, None) for obj in present if watch.match is None or watch.match(obj)]
        if watch.initial_events and watch.bookmarks:
            lines.append(self._bookmark(watch, position, ended=True))
        return position, lines

    def _next(self, watch: Watch, position: int) -> tuple[list[Line], int]:
        lines: list[Line] = []
        for change in self._store.since(watch.collection, position):
            line = _line(watch, change)
            if line is not None:
                lines.append(line)
        # Nothing of this collection happened up to the present version, so a quiet watch never falls behind.
        return lines, self._store.version

    def _bookmark(self, watch: Watch, position: int, *, ended: bool = False) -> Line:
        metadata: Json = {"resourceVersion": str(position), "creationTimestamp": None}
        if ended:
            metadata["annotations"] = {"k8s.io/initial-events-end": "true"}
        return ("BOOKMARK", {"kind": watch.kind, "apiVersion": watch.api_version, "metadata": metadata}, None)


def _line(watch: Watch, change: Change) -> Line | None:
    """A change as a watch with a selector sees it: an object that begins to match is added, one that stops is deleted."""
    if watch.namespace is not None and namespace_of(change.object) != watch.namespace:
        return None
    if watch.match is None:
        return (change.type, change.object, change.encoded)
    is_match = change.type != "DELETED" and watch.match(change.object)
    was_match = change.previous is not None and watch.match(change.previous)
    if is_match:
        return ("MODIFIED" if was_match else "ADDED", change.object, change.encoded)
    return ("DELETED", change.object, change.encoded) if was_match else None
