"""A process to be killed: 200 runs in flight, each in the middle of its ten steps. Started again, it finishes them.

`python -m tests.bench.victim FOLDER begin` starts the runs and prints `ready`; `… FOLDER finish` recovers and prints when all are done.
"""

import asyncio
import sys
import time
from pathlib import Path

from tests.bench.engine import TEN_STEPS, bench_engine, engine_on, open_journal, prepared

RUNS = 200


async def begin(folder: Path) -> None:
    """Start runs, and go on starting their successors, so that the kill always meets 200 in flight."""
    async with bench_engine(folder) as engine:

        async def worker(number: int) -> None:
            while True:
                run = await engine.start(prepared(TEN_STEPS, f"n{number}"))
                await engine.wait(run.id)

        async with asyncio.TaskGroup() as group:
            for number in range(RUNS):
                group.create_task(worker(number))
            await asyncio.sleep(1.0)
            sys.stdout.write("ready\n")
            sys.stdout.flush()


async def finish(folder: Path) -> None:
    """Recover, and print how many runs were in flight and when all had ended."""
    async with open_journal(folder) as journal:
        left = [row.id for row in await journal.unfinished()]
        async with engine_on(journal) as engine:
            for run in left:
                while (await engine.run(run)).phase != "succeeded":
                    await engine.wait(run)
        sys.stdout.write(f"{len(left)} {time.time()}\n")


if __name__ == "__main__":
    asyncio.run((begin if sys.argv[2] == "begin" else finish)(Path(sys.argv[1])))
