"""Reading the journal from any process, while its owner writes or when there is none.

The database is opened read-only, so a reader can neither write nor checkpoint. A folder without a database reads as an empty journal.
Secrets cannot be read here.
"""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Self, TypeVar
from urllib.parse import quote

from state import queries
from state.errors import StateError
from state.queries import Recorded, View
from state.schema import NEWEST
from steps.errors import UnknownRun
from steps.model.events import Event
from steps.model.phases import RunPhase
from steps.ports import RunRow

Found = TypeVar("Found")

_SHORTEST_PAUSE = 0.05
_LONGEST_PAUSE = 0.2


class Reader:
    """A read-only view of a journal; its connection lives in a thread of its own."""

    def __init__(self, path: Path, thread: ThreadPoolExecutor) -> None:
        self._path = path
        self._thread = thread
        self._connection: sqlite3.Connection | None = None

    @classmethod
    @asynccontextmanager
    async def open(cls, path: Path) -> AsyncIterator[Self]:
        """Read a database file for as long as the context lasts; the file is opened at the first question, and need not exist yet."""
        thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="reader")
        reader = cls(path, thread)
        try:
            yield reader
        finally:
            thread.submit(reader._close)
            await asyncio.to_thread(thread.shutdown)

    async def row(self, run: str) -> RunRow | None:
        """The row of a run by its id."""
        return await self._ask(partial(queries.row, run=run), None)

    async def find(self, name: str) -> RunRow:
        """The run that a person means, by id, workflow (the newest run) or unique beginning of the id; raises `UnknownRun`."""
        found = await self._ask(partial(queries.find, name=name), None)
        if found is None:
            raise UnknownRun(f"no run {name!r}: nothing has run yet in {str(self._path.parent)!r}.")
        return found

    async def rows(self, *, limit: int = 50, workflow: str = "", phase: RunPhase | None = None) -> list[RunRow]:
        """The newest runs first."""
        return await self._ask(partial(queries.rows, limit=limit, workflow=workflow, phase=phase), [])

    async def unfinished(self) -> list[RunRow]:
        """All runs that have not ended, oldest first."""
        return await self._ask(queries.unfinished, [])

    async def events(self, run: str, after: int = 0) -> list[tuple[int, Event]]:
        """The events of a run with `seq > after`, oldest first; empty for an unknown run."""
        return await self._ask(partial(queries.events, run=run, after=after), [])

    async def since(self, position: int, limit: int = 500) -> list[Recorded]:
        """Up to `limit` events of all runs after a position, in the order in which they were written."""
        return await self._ask(partial(queries.since, position=position, limit=limit), [])

    async def view(self, name: str) -> View:
        """What a view saved; position 0 for one that never did."""
        return await self._ask(partial(queries.view, name=name), View())

    async def follow(
        self, run: str, after: int = 0, *, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> AsyncGenerator[tuple[int, Event], None]:
        """The events of a run with `seq > after`, and those to come, until the run has ended; raises `UnknownRun`.

        Looks every 50 to 200 ms, and reads only when another process has committed. It does not end when the owner dies in the middle:
        the next owner may go on with the run.
        """
        version, pause = -1, _SHORTEST_PAUSE
        while True:
            current = await self._ask(_data_version, 0)
            if current != version:
                version, pause = current, _SHORTEST_PAUSE
                found = await self._ask(partial(_glance, run=run, after=after), None)
                if found is None:
                    raise UnknownRun(f"no run has the id {run!r}.")
                for seq, event in found.events:
                    after = seq
                    yield seq, event
                if found.ended:
                    return
            await sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    async def _ask(self, function: Callable[[sqlite3.Connection], Found], empty: Found) -> Found:
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._read, function, empty)

    def _read(self, function: Callable[[sqlite3.Connection], Found], empty: Found) -> Found:
        try:
            self._connection = self._connection or _connect(self._path)
            return empty if self._connection is None else function(self._connection)
        except sqlite3.Error as e:
            raise StateError(f"cannot read the database {str(self._path)!r}: {e}.") from e

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()


def _data_version(connection: sqlite3.Connection) -> int:
    version: int = connection.execute("PRAGMA data_version").fetchone()[0]
    return version


@dataclass(frozen=True, slots=True)
class _Glance:
    """A run's new events and whether it has ended."""

    events: list[tuple[int, Event]]
    ended: bool


def _glance(connection: sqlite3.Connection, run: str, after: int) -> _Glance | None:
    """Both from one state of the database: a row that has ended beside events that have not would end a follower too early."""
    connection.execute("BEGIN")
    try:
        row = queries.row(connection, run)
        return None if row is None else _Glance(queries.events(connection, run, after), row.ended_at is not None)
    finally:
        connection.execute("COMMIT")


def _connect(path: Path) -> sqlite3.Connection | None:
    """A read-only connection; None while there is no database, or one that its owner is just making."""
    if not path.exists():
        return None
    address = f"file:{quote(str(path))}?mode=ro"
    connection = sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False, timeout=10)
    try:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
    except sqlite3.OperationalError:
        connection.close()
        log = path.with_name(f"{path.name}-wal")
        if log.exists() and log.stat().st_size:
            raise
        # A folder that cannot be written to has no place for the log's index. Without a log the file alone is the whole truth.
        connection = sqlite3.connect(f"{address}&immutable=1", uri=True, isolation_level=None, check_same_thread=False)
        version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version == NEWEST:
        return connection
    connection.close()
    if version:
        raise StateError(
            f"the database {str(path)!r} has schema {version}, this PromptOps reads {NEWEST}. Older: run any command that writes, such as "
            "`promptops run`, once. Newer: use the PromptOps that wrote it."
        )
    return None
