import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import aclosing
from pathlib import Path

import pytest
from blockbuster import BlockBuster

from state.errors import StateError
from state.folder import Folder
from state.journal import SqliteJournal
from state.queries import View
from state.reader import Reader
from state.seals import SealBox
from steps.errors import UnknownRun
from steps.model.events import RunEnded, StepLogged
from steps.model.phases import RunPhase
from steps.ports import Commit
from tests.state.journal_contract import created, creation, end, row


async def test_a_folder_without_a_journal_reads_as_empty(folder: Folder, unblocked: BlockBuster) -> None:
    async with Reader.open(folder.database) as reader:
        assert await reader.rows() == []
        assert await reader.unfinished() == []
        assert await reader.events("a1") == []
        assert await reader.row("a1") is None
        assert await reader.since(0) == []
        assert await reader.view("thread") == View()
        with pytest.raises(UnknownRun, match="nothing has run yet"):
            await reader.find("a1")
        with pytest.raises(UnknownRun):
            await anext(reader.follow("a1"))
        async with SqliteJournal.open(folder.database, SealBox(folder.key)) as journal:
            await journal.commit(creation())
            assert await reader.rows() == [row()]
    assert not folder.key.exists()


async def test_a_reader_sees_what_the_owner_has_committed_so_far(folder: Folder) -> None:
    async with SqliteJournal.open(folder.database, SealBox(folder.key)) as journal, Reader.open(folder.database) as reader:
        for n in range(2, 60):
            if n == 2:
                await journal.commit(creation())
            await journal.commit(Commit(row(), n, (StepLogged(1.0, "apply", str(n)),)))
            assert len(await reader.events("a1")) == n
        assert (await reader.find("chat-gpt")).id == "a1"
        assert [found.position for found in await reader.since(57)] == [58, 59]


async def test_following_a_run_yields_each_event_once_and_ends_with_it(folder: Folder, unblocked: BlockBuster) -> None:
    async with SqliteJournal.open(folder.database, SealBox(folder.key)) as journal, Reader.open(folder.database) as reader:
        await journal.commit(creation())
        pauses: list[float] = []

        async def sleep(seconds: float) -> None:
            pauses.append(seconds)
            if len(pauses) == 4:
                await journal.commit(Commit(row(), 2, (StepLogged(1.0, "apply", "x"),)))
            if len(pauses) == 5:
                await journal.commit(end(seq=3))

        seen = [found async for found in reader.follow("a1", sleep=sleep)]
    assert seen == [(1, created()), (2, StepLogged(1.0, "apply", "x")), (3, RunEnded(200.0, RunPhase.SUCCEEDED))]
    assert pauses == [0.05, 0.1, 0.2, 0.2, 0.05]


async def test_following_can_be_left(folder: Folder) -> None:
    async with SqliteJournal.open(folder.database, SealBox(folder.key)) as journal, Reader.open(folder.database) as reader:
        await journal.commit(creation())
        async with aclosing(reader.follow("a1")) as following:
            assert await anext(following) == (1, created())


async def test_a_reader_cannot_write(folder: Folder) -> None:
    async with SqliteJournal.open(folder.database, SealBox(folder.key)) as journal, Reader.open(folder.database) as reader:
        await journal.commit(creation())
        with pytest.raises(StateError, match="readonly"):
            await reader._ask(lambda connection: connection.execute("DELETE FROM runs").rowcount, 0)


async def test_what_is_no_journal_is_named(folder: Folder) -> None:
    folder.database.write_bytes(b"not a database, " * 100)
    async with Reader.open(folder.database) as reader:
        with pytest.raises(StateError, match="not a database"):
            await reader.rows()


async def test_without_an_owner_the_closed_journal_is_read(folder: Folder) -> None:
    async with SqliteJournal.open(folder.database, SealBox(folder.key)) as journal:
        await journal.commit(creation())
    async with Reader.open(folder.database) as reader:
        assert await reader.rows() == [row()]


READ = """
import asyncio, os, pathlib, sys
from state.reader import Reader
async def main():
    async with Reader.open(pathlib.Path(sys.argv[1])) as reader:
        print([row.id for row in await reader.rows()])
if os.geteuid() == 0:
    os.setgroups([]), os.setgid(65534), os.setuid(65534)
asyncio.run(main())
"""


async def test_a_copy_in_a_folder_that_cannot_be_written_is_read(folder: Folder) -> None:
    async with SqliteJournal.open(folder.database, SealBox(folder.key)) as journal:
        await journal.commit(creation())

    def read() -> str:
        with tempfile.TemporaryDirectory() as place:
            copy = Path(place) / "promptops.db"
            shutil.copy(folder.database, copy)
            copy.chmod(0o444)
            Path(place).chmod(0o555)
            found = subprocess.run([sys.executable, "-c", READ, str(copy)], capture_output=True, text=True, check=False, cwd=os.getcwd())  # noqa: PTH109 - the path to import from
            Path(place).chmod(0o755)
            return found.stdout + found.stderr

    assert await asyncio.to_thread(read) == "['a1']\n"
