import asyncio
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from state.errors import StateError
from state.folder import Folder
from state.journal import SqliteJournal
from state.queries import View
from state.seals import SealBox
from steps.errors import PromptOpsError, UnknownRun
from steps.model.events import StepLogged, StepStarted
from steps.ports import Commit, RunRow
from tests.fakes.journal import MemoryJournal
from tests.state.journal_contract import JournalContract, created, creation, end, row


@pytest.fixture
async def sqlite_journal(folder: Folder) -> AsyncIterator[SqliteJournal]:
    async with SqliteJournal.open(folder.database, SealBox(folder.key)) as journal:
        yield journal


@pytest.mark.usefixtures("unblocked")
class TestSqliteJournal(JournalContract):
    @pytest.fixture
    def journal(self, sqlite_journal: SqliteJournal) -> SqliteJournal:
        return sqlite_journal


class TestMemoryJournal(JournalContract):
    @pytest.fixture
    def journal(self) -> MemoryJournal:
        return MemoryJournal()


async def _on_its_connection(journal: SqliteJournal, sql: str) -> None:
    await journal._ask(lambda connection: connection.execute(sql).fetchall())


async def test_everything_is_there_after_reopening(folder: Folder) -> None:
    async with SqliteJournal.open(folder.database, SealBox(folder.key)) as journal:
        await journal.commit(Commit(row(), 1, (created(),), sealed={"token": "s3cret"}))
        await journal.save_view("thread", View(1, '{"ts": "1.2"}'))
    async with SqliteJournal.open(folder.database, SealBox(folder.key)) as journal:
        assert await journal.events("a1") == [(1, created())]
        assert await journal.secrets("a1") == {"token": "s3cret"}
        assert await journal.view("thread") == View(1, '{"ts": "1.2"}')
        assert await journal.view("other") == View()
        await journal.commit(Commit(row(), 2, (StepStarted(1.0, "apply"),)))
        with pytest.raises(PromptOpsError, match="already running"):
            await journal.commit(creation("b2"))


async def test_closing_writes_what_waits_and_leaves_one_file(folder: Folder) -> None:
    async with SqliteJournal.open(folder.database, SealBox(folder.key)) as journal:
        waiting = [journal.commit(creation(f"r{n}", namespace=f"n{n}")) for n in range(100)]
    assert all(one.done() and one.exception() is None for one in waiting)
    assert sorted(found.name for found in folder.path.iterdir()) == ["promptops.db"]
    assert folder.database.stat().st_mode & 0o777 == 0o600


async def test_a_closed_journal_says_so_and_does_not_hang(folder: Folder) -> None:
    async with SqliteJournal.open(folder.database, SealBox(folder.key)) as journal:
        pass
    with pytest.raises(StateError, match="closed"):
        await journal.commit(creation())
    with pytest.raises(StateError, match="closed"):
        await journal.rows()


async def test_waiting_commits_share_a_transaction(sqlite_journal: SqliteJournal) -> None:
    started = [creation(f"r{n}", namespace=f"n{n}") for n in range(200)]
    await asyncio.gather(*(sqlite_journal.commit(commit) for commit in started))
    assert sqlite_journal.transactions < 20
    before = sqlite_journal.transactions
    await sqlite_journal.commit(Commit(started[0].row, 2, ()))
    assert sqlite_journal.transactions == before + 1


async def test_a_commit_that_cannot_be_encoded_fails_alone(sqlite_journal: SqliteJournal) -> None:
    answers = await asyncio.gather(
        sqlite_journal.commit(creation("a1", message="half a \ud83d pair")),
        sqlite_journal.commit(creation("b2", namespace="other")),
        sqlite_journal.commit(Commit(row("b2", namespace="other"), 2, (StepStarted(1.0, "apply"),))),
        return_exceptions=True,
    )
    assert [type(answer) for answer in answers] == [StateError, type(None), type(None)]
    assert await sqlite_journal.row("a1") is None
    assert [found.position for found in await sqlite_journal.since(0)] == [1, 2]


async def test_a_full_disk_fails_what_waits_and_the_journal_takes_nothing_more(sqlite_journal: SqliteJournal) -> None:
    await sqlite_journal.commit(creation())
    await _on_its_connection(sqlite_journal, "PRAGMA max_page_count = 1")  # SQLite then allows what is there already, and no page more
    big = Commit(row(), 2, (StepLogged(1.0, "apply", "x" * 200_000),))
    small = Commit(row("b2", namespace="other"), 1, (created("b2"),))
    for error in await asyncio.gather(sqlite_journal.commit(big), sqlite_journal.commit(small), return_exceptions=True):
        assert isinstance(error, StateError)
        assert "full" in str(error)
        assert "Free space" in str(error)
    await _on_its_connection(sqlite_journal, "PRAGMA max_page_count = 1000000")
    with pytest.raises(StateError, match="takes nothing more"):
        await sqlite_journal.commit(small)
    assert await sqlite_journal.events("a1") == [(1, created())]


async def test_the_global_order_follows_the_calls_and_positions_are_never_used_twice(folder: Folder) -> None:
    async with SqliteJournal.open(folder.database, SealBox(folder.key)) as journal:
        await asyncio.gather(journal.commit(creation("a1")), journal.commit(creation("b2", namespace="n")), journal.commit(end("a1")))
        assert [(found.position, found.run, found.seq) for found in await journal.since(0)] == [(1, "a1", 1), (2, "b2", 1), (3, "a1", 2)]
        assert [found.position for found in await journal.since(1, limit=1)] == [2]
        await journal.commit(end("b2", namespace="n"))
        assert await journal.prune(1000.0) == 2
    async with SqliteJournal.open(folder.database, SealBox(folder.key)) as journal:
        await journal.commit(creation("c3"))
        assert [(found.position, found.run) for found in await journal.since(0)] == [(5, "c3")]


async def test_people_name_a_run_by_id_workflow_or_beginning(sqlite_journal: SqliteJournal) -> None:
    for n, run in enumerate(("abc1", "abd2", "x9")):
        await sqlite_journal.commit(creation(run, workflow=f"w{n % 2}", namespace=run, created_at=float(n)))

    async def found(name: str) -> str:
        return (await sqlite_journal.find(name)).id

    assert [await found(name) for name in ("abc1", "abd", "x", "w0", "w1")] == ["abc1", "abd2", "x9", "x9", "abd2"]
    with pytest.raises(UnknownRun, match="abc1, abd2"):
        await sqlite_journal.find("ab")
    with pytest.raises(UnknownRun, match="did you mean 'abc1'"):
        await sqlite_journal.find("acb1")
    with pytest.raises(UnknownRun):
        await sqlite_journal.find("")


async def test_a_damaged_event_is_named(sqlite_journal: SqliteJournal) -> None:
    await sqlite_journal.commit(creation())
    await _on_its_connection(sqlite_journal, """UPDATE events SET body = '{"kind": "from-the-future"}'""")
    with pytest.raises(StateError, match="event 1 of run 'a1'"):
        await sqlite_journal.events("a1")


def _rejected(path: Path) -> str:
    async def opening() -> None:
        async with SqliteJournal.open(path, SealBox(path.with_name("key"))):
            pass

    with pytest.raises(StateError) as refused:
        asyncio.run(opening())
    return str(refused.value)


def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "promptops.db"
    path.write_bytes(b"not a database, " * 100)
    assert "not a database" in _rejected(path)
    assert path.read_bytes() == b"not a database, " * 100


def test_a_database_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "promptops.db"
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    assert "newer PromptOps" in _rejected(path)


Action = tuple[tuple[str, str], int, bool, str, bool]
RUNS = [("a", "w0"), ("b", "w0"), ("c", "w1"), ("d", "w1")]
actions = st.tuples(st.sampled_from(RUNS), st.integers(-1, 1), st.booleans(), st.sampled_from(["", "k1", "k2"]), st.booleans())


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.lists(actions, min_size=1, max_size=8), max_size=8))
def test_the_fake_and_the_real_journal_answer_alike(groups: list[list[Action]]) -> None:
    asyncio.run(_alike(groups))


async def _alike(groups: list[list[Action]]) -> None:
    fake = MemoryJournal()
    with TemporaryDirectory() as place:
        await _compare(groups, fake, Path(place))


async def _compare(groups: list[list[Action]], fake: MemoryJournal, place: Path) -> None:
    async with SqliteJournal.open(place / "promptops.db", SealBox(place / "key")) as real:
        for group in groups:
            expected: list[object] = []
            waiting = []
            for (run, workflow), shift, ended, key, empty in group:
                seq = len(await fake.events(run)) + 1 + (shift if shift < 1 else 0)
                commit = Commit(
                    replace(row(run, workflow=workflow, key=key), ended_at=5.0 if ended else None), seq, () if empty else (created(run),)
                )
                # The real one gets the whole group at once, the fake one commit at a time: grouping must not show.
                expected.append((await asyncio.gather(fake.commit(commit), return_exceptions=True))[0])
                waiting.append(real.commit(commit))
            answers: list[object] = list(await asyncio.gather(*waiting, return_exceptions=True))
            assert [_shown(answer) for answer in answers] == [_shown(answer) for answer in expected]
        assert await _all(real) == await _all(fake)


async def _all(journal: SqliteJournal | MemoryJournal) -> list[tuple[RunRow, int]]:
    return [(found, len(await journal.events(found.id))) for found in await journal.rows()]


def _shown(answer: object) -> tuple[str, str]:
    return type(answer).__name__, getattr(answer, "run", "")
