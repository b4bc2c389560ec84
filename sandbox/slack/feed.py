"""The change feed: everything that happens in the workspace, in order, numbered, so that a page can come back and go on where it was.

Readers pull by number and share one bounded memory: a slow page costs nothing, and one that was away too long is told to read anew.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
KEPT = 2000  # changes; a page that is further behind starts again from a snapshot


@dataclass(frozen=True, slots=True)
class Change:
    """One change. `channel` and `to` say who may see it: members of the channel, and only this one person when `to` is set."""

    seq: int
    at: float
    kind: str
    data: Json
    channel: str | None = None
    to: str | None = None

    def json(self) -> Json:
        """The form on the wire."""
        return {"seq": self.seq, "at": self.at, "kind": self.kind, "channel": self.channel, "to": self.to, "data": self.data}


class Feed:
    """An append-only sequence of changes, of which the last KEPT can be read again."""

    def __init__(self, now: Callable[[], float], kept: int = KEPT) -> None:
        self._now = now
        self.kept = kept
        self._changes: dict[int, Change] = {}
        self._news = asyncio.Event()
        self._closed = False
        self._listeners: list[Callable[[Change], None]] = []
        self.seq = 0

    def listen(self, listener: Callable[[Change], None]) -> None:
        """Call somebody at every change, as it is made."""
        self._listeners.append(listener)

    def append(self, kind: str, data: Json, *, channel: str | None = None, to: str | None = None) -> Change:
        """Add a change and wake the readers."""
        self.seq += 1
        change = Change(self.seq, self._now(), kind, data, channel, to)
        self._changes[self.seq] = change
        self._changes.pop(self.seq - self.kept, None)
        self._pulse()
        for listener in self._listeners:
            listener(change)
        return change

    def after(self, seq: int) -> list[Change] | None:
        """What came after a number; None when some of it is no longer kept, or the number is from another workspace."""
        if seq > self.seq or (self.seq > self.kept and seq < self.seq - self.kept):
            return None
        return [self._changes[number] for number in range(seq + 1, self.seq + 1)]

    async def wait(self, seq: int) -> bool:
        """Wait until there is something after a number; False when the feed has ended."""
        while self.seq <= seq and not self._closed:
            await self._news.wait()
        return not self._closed

    async def follow(self, seq: int) -> AsyncIterator[Change]:
        """Every change after a number, as it comes; ends with a `reset` when the reader was left behind, or when the workspace stops."""
        while True:
            changes = self.after(seq)
            if changes is None:
                yield Change(self.seq, self._now(), "reset", {"reason": "too far behind: read the state anew"})
                return
            for change in changes:
                seq = change.seq
                yield change
            if not await self.wait(seq):
                return

    def close(self) -> None:
        """End every reader."""
        self._closed = True
        self._pulse()

    def _pulse(self) -> None:
        news, self._news = self._news, asyncio.Event()
        news.set()
