"""The floor: what the disk and SQLite allow a program that only commits one row per step.

The same disk, WAL, `synchronous=FULL`, group commit in a thread, asyncio callers, and the least that makes a step durable: a row found by
run and step, with its result as JSON. No manifest, no `if`, no events, no view. With `bare` the row is a short text without a key: it
is on disk, and nothing could be recovered from it: the fastest that this design can be.
"""

import asyncio
import json
import sqlite3
import threading
import time
from pathlib import Path
from queue import SimpleQueue

STEPS = 10
Row = tuple[str, int, str]


class GroupCommit:
    """One thread, one connection; all rows that wait are committed together."""

    def __init__(self, path: Path, *, bare: bool) -> None:
        self._loop = asyncio.get_running_loop()
        self._queue: SimpleQueue[tuple[Row, asyncio.Future[None]] | None] = SimpleQueue()
        self._path = path
        self._bare = bare
        self._thread = threading.Thread(target=self._work)
        self._thread.start()

    def commit(self, row: Row) -> "asyncio.Future[None]":
        """Done when the row is on disk."""
        future: asyncio.Future[None] = self._loop.create_future()
        self._queue.put((row, future))
        return future

    def close(self) -> None:
        """End the thread."""
        self._queue.put(None)
        self._thread.join()

    def _work(self) -> None:
        connection = sqlite3.connect(self._path, isolation_level=None)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        key = "" if self._bare else ", PRIMARY KEY (run, step)"
        connection.execute(f"CREATE TABLE steps (run TEXT, step INTEGER, result TEXT{key})")
        while (item := self._queue.get()) is not None:
            batch = [item]
            while not self._queue.empty() and (more := self._queue.get()) is not None:
                batch.append(more)
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany("INSERT INTO steps VALUES (?, ?, ?)", [row for row, _ in batch])
            connection.execute("COMMIT")
            self._loop.call_soon_threadsafe(_settle, [future for _, future in batch])
        connection.close()


def _settle(futures: "list[asyncio.Future[None]]") -> None:
    for future in futures:
        future.set_result(None)


async def floor(folder: Path, *, concurrent: int, seconds: float, bare: bool = False) -> float:
    """Runs of ten steps per second."""
    commits = GroupCommit(folder / f"floor-{concurrent}.db", bare=bare)
    done = 0
    end = time.perf_counter() + seconds

    async def worker(number: int) -> None:
        nonlocal done
        while time.perf_counter() < end:
            run = f"ten-steps-{number}-{done}"
            for step in range(STEPS):
                result = {"at": time.time(), "phase": "succeeded", "message": f"step {step} is done", "outputs": {}}
                await commits.commit(("", 0, "succeeded") if bare else (run, step, json.dumps(result)))
            done += 1

    await commits.commit(("warm-up", 0, "{}"))
    started = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for number in range(concurrent):
            group.create_task(worker(number))
    taken = time.perf_counter() - started
    commits.close()
    return done / taken
