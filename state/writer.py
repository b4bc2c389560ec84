"""The worker of the journal's thread: group commit, and reads in between.

All commits that wait are written in one transaction. One that the journal does not take (`state.admission`) fails alone. A fault of the
disk fails every commit that waits and every later one, because a run must not go on from something that was not written.
"""

import json
import logging
import sqlite3
from asyncio import Future
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from state import queries
from state.admission import Head, Ledger, unknown
from state.database import open_owned
from state.errors import StateError
from state.thread import Settled
from steps.errors import PromptOpsError
from steps.model.events import encode
from steps.ports import Commit, RunRow

_LOG = logging.getLogger(__name__)

# Beyond this many runs the writer forgets what it knew and asks the database again: it bounds memory, not correctness.
_KNOWN_RUNS = 10_000

# What one commit's values can cause; its neighbours are innocent. `ValueError` covers what cannot be encoded as JSON or as UTF-8.
_BAD_VALUES = (
    sqlite3.IntegrityError,
    sqlite3.DataError,
    sqlite3.InterfaceError,
    sqlite3.ProgrammingError,
    ValueError,
    TypeError,
    OverflowError,
)

# `asked` is a JSON list of [id, workflow, namespace, cluster, key]: one statement however many runs are asked about.
_HEADS = """
    WITH asked AS MATERIALIZED (
        SELECT value ->> 0 AS id, value ->> 1 AS workflow, value ->> 2 AS namespace, value ->> 3 AS cluster, value ->> 4 AS key
        FROM json_each(?)
    ), found AS (
        SELECT runs.id FROM asked CROSS JOIN runs ON runs.id = asked.id
        UNION SELECT runs.id FROM asked CROSS JOIN runs ON runs.key = asked.key AND runs.key != ''
        UNION SELECT runs.id FROM asked CROSS JOIN runs ON runs.ended_at IS NULL
        AND runs.workflow = asked.workflow AND runs.namespace = asked.namespace AND runs.cluster = asked.cluster
    )
    SELECT id, (SELECT max(seq) FROM events WHERE run = id), ended_at IS NOT NULL, workflow, namespace, cluster, key
    FROM runs WHERE id IN (SELECT id FROM found)
"""
# The same for one run, without the table: half of all that is asked is about a run that begins alone.
_HEAD = """
    SELECT id, (SELECT max(seq) FROM events WHERE run = id), ended_at IS NOT NULL, workflow, namespace, cluster, key FROM runs WHERE id = ?1
    UNION SELECT id, (SELECT max(seq) FROM events WHERE run = id), ended_at IS NOT NULL, workflow, namespace, cluster, key
    FROM runs WHERE key = ?5 AND key != ''
    UNION SELECT id, (SELECT max(seq) FROM events WHERE run = id), ended_at IS NOT NULL, workflow, namespace, cluster, key
    FROM runs WHERE ended_at IS NULL AND workflow = ?2 AND namespace = ?3 AND cluster = ?4
"""
# What names a run never changes, so its indexes are left alone.
_UPSERT = """
    INSERT INTO runs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET phase = excluded.phase,
    message = excluded.message, origin = excluded.origin, updated_at = excluded.updated_at, ended_at = excluded.ended_at,
    wake_at = excluded.wake_at
"""
_APPEND = "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?)"
_FORGET = "DELETE FROM sealed WHERE run = ?"
_SEAL = "INSERT INTO sealed VALUES (?, ?, ?) ON CONFLICT (run, name) DO UPDATE SET box = excluded.box"
_VIEW = "INSERT INTO views VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET position = excluded.position, body = excluded.body"


class Seals(Protocol):
    """Seals values; `state.seals.SealBox` is the real one. Both methods read a key file and may block."""

    def seal(self, run: str, name: str, value: str) -> bytes:
        """The value, unreadable without the key."""
        ...

    def open(self, run: str, name: str, box: bytes) -> str:
        """The value that was sealed under this run and name; raises `SealError`."""
        ...


@dataclass(frozen=True, slots=True)
class Write:
    """A commit, and who waits for it."""

    commit: Commit
    future: "Future[None]"


@dataclass(frozen=True, slots=True)
class SaveView:
    """The state of a view to save with the next transaction."""

    name: str
    view: queries.View
    future: "Future[None]"


@dataclass(frozen=True, slots=True)
class Call:
    """A question, or a transaction of its own, in order after the writes before it."""

    function: Callable[[sqlite3.Connection], Any]
    future: "Future[Any]"


Item = Write | SaveView | Call


@dataclass(slots=True)
class _Rows:
    """The rows of one transaction, in the shape that SQLite takes."""

    touched: set[str] = field(default_factory=set)
    runs: dict[str, Sequence[Any]] = field(default_factory=dict)
    events: list[tuple[Any, ...]] = field(default_factory=list)
    forget: set[str] = field(default_factory=set)
    boxes: dict[tuple[str, str], bytes] = field(default_factory=dict)
    views: dict[str, tuple[str, int, str]] = field(default_factory=dict)


class Writer:
    """Owns the connection; used by one thread only. `transactions` counts what was written, for measuring group commit."""

    def __init__(self, path: Path, seals: Seals) -> None:
        self._path = path
        self._seals = seals
        self._connection: sqlite3.Connection
        self._known: dict[str, int] = {}
        self._position = 0
        self._broken: StateError | None = None
        self.transactions = 0

    def begin(self) -> None:
        """Open the database, migrated where needed; raises `StateError`."""
        self._connection = open_owned(self._path)
        self._position = queries.last_position(self._connection)

    def work(self, items: Sequence[Item]) -> Iterator[Sequence[Settled]]:
        """Write everything that waits, then answer what was asked."""
        writes = [item for item in items if not isinstance(item, Call)]
        if writes:
            yield self._write(writes)
        for item in items:
            if isinstance(item, Call):
                yield [self._call(item)]

    def opened(self, run: str, connection: sqlite3.Connection) -> dict[str, str]:
        """The sealed values of a run, opened; raises `SealError`."""
        return {name: self._seals.open(run, name, box) for name, box in queries.boxes(connection, run)}

    def abandon(self, items: Sequence[Item], error: StateError) -> list[Settled]:
        """Answer everybody with the error."""
        return [Settled(item.future, error=error) for item in items]

    def end(self) -> None:
        """Fold the log into the database, and close."""
        try:
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.Error as e:
            # Nothing is lost: the next owner reads the log.
            _LOG.warning("could not fold the log of %s into the database: %s", self._path, e)
        self._connection.close()

    def _call(self, item: Call) -> Settled:
        try:
            return Settled(item.future, item.function(self._connection))
        except PromptOpsError as e:
            return Settled(item.future, error=e)
        except sqlite3.Error as e:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            return Settled(item.future, error=StateError(f"cannot read or change the database {str(self._path)!r}: {e}."))

    def _write(self, items: Sequence[Write | SaveView]) -> list[Settled]:
        if self._broken:
            return self.abandon(items, self._broken)
        before = self._position
        try:
            return self._transaction(items)
        except _BAD_VALUES as e:
            self._undo(before)
            if len(items) > 1:
                return [settled for item in items for settled in self._write([item])]
            return [Settled(items[0].future, error=StateError(f"cannot write {_subject(items[0])} to {str(self._path)!r}: {e}."))]
        except sqlite3.Error as e:
            self._broken = StateError(
                f"the journal {str(self._path)!r} cannot be written ({e.sqlite_errorname}: {e}) and takes nothing more. "
                "Free space or repair the disk, then restart: unfinished runs go on from what was written."
            )
            _LOG.error("%s", self._broken)
            self._undo(before)
            return self.abandon(items, self._broken)

    def _undo(self, position: int) -> None:
        self._position = position
        self._known.clear()
        try:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
        except sqlite3.Error as e:
            # SQLite rolls back by itself after such a fault, or when the file is opened next.
            _LOG.warning("could not roll back in %s: %s", self._path, e)

    def _transaction(self, items: Sequence[Write | SaveView]) -> list[Settled]:
        ledger = self._ledger([item.commit for item in items if isinstance(item, Write)])
        rows = _Rows()
        answers = []
        for item in items:
            match item:
                case Write(commit, future):
                    answers.append(Settled(future, error=self._add(rows, ledger, commit)))
                case SaveView(name, view, future):
                    rows.views[name] = (name, view.position, view.body)
                    answers.append(Settled(future))
        if rows.touched or rows.views:
            self._execute(rows)
        for run in rows.touched:
            if run in ledger.ended:
                self._known.pop(run, None)
            else:
                self._known[run] = ledger.seqs[run]
        if len(self._known) > _KNOWN_RUNS:
            self._known.clear()
        return answers

    def _ledger(self, commits: Sequence[Commit]) -> Ledger:
        known = {commit.row.id: self._known[commit.row.id] for commit in commits if commit.row.id in self._known}
        asked = [(row.id, row.workflow, row.namespace, row.cluster, row.key) for row in unknown(known, (commit.row for commit in commits))]
        if not asked:
            return Ledger.of(known, ())
        query, given = (_HEAD, asked[0]) if len(asked) == 1 else (_HEADS, (json.dumps(asked),))
        found = self._connection.execute(query, given).fetchall()
        return Ledger.of(
            known,
            (
                Head(run, seq, bool(ended), (workflow, namespace, cluster), key)
                for run, seq, ended, workflow, namespace, cluster, key in found
            ),
        )

    def _add(self, rows: _Rows, ledger: Ledger, commit: Commit) -> PromptOpsError | None:
        row = commit.row
        try:
            boxes = (
                {} if commit.forget else {(row.id, name): self._seals.seal(row.id, name, value) for name, value in commit.sealed.items()}
            )
        except StateError as e:
            return e
        if refusal := ledger.admit(commit):
            return refusal
        rows.touched.add(row.id)
        if not commit.quiet or commit.seq == 1:
            values = _run_values(row)
            # What names a run is set by its first commit, also when that one is in this batch.
            first = rows.runs.get(row.id, values)
            rows.runs[row.id] = (*first[:_NAMING], *values[_NAMING:])
        for seq, event in enumerate(commit.events, commit.seq):
            self._position += 1
            rows.events.append((self._position, row.id, seq, event.at, event.kind, encode(event).decode()))
        if commit.forget:
            rows.forget.add(row.id)
            for name in [name for name in rows.boxes if name[0] == row.id]:
                del rows.boxes[name]
        rows.boxes.update(boxes)
        return None

    def _execute(self, rows: _Rows) -> None:
        execute, many = self._connection.execute, self._connection.executemany
        execute("BEGIN IMMEDIATE")
        # Ended runs first: each frees its place for an unfinished one of the same target in this batch.
        if rows.runs:
            runs: list[Sequence[Any]] = sorted(rows.runs.values(), key=_unfinished_last)
            many(_UPSERT, runs)
        many(_APPEND, rows.events)
        if rows.forget:
            many(_FORGET, [(run,) for run in rows.forget])
        if rows.boxes:
            many(_SEAL, [(run, name, box) for (run, name), box in rows.boxes.items()])
        if rows.views:
            many(_VIEW, list(rows.views.values()))
        execute("COMMIT")
        self.transactions += 1


def _run_values(row: RunRow) -> Sequence[Any]:
    origin = json.dumps(dict(row.origin)) if row.origin else "{}"
    return (
        row.id, row.workflow, row.namespace, row.cluster, row.key, row.created_at,
        str(row.phase), row.message, origin, row.updated_at, row.ended_at, row.wake_at,
    )  # fmt: skip


# Places in these values, as in the table: the first six name the run.
_NAMING = 6
_ENDED_AT = 10


def _unfinished_last(values: Sequence[Any]) -> bool:
    return values[_ENDED_AT] is None


def _subject(item: Write | SaveView) -> str:
    match item:
        case Write(commit):
            return f"event {commit.seq} of run {commit.row.id!r}"
        case SaveView(name):
            return f"the position of the view {name!r}"
