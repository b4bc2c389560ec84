"""Opens the database for its owner, with everything that durability asks for.

Only the owner's one connection writes, and so checkpoints: SQLite before 3.51.3 may damage a database whose log two connections
write and reset at the same moment. How others read is left to `state.reader`.
"""

import logging
import os
import sqlite3
from pathlib import Path

from state.errors import StateError
from state.migrations import migrate
from state.schema import NEWEST

_LOG = logging.getLogger(__name__)

# `secure_delete` overwrites what is deleted: a forgotten secret leaves not even its sealed form in the database file.
_PRAGMAS = ("PRAGMA synchronous = FULL", "PRAGMA foreign_keys = ON", "PRAGMA secure_delete = ON", "PRAGMA wal_autocheckpoint = 1000")


def open_owned(path: Path) -> sqlite3.Connection:
    """The owner's connection to a database of the newest schema, created with mode 0600 where it is missing; raises `StateError`."""
    try:
        # SQLite would create it readable for others; the log beside it takes its mode from here.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10)
    except (OSError, sqlite3.Error) as e:
        raise StateError(f"cannot open the database {str(path)!r}: {e}.") from e
    try:
        _prepare(connection, path)
    except sqlite3.Error as e:
        connection.close()
        raise StateError(
            f"cannot use the database {str(path)!r}: {e}. Nothing was changed; move the file away to start with an empty journal, "
            "or set PROMPTOPS_STATE_DIR to another folder."
        ) from e
    except StateError:
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > NEWEST:
        raise StateError(
            f"the database {str(path)!r} has schema {version}, written by a newer PromptOps; this one knows {NEWEST}. "
            "Use that version, or set PROMPTOPS_STATE_DIR to another folder."
        )
    mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
    if mode != "wal":
        raise StateError(
            f"the database {str(path)!r} cannot keep a write-ahead log (journal mode {mode!r}); network file systems often cannot. "
            "Set PROMPTOPS_STATE_DIR to a local folder."
        )
    for pragma in _PRAGMAS:
        connection.execute(pragma)
    if version < NEWEST:
        migrate(connection)
    _LOG.info("journal %s: schema %d (was %d), SQLite %s", path, NEWEST, version, sqlite3.sqlite_version)
