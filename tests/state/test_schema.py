import sqlite3
from pathlib import Path

from inline_snapshot import snapshot

from state import schema
from state.database import open_owned
from state.queries import last_position, row
from steps.model.phases import RunPhase
from steps.ports import RunRow

RELEASED = {1: schema.VERSION_1}


def _shape(connection: sqlite3.Connection) -> dict[str, list[str]]:
    tables = [
        name
        for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '%sqlite_%' ORDER BY 1")
    ]
    return {
        name: [f"{column} {kind}" for _, column, kind, *_ in connection.execute(f"PRAGMA table_info({name})")]
        + sorted(f"index {index[1]}" for index in connection.execute(f"PRAGMA index_list({name})") if not index[1].startswith("sqlite_"))
        for name in tables
    }


def test_the_newest_schema(tmp_path: Path) -> None:
    connection = open_owned(tmp_path / "promptops.db")
    assert _shape(connection) == snapshot(
        {
            "events": ["position INTEGER", "run TEXT", "seq INTEGER", "at REAL", "kind TEXT", "body TEXT"],
            "meta": ["name TEXT", "value TEXT"],
            "runs": [
                "id TEXT",
                "workflow TEXT",
                "namespace TEXT",
                "cluster TEXT",
                "key TEXT",
                "created_at REAL",
                "phase TEXT",
                "message TEXT",
                "origin TEXT",
                "updated_at REAL",
                "ended_at REAL",
                "wake_at REAL",
                "index runs_newest",
                "index runs_one_per_key",
                "index runs_one_unfinished",
            ],
            "sealed": ["run TEXT", "name TEXT", "box BLOB"],
            "views": ["name TEXT", "position INTEGER", "body TEXT"],
        }
    )
    connection.close()


def test_every_released_schema_comes_to_the_newest_with_its_runs(tmp_path: Path) -> None:
    fresh = open_owned(tmp_path / "fresh.db")
    assert max(RELEASED) == schema.NEWEST
    for version, statements in RELEASED.items():
        path = tmp_path / f"{version}.db"
        old = sqlite3.connect(path, isolation_level=None)
        for statement in statements:
            old.execute(statement)
        old.execute(
            "INSERT INTO runs (id, workflow, namespace, cluster, phase, key, message, origin, created_at, updated_at)"
            " VALUES ('a1', 'w', 'n', 'c', 'executing', 'k', 'm', '{}', 1, 2)"
        )
        old.execute("INSERT INTO events VALUES (7, 'a1', 1, 1, 'run-created', '{}')")
        old.close()
        migrated = open_owned(path)
        assert row(migrated, "a1") == RunRow("a1", "w", "n", "c", RunPhase.EXECUTING, 1.0, 2.0, "k", "m")
        assert last_position(migrated) == 7
        assert _shape(migrated) == _shape(fresh)
        migrated.close()
    fresh.close()


def test_the_owner_writes_durably(tmp_path: Path) -> None:
    connection = open_owned(tmp_path / "promptops.db")
    pragmas = ("journal_mode", "synchronous", "foreign_keys", "secure_delete", "user_version")
    assert {name: connection.execute(f"PRAGMA {name}").fetchone()[0] for name in pragmas} == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "secure_delete": 1,
        "user_version": schema.NEWEST,
    }
    connection.close()
