"""Everything that is read from the database, as functions of a connection; shared by the journal and by readers.

Rows become values here and nowhere else. Raises `sqlite3.Error`, which the callers translate at their door.
"""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from state.errors import StateError
from steps.errors import UnknownRun
from steps.model.events import Event, decode
from steps.model.phases import RunPhase
from steps.nearest import nearest
from steps.ports import RunRow

_ROW = "id, workflow, namespace, cluster, phase, created_at, updated_at, key, message, ended_at, wake_at, origin"


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event in the order of the whole journal; `position` grows over all runs and is never used twice."""

    position: int
    run: str
    seq: int
    event: Event


@dataclass(frozen=True, slots=True)
class View:
    """How far a view has followed the journal, and what it remembers, in its own words."""

    position: int = 0
    body: str = ""


def row(connection: sqlite3.Connection, run: str) -> RunRow | None:
    """The row of a run by its id."""
    return _one(connection.execute(f"SELECT {_ROW} FROM runs WHERE id = ?", (run,)))  # noqa: S608 - our own column names


def by_key(connection: sqlite3.Connection, key: str) -> RunRow | None:
    """The run with an idempotency key; the empty key is nobody's."""
    return _one(connection.execute(f"SELECT {_ROW} FROM runs WHERE key = ? AND key != ''", (key,)))  # noqa: S608 - as above


def unfinished(connection: sqlite3.Connection) -> list[RunRow]:
    """All runs that have not ended, oldest first."""
    found = connection.execute(f"SELECT {_ROW} FROM runs WHERE ended_at IS NULL ORDER BY created_at, id")  # noqa: S608 - as above
    return [_row(values) for values in found]


def rows(connection: sqlite3.Connection, *, limit: int, workflow: str = "", phase: RunPhase | None = None) -> list[RunRow]:
    """The newest runs first, of one workflow or in one phase where named."""
    found = connection.execute(
        f"SELECT {_ROW} FROM runs WHERE (:workflow = '' OR workflow = :workflow) AND (:phase = '' OR phase = :phase)"  # noqa: S608 - as above
        " ORDER BY created_at DESC, id DESC LIMIT :limit",
        {"workflow": workflow, "phase": phase or "", "limit": limit},
    )
    return [_row(values) for values in found]


def find(connection: sqlite3.Connection, name: str) -> RunRow:
    """The run that a person means: by id, by the name of its workflow (the newest run), or by a beginning of the id that fits only one.

    Raises `UnknownRun`.
    """
    if exact := row(connection, name):
        return exact
    if name and (latest := rows(connection, limit=1, workflow=name)):
        return latest[0]
    # Beyond every character that an id may hold: a range can use the primary key, LIKE cannot.
    ids = [found for (found,) in connection.execute("SELECT id FROM runs WHERE id >= ? AND id < ? LIMIT 6", (name, f"{name}\U0010ffff"))]
    if name and len(ids) == 1 and (only := row(connection, ids[0])):
        return only
    if name and ids:
        listed = ", ".join(ids[:5]) + (", …" if len(ids) > 5 else "")  # noqa: PLR2004 - one more was read than is shown
        raise UnknownRun(f"several runs begin with {name!r}: {listed}. Type more of the id.")
    recent = rows(connection, limit=50)
    hint = nearest(name, [known for item in recent for known in (item.id, item.workflow)])
    raise UnknownRun(f"no run has the id {name!r}, and no workflow of that name has run{hint}")


def events(connection: sqlite3.Connection, run: str, after: int) -> list[tuple[int, Event]]:
    """The events of a run with `seq > after`, oldest first."""
    found = connection.execute("SELECT seq, body FROM events WHERE run = ? AND seq > ? ORDER BY seq", (run, after))
    return [(seq, _event(body, run, seq)) for seq, body in found]


def since(connection: sqlite3.Connection, position: int, limit: int) -> list[Recorded]:
    """Up to `limit` events of all runs after a position, in the order in which they were written."""
    found = connection.execute(
        "SELECT position, run, seq, body FROM events WHERE position > ? ORDER BY position LIMIT ?", (position, limit)
    )
    return [Recorded(place, run, seq, _event(body, run, seq)) for place, run, seq, body in found]


def boxes(connection: sqlite3.Connection, run: str) -> list[tuple[str, bytes]]:
    """The sealed values of a run, still sealed, by name."""
    return connection.execute("SELECT name, box FROM sealed WHERE run = ? ORDER BY name", (run,)).fetchall()


def view(connection: sqlite3.Connection, name: str) -> View:
    """What a view saved; position 0 for one that never did."""
    found = connection.execute("SELECT position, body FROM views WHERE name = ?", (name,)).fetchone()
    return View(*found) if found else View()


def last_position(connection: sqlite3.Connection) -> int:
    """The highest position that was ever used, also by events that have been pruned since."""
    newest = connection.execute("SELECT max(position) FROM events").fetchone()[0] or 0
    pruned = connection.execute("SELECT value FROM meta WHERE name = 'position'").fetchone()
    return max(int(newest), int(pruned[0]) if pruned else 0)


def _one(found: sqlite3.Cursor) -> RunRow | None:
    values = found.fetchone()
    return _row(values) if values else None


def _row(values: Sequence[Any]) -> RunRow:
    run, workflow, namespace, cluster, phase, created, updated, key, message, ended, wake, origin = values
    return RunRow(run, workflow, namespace, cluster, RunPhase(phase), created, updated, key, message, ended, wake, json.loads(origin))


def _event(body: str, run: str, seq: int) -> Event:
    try:
        return decode(body)
    except ValidationError as e:
        raise StateError(
            f"event {seq} of run {run!r} cannot be read: {e.error_count()} problem(s), first {e.errors(include_url=False)[0]['msg']!r}. "
            "It was written by another version of PromptOps, or the file is damaged."
        ) from e
