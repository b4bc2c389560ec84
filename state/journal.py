"""The journal of all runs in SQLite: `steps.ports.Journal` for the one process that owns the state folder.

Every method may be called only on the loop that opened it. The connection lives in a thread of its own (`state.thread`), what happens
there is in `state.writer`; other processes read with `state.reader`.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Self, TypeVar

from state import queries
from state.pruning import prune_some
from state.queries import Recorded, View
from state.thread import OwningThread
from state.writer import Call, Item, SaveView, Seals, Write, Writer
from steps.model.events import Event
from steps.model.phases import RunPhase
from steps.ports import Commit, RunRow

Found = TypeVar("Found")


class SqliteJournal:
    """The durable journal. A commit whose caller is cancelled is still written.

    Back-pressure is the awaitable: it is done when the commit is on disk, so a caller that awaits has one commit in memory, and what
    waits in the queue are the callers' own values, encoded only when their transaction is written.
    """

    def __init__(self, writer: Writer, thread: OwningThread[Item]) -> None:
        self._writer = writer
        self._thread = thread
        self._loop = asyncio.get_running_loop()

    @classmethod
    @asynccontextmanager
    async def open(cls, path: Path, seals: Seals) -> AsyncIterator[Self]:
        """Open the database file for as long as the context lasts, then write what waits and close; raises `StateError`.

        The caller must own the folder (`state.owner`).
        """
        writer = Writer(path, seals)
        thread: OwningThread[Item] = OwningThread("journal", writer)
        await thread.start()
        try:
            yield cls(writer, thread)
        finally:
            await thread.stop()

    @property
    def transactions(self) -> int:
        """How many transactions were written; the commits per transaction are what group commit saves."""
        return self._writer.transactions

    def commit(self, commit: Commit) -> "asyncio.Future[None]":
        """Write; done when it is on disk.

        Raises `AlreadyRunning` (also for a key that has a run: `run` is that one's id), and `StateError` when it does not follow the
        run's last event or cannot be written.
        """
        future: asyncio.Future[None] = self._loop.create_future()
        self._thread.put(Write(commit, future))
        return future

    async def events(self, run: str, after: int = 0) -> list[tuple[int, Event]]:
        """The events of a run with `seq > after`, oldest first; empty for an unknown run."""
        return await self._ask(partial(queries.events, run=run, after=after))

    async def since(self, position: int, limit: int = 500) -> list[Recorded]:
        """Up to `limit` events of all runs after a position, in the order in which they were written."""
        return await self._ask(partial(queries.since, position=position, limit=limit))

    async def row(self, run: str) -> RunRow | None:
        """The row of a run by its id."""
        return await self._ask(partial(queries.row, run=run))

    async def find(self, name: str) -> RunRow:
        """The run that a person means, by id, workflow (the newest run) or unique beginning of the id; raises `UnknownRun`."""
        return await self._ask(partial(queries.find, name=name))

    async def by_key(self, key: str) -> RunRow | None:
        """The run that was started with this idempotency key."""
        return await self._ask(partial(queries.by_key, key=key))

    async def unfinished(self) -> list[RunRow]:
        """All runs that have not ended, oldest first."""
        return await self._ask(queries.unfinished)

    async def rows(self, *, limit: int = 50, workflow: str = "", phase: RunPhase | None = None) -> list[RunRow]:
        """The newest runs first."""
        return await self._ask(partial(queries.rows, limit=limit, workflow=workflow, phase=phase))

    async def secrets(self, run: str) -> dict[str, str]:
        """The sealed values of a run, opened; raises `SealError` when the key is missing or another one."""
        return await self._ask(partial(self._writer.opened, run))

    async def view(self, name: str) -> View:
        """What a view saved; position 0 for one that never did."""
        return await self._ask(partial(queries.view, name=name))

    def save_view(self, name: str, view: View) -> "asyncio.Future[None]":
        """Save how far a view came, in the same transaction as the commits that wait; done when it is on disk."""
        future: asyncio.Future[None] = self._loop.create_future()
        self._thread.put(SaveView(name, view, future))
        return future

    async def prune(self, before: float) -> int:
        """Delete the runs that ended before a time, with all their events, and return how many; never an unfinished one.

        Goes in small transactions, so that commits pass in between.
        """
        deleted = 0
        while count := await self._ask(partial(prune_some, before=before)):
            deleted += count
        return deleted

    async def _ask(self, function: Callable[[sqlite3.Connection], Found]) -> Found:
        future: asyncio.Future[Found] = self._loop.create_future()
        self._thread.put(Call(function, future))
        return await future
