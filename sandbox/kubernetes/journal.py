"""The cluster's objects on disk: a snapshot and the lines written since. Blocking work runs in a thread.

A state folder holds `snapshot.jsonl`, whose first line names the first journal that is not in it, and `journal.<n>.jsonl`.
A line is `{"put": <collection>, "object": {...}}` or `{"delete": [<collection>, <namespace>, <name>], "version": <n>}`.
A torn last line, from a kill in the middle of a write, is dropped: nobody was told that it was stored.
Lines are flushed to the operating system, which survives the death of the process; they are not synced to the disk.
"""

import asyncio
import json
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO

from sandbox.kubernetes.trees import Json

COMPACT_AFTER = 16 * 2**20  # bytes of journal; a few seconds of the busiest cluster, read back in well under a second


def encode(value: Json) -> str:
    """A compact JSON line."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def read(folder: Path) -> Iterator[Json]:
    """All lines in their order: the snapshot's, then those of the journals it does not contain. Blocking."""
    first = 0
    snapshot = folder / "snapshot.jsonl"
    if snapshot.exists():
        lines = _lines(snapshot)
        first = next(lines)["journal"]
        yield from lines
    for number, path in journals(folder):
        if number >= first:
            yield from _lines(path)


def journals(folder: Path) -> list[tuple[int, Path]]:
    """The journal files by their number."""
    return sorted((int(path.name.split(".")[1]), path) for path in folder.glob("journal.*.jsonl"))


def _lines(path: Path) -> Iterator[Json]:
    with path.open("rb") as file:
        for line in file:
            if line.endswith(b"\n"):
                yield json.loads(line)


class Journal:
    """Appends lines in the background, in their order; `flushed` tells when all lines given so far are safe."""

    def __init__(self, folder: Path, snapshot: Callable[[], Iterable[Json]], *, compact_after: int = COMPACT_AFTER) -> None:
        self._folder = folder
        self._snapshot = snapshot
        self._compact_after = compact_after
        self._pending: list[str] = []
        self._work = asyncio.Event()
        self._waiting: list[asyncio.Future[None]] = []
        self._written = 0
        self._number = 0
        self._file: IO[bytes] | None = None
        # One thread, so that lines stay in order; a cancelled task leaves the write that it began to the thread.
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="journal")

    def append(self, line: Json) -> None:
        """Take a line; it is written by `run`."""
        self._pending.append(encode(line))
        self._work.set()

    async def flushed(self) -> None:
        """Return when every line taken so far has reached the operating system."""
        if self._pending or self._waiting:
            done = asyncio.get_running_loop().create_future()
            self._waiting.append(done)
            self._work.set()
            await done

    async def open(self) -> None:
        """Start a fresh journal after a compaction of what is there."""
        await self._in_thread(self._rotate, list(self._snapshot()))

    async def run(self) -> None:
        """Write until cancelled; lines that wait are written together."""
        while True:
            await self._work.wait()
            self._work.clear()
            await self.flush()

    async def flush(self) -> None:
        """Write what waits, and compact when the journal has grown."""
        lines, self._pending = self._pending, []
        waiting, self._waiting = self._waiting, []
        await self._in_thread(self._write, lines)
        for done in waiting:
            if not done.done():
                done.set_result(None)
        if self._written > self._compact_after:
            # What was appended meanwhile is in the snapshot as well; storing it twice is harmless.
            await self._in_thread(self._rotate, list(self._snapshot()))

    async def close(self) -> None:
        """Write what is left."""
        await self.flush()
        if self._file is not None:
            await self._in_thread(self._file.close)
        self._thread.shutdown(wait=False)

    async def _in_thread(self, work: Callable[..., None], *arguments: object) -> None:
        await asyncio.shield(asyncio.get_running_loop().run_in_executor(self._thread, work, *arguments))

    def _write(self, lines: list[str]) -> None:
        assert self._file is not None, "the journal is opened before it is run"
        data = "".join(f"{line}\n" for line in lines).encode()
        self._file.write(data)
        self._file.flush()
        self._written += len(data)

    def _rotate(self, lines: list[Json]) -> None:
        """New lines go to a new file first, so that a kill at any point leaves a snapshot and all journals after it."""
        self._folder.mkdir(parents=True, exist_ok=True)
        old = journals(self._folder)
        self._number = old[-1][0] + 1 if old else 1
        if self._file is not None:
            self._file.close()
        self._file = (self._folder / f"journal.{self._number}.jsonl").open("wb")
        self._written = 0
        fresh = self._folder / "snapshot.jsonl.new"
        with fresh.open("w", encoding="utf-8") as file:
            file.write(encode({"journal": self._number}) + "\n")
            file.writelines(encode(line) + "\n" for line in lines)
        fresh.replace(self._folder / "snapshot.jsonl")
        for _, path in old:
            path.unlink()
