"""Following a run: committed events for one reader, from memory where it keeps up and from the journal where it does not."""

import asyncio
from collections import deque
from collections.abc import Sequence

from steps.model.events import Event
from steps.ports import Journal

KEPT = 1000
"""Events kept for a reader that is slower than its run; beyond it the reader is sent back to the journal."""


class Follower:
    """One reader of one run: `told` is what is on disk so far, None to read the journal first.

    `push` never waits: a slow reader costs no more than `KEPT` events.
    """

    def __init__(self, run: str, after: int, told: Sequence[tuple[int, Event]] | None) -> None:
        self._run = run
        self._after = after
        self._kept = deque(told or ())
        self._behind = told is None
        self._news = asyncio.Event()

    def push(self, first: int, events: Sequence[Event]) -> None:
        """Events that are on disk now, the first with this `seq`."""
        if len(self._kept) + len(events) > KEPT:
            self._kept.clear()
            self._behind = True
        elif not self._behind:
            self._kept.extend(enumerate(events, first))
        self._news.set()

    async def news(self, journal: Journal) -> Sequence[tuple[int, Event]]:
        """What the reader has not seen yet, at least one event, each once and in order; waits for it."""
        while True:
            self._news.clear()
            if self._behind:
                # What is pushed while the journal is read may be in the answer too: it is told apart by its number.
                self._behind = False
                found = await journal.events(self._run, self._after)
            else:
                found = [pair for pair in self._kept if pair[0] > self._after]
                self._kept.clear()
            if found:
                self._after = found[-1][0]
                return found
            if not self._kept and not self._behind:
                await self._news.wait()
