"""Kill -9 of a process that writes: what it was told is written is there, and nothing is there by half."""

import asyncio
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

from state.folder import Folder
from state.journal import SqliteJournal
from state.owner import Owner
from state.reader import Reader
from state.seals import SealBox

WRITER = """
import asyncio, os, pathlib, sys, time
from state.folder import Folder
from state.journal import SqliteJournal
from state.owner import Owner
from state.seals import SealBox
from steps.model.events import StepLogged
from steps.model.phases import RunPhase
from steps.ports import Commit, RunRow
folder = Folder(pathlib.Path(sys.argv[1]))
owner = Owner.acquire(folder, now=time.time())
async def write(journal, run):
    seq = 1
    while True:  # two events and a secret in every commit: all of them or none
        events = tuple(StepLogged(float(n), "s", "x" * 100) for n in (seq, seq + 1))
        row = RunRow(run, run, "n", "c", RunPhase.EXECUTING, 1.0, float(seq))
        await journal.commit(Commit(row, seq, events, sealed={str(seq): run}))
        os.write(1, f"{run} {seq + 1}\\n".encode())
        seq += 2
async def main():
    async with SqliteJournal.open(folder.database, SealBox(folder.key)) as journal, asyncio.TaskGroup() as group:
        for n in range(20):
            group.create_task(write(journal, f"r{n}"))
asyncio.run(main())
"""


def _killed_while_writing(folder: Path, lines: int) -> dict[str, int]:
    """What the writer said was written, by run, until it was killed after so many lines."""
    written: dict[str, int] = defaultdict(int)
    with subprocess.Popen([sys.executable, "-c", WRITER, str(folder)], stdout=subprocess.PIPE) as child:
        assert child.stdout
        for n, line in enumerate(child.stdout):
            run, last = line.split()
            written[run.decode()] = int(last)
            if n == lines:
                child.kill()
    return written


@pytest.mark.parametrize("lines", [37, 411, 1366])
async def test_every_acknowledged_commit_survives_a_kill_and_none_by_half(folder: Folder, lines: int) -> None:
    written = await asyncio.to_thread(_killed_while_writing, folder.path, lines)
    async with Reader.open(folder.database) as reader:
        before = {found.id: len(await reader.events(found.id)) for found in await reader.rows(limit=100)}
    owner = await asyncio.to_thread(lambda: Owner.acquire(folder, now=1.0))
    assert owner
    async with SqliteJournal.open(folder.database, SealBox(folder.key)) as journal:
        for run, last in written.items():
            events = await journal.events(run)
            row = await journal.row(run)
            assert row
            assert len(events) >= last
            assert [seq for seq, _ in events] == list(range(1, len(events) + 1))
            assert row.updated_at == len(events) - 1
            assert set(await journal.secrets(run)) == {str(seq) for seq in range(1, len(events), 2)}
            assert before[run] == len(events)  # a reader without an owner sees the same
    owner.release()
