"""Deletes old finished runs, a few at a time; when and how old is left to the caller."""

import sqlite3

from state import queries

_AT_ONCE = 100


def prune_some(connection: sqlite3.Connection, before: float) -> int:
    """Delete up to a hundred runs that ended before a time, in one transaction, and return how many there were."""
    found = connection.execute("SELECT id FROM runs WHERE ended_at < ? LIMIT ?", (before, _AT_ONCE)).fetchall()
    if not found:
        return 0
    connection.execute("BEGIN IMMEDIATE")
    # Positions must never be used again: a view that saved one would take the new event for an old one.
    connection.execute(
        "INSERT INTO meta VALUES ('position', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (str(queries.last_position(connection)),),
    )
    connection.executemany("DELETE FROM runs WHERE id = ?", found)
    connection.execute("COMMIT")
    return len(found)
