"""The database's shape, version by version, as SQL.

A released version is never edited: a change is a new step here and its number in `NEWEST`. `state.migrations` applies the steps.

Choices: `events.position` is the global order that views save; it is handed out by the writer, not by AUTOINCREMENT, which would
write one more page per commit. A rowid table with an index on (run, seq) was measured against WITHOUT ROWID on (run, seq): as fast
one at a time, and a third faster when a hundred runs commit together, because all new events share the last page.
"""

NEWEST = 1

VERSION_1 = (
    """
    CREATE TABLE runs (
        id TEXT PRIMARY KEY,
        workflow TEXT NOT NULL,
        namespace TEXT NOT NULL,
        cluster TEXT NOT NULL,
        key TEXT NOT NULL,
        created_at REAL NOT NULL,
        phase TEXT NOT NULL,
        message TEXT NOT NULL,
        origin TEXT NOT NULL,
        updated_at REAL NOT NULL,
        ended_at REAL,
        wake_at REAL
    ) WITHOUT ROWID
    """,
    "CREATE UNIQUE INDEX runs_one_unfinished ON runs (workflow, namespace, cluster) WHERE ended_at IS NULL",
    "CREATE UNIQUE INDEX runs_one_per_key ON runs (key) WHERE key != ''",
    "CREATE INDEX runs_newest ON runs (created_at)",
    """
    CREATE TABLE events (
        position INTEGER PRIMARY KEY,
        run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
        seq INTEGER NOT NULL,
        at REAL NOT NULL,
        kind TEXT NOT NULL,
        body TEXT NOT NULL,
        UNIQUE (run, seq)
    )
    """,
    """
    CREATE TABLE sealed (
        run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
        name TEXT NOT NULL,
        box BLOB NOT NULL,
        PRIMARY KEY (run, name)
    ) WITHOUT ROWID
    """,
    "CREATE TABLE views (name TEXT PRIMARY KEY, position INTEGER NOT NULL, body TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    "PRAGMA user_version = 1",
)
