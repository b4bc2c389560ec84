"""Brings a database to the newest schema, with sqlite-utils' migrations.

The only module that imports sqlite_utils (90 to 120 ms): what only reads or asks the owner never loads it.
Each step runs in a transaction together with its record, and forward only.
"""

import sqlite3

from sqlite_utils import Database, Migrations

from state import schema

MIGRATIONS = Migrations("promptops")


@MIGRATIONS(name="0001_first")
def _first(db: Database) -> None:
    for statement in schema.VERSION_1:
        db.execute(statement)


def migrate(connection: sqlite3.Connection) -> None:
    """Apply what is missing; raises `sqlite3.Error` with the database as it was before the step that failed.

    The connection must be in autocommit mode (`isolation_level=None`) and the only one that writes.
    """
    # Without execute_plugins=False sqlite-utils would load every plug-in installed on the machine.
    MIGRATIONS.apply(Database(connection, execute_plugins=False))
