"""The engine as the wiring builds it, without clusters: real journal, seals, checks, plan, step types, view."""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bot.terminal.happenings import event_lines, since
from bot.wiring import new_id, settle_memory
from state.journal import SqliteJournal
from state.seals import SealBox
from steps.builtin.print_message_in_status import PrintMessageInStatus, print_message_in_status
from steps.builtin.suspend import suspend
from steps.context import StepContext
from steps.engine.clock import SystemClock
from steps.engine.engine import Engine
from steps.engine.guard import ClosedGate
from steps.engine.limits import Limits
from steps.manifest.check import prepare
from steps.manifest.prepared import Prepared
from steps.model.events import RunEnded
from steps.model.outcome import Outcome
from steps.ports import Analyst, Clusters, Gate, Http
from steps.registry import Registry, step_type
from tests.fakes.context import NoAnalyst
from tests.fakes.http import FakeHttp
from tests.steps.engine.playground import NamedClusters

STEPS = 10
EXECUTED: dict[str, float] = {}
"""When each run's first step was executed."""


@step_type("print-message-in-status", repeatable=True)
async def marked(ctx: StepContext, params: PrintMessageInStatus) -> Outcome:
    """The real step type, and a note of when a run's first step was executed."""
    EXECUTED.setdefault(ctx.run, time.perf_counter())
    return await print_message_in_status(ctx, params)


REGISTRY = Registry([marked, suspend])

TEN_STEPS = "\n".join(
    [
        "apiVersion: core.oam.dev/v1alpha1",
        "kind: WorkflowRun",
        "metadata: {name: ten-steps}",
        "spec:",
        "  workflowSpec:",
        "    steps:",
        *(
            f"    - {{name: s{number}, type: print-message-in-status, properties: {{message: step {number} is done}}"
            + (f", if: status.s{number - 1}.succeeded}}" if number else "}")
            for number in range(STEPS)
        ),
    ]
)
SUSPENDED = """
apiVersion: core.oam.dev/v1alpha1
kind: WorkflowRun
metadata: {name: waits}
spec:
  workflowSpec:
    steps:
    - {name: ask, type: suspend, properties: {message: somebody has to look}}
    - {name: then, type: print-message-in-status, properties: {message: done}}
"""


@dataclass
class BenchPorts:
    """No step of these workflows reaches outside."""

    clusters: Clusters = field(default_factory=NamedClusters)
    gate: Gate = field(default_factory=ClosedGate)
    analyst: Analyst = field(default_factory=NoAnalyst)
    http: Http = field(default_factory=FakeHttp)


def open_journal(folder: Path) -> AbstractAsyncContextManager[SqliteJournal]:
    """A journal in this folder."""
    return SqliteJournal.open(folder / "journal.db", SealBox(folder / "key"))


def engine_on(journal: SqliteJournal) -> Engine:
    """An engine on this journal."""
    return Engine(journal, BenchPorts(), REGISTRY, SystemClock(), new_id=new_id, limits=Limits(concurrent_runs=20_000))


@asynccontextmanager
async def bench_engine(folder: Path) -> AsyncIterator[Engine]:
    """An engine on a journal in this folder."""
    async with open_journal(folder) as journal, engine_on(journal) as engine:
        settle_memory()
        yield engine


def prepared(text: str, namespace: str) -> Prepared:
    """A manifest checked as for a person; runs of one workflow differ by namespace."""
    return prepare(text, file="bench.yaml", registry=REGISTRY, clusters=("test", "prod"), default_cluster="test", namespace=namespace)


async def one_run(engine: Engine, namespace: str) -> float:
    """Check, start, follow to the end as a terminal does; seconds from the request to the first step's execution."""
    began = time.perf_counter()
    run = await engine.start(prepared(TEN_STEPS, namespace))
    stamp = since(run.created_at)
    async with aclosing(engine.follow(run.id)) as events:
        async for _, event in events:
            event_lines(event, stamp)
            if isinstance(event, RunEnded):
                return EXECUTED.pop(run.id) - began
    raise AssertionError("the journal ended before the run")


async def throughput(folder: Path, *, concurrent: int, seconds: float) -> tuple[float, list[float], list[float]]:
    """Runs per second, and the seconds to each run's first step: of the first half second, when all begin at once, and after it."""
    herd: list[float] = []
    firsts: list[float] = []
    async with bench_engine(folder) as engine:
        await one_run(engine, "warm-up")
        started = time.perf_counter()
        done = 0

        async def worker(number: int) -> None:
            nonlocal done
            while (begun := time.perf_counter()) < started + seconds:
                first = await one_run(engine, f"n{number}")
                done += 1
                (firsts if begun > started + 0.5 else herd).append(first)

        async with asyncio.TaskGroup() as group:
            for number in range(concurrent):
                group.create_task(worker(number))
        return done / (time.perf_counter() - started), herd, firsts


async def at_rate(folder: Path, *, rate: float, seconds: float) -> list[float]:
    """Seconds to each run's first step when runs arrive evenly at this rate."""
    firsts: list[float] = []
    async with bench_engine(folder) as engine:
        await one_run(engine, "warm-up")
        started = time.perf_counter()

        async def arrival(number: int) -> None:
            firsts.append(await one_run(engine, f"n{number}"))

        async with asyncio.TaskGroup() as group:
            for number in range(int(rate * seconds)):
                await asyncio.sleep(max(started + number / rate - time.perf_counter(), 0))
                group.create_task(arrival(number))
    return firsts


async def suspended(folder: Path, *, runs: int) -> tuple[float, float]:
    """Megabytes more for so many suspended runs, and the share of a core while they wait."""
    async with bench_engine(folder) as engine:
        for number in range(200):
            await engine.wait((await engine.start(prepared(SUSPENDED, f"w{number}"))).id)
        before = resident()
        for start in range(0, runs, 100):
            batch = [await engine.start(prepared(SUSPENDED, f"n{number}")) for number in range(start, start + 100)]
            for run in batch:
                assert (await engine.wait(run.id)).phase == "suspending"
        after = resident()
        cpu, wall = time.process_time(), time.perf_counter()
        await asyncio.sleep(5)
        return after - before, (time.process_time() - cpu) / (time.perf_counter() - wall)


def resident() -> float:
    """This process's resident memory in megabytes."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
