"""`make bench`: every figure of docs/performance.md, measured here and now, as a Markdown table."""

import asyncio
import os
import platform
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.bench.engine import at_rate, suspended, throughput
from tests.bench.floor import floor
from tests.bench.victim import RUNS

SECONDS = 3.0
TURNS = 5
KILLS, TRIES = 5, 20
CONCURRENT = 100
IDLE_RUNS = 10_000


def main() -> None:
    """Measure, and print as it goes."""
    with tempfile.TemporaryDirectory(prefix="promptops-bench-") as name:
        folder = Path(name)
        show(f"machine: {machine()}")
        show("")
        show("| what | measured | goal |")
        show("|---|---|---|")
        throughputs(folder)
        memory(folder)
        recovery(folder)
        startup()


def throughputs(folder: Path) -> None:
    """Against the floors, at 100 concurrent and one at a time, in turn, so that a noisy machine is noisy for all."""
    floors, bares, rates, lows, singles = [], [], [], [], []
    herd: list[float] = []
    firsts: list[float] = []
    for turn in range(TURNS):
        floors.append(asyncio.run(floor(fresh(folder, f"floor-{turn}"), concurrent=CONCURRENT, seconds=SECONDS)))
        bares.append(asyncio.run(floor(fresh(folder, f"bare-{turn}"), concurrent=CONCURRENT, seconds=SECONDS, bare=True)))
        rate, begun, later = asyncio.run(throughput(fresh(folder, f"many-{turn}"), concurrent=CONCURRENT, seconds=SECONDS))
        lows.append(asyncio.run(floor(fresh(folder, f"floor-one-{turn}"), concurrent=1, seconds=SECONDS)))
        single, _, _ = asyncio.run(throughput(fresh(folder, f"one-{turn}"), concurrent=1, seconds=SECONDS))
        rates.append(rate)
        singles.append(single)
        herd += begun
        firsts += later
    row("the floor at 100 concurrent, at 1", f"{statistics.median(floors):.0f} and {statistics.median(lows):.0f} runs/s", "")
    row("the bare floor at 100 concurrent", f"{statistics.median(bares):.0f} runs/s", "")
    against = f"{ratios(rates, floors)} of the floor, {ratios(rates, bares)} of the bare floor"
    row("10-step durable runs, 100 concurrent", f"{statistics.median(rates):.0f} runs/s, {against}", "≥ 0.10, ≥ 352 runs/s")
    row("10-step durable runs, one at a time", f"{statistics.median(singles):.0f} runs/s, {ratios(singles, lows)} of the floor", "≥ 0.50")
    row("request → first step executes, saturated, p50 / p99", both(firsts), "p99 < 50 ms")
    row("the same, when all 100 begin at once, p50 / p99", both(herd), "")
    half = asyncio.run(at_rate(fresh(folder, "half"), rate=statistics.median(rates) / 2, seconds=SECONDS))
    row("request → first step executes, half load, p50 / p99", both(half), "p99 < 10 ms")


def ratios(values: Sequence[float], floors: Sequence[float]) -> str:
    """The median of the turns' ratios, with the lowest and the highest turn."""
    each = [value / low for value, low in zip(values, floors, strict=True)]
    return f"{statistics.median(each):.2f} ({min(each):.2f} to {max(each):.2f})"


def memory(folder: Path) -> None:
    """What suspended runs cost."""
    more, share = asyncio.run(suspended(fresh(folder, "idle"), runs=IDLE_RUNS))
    row(f"{IDLE_RUNS:,} suspended runs", f"{more:.1f} MB more, {share * 100:.2f} % of a core while idle", "< 20 MB, < 1 %")


def recovery(folder: Path) -> None:
    """Kill -9 with 200 runs in flight, start again, wait until all are done; a kill that met fewer says nothing and is not counted."""
    taken: list[float] = []
    for turn in range(TRIES):
        place = fresh(folder, f"kill-{turn}")
        command = [sys.executable, "-m", "tests.bench.victim", str(place)]
        with subprocess.Popen([*command, "begin"], stdout=subprocess.PIPE, text=True) as victim:
            assert victim.stdout is not None
            assert victim.stdout.readline() == "ready\n"
            victim.send_signal(signal.SIGKILL)
        began = time.time()
        finished = subprocess.run([*command, "finish"], stdout=subprocess.PIPE, text=True, check=True)
        count, ended = finished.stdout.split()
        if int(count) == RUNS:
            taken.append(float(ended) - began)
        if len(taken) == KILLS:
            break
    what = f"kill -9 with {RUNS} runs in flight → all done, process start included"
    found = (
        f"{statistics.median(taken):.2f} s (the slowest of {len(taken)}: {max(taken):.2f} s)"
        if taken
        else f"no kill of {TRIES} met them all"
    )
    row(what, found, "< 2 s")


def startup() -> None:
    """The time of `promptops --help`, as a whole process."""
    command = [str(Path(sys.executable).with_name("promptops")), "--help"]
    times = []
    for _ in range(7):
        began = time.perf_counter()
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
        times.append(time.perf_counter() - began)
    row("`promptops --help`", f"{statistics.median(times[1:]):.2f} s", "< 0.3 s")


def fresh(folder: Path, name: str) -> Path:
    """An empty folder."""
    place = folder / name
    place.mkdir()
    return place


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which this share lies."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def both(values: Sequence[float]) -> str:
    """Median and p99 in milliseconds."""
    return f"{percentile(values, 0.5) * 1000:.1f} / {percentile(values, 0.99) * 1000:.1f} ms"


def machine() -> str:
    """What it was measured on."""
    system = f"{platform.system()} {platform.machine()}"
    return f"{os.cpu_count()} cores, {system}, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"


def row(what: str, measured: str, goal: str) -> None:
    """One line of the table."""
    show(f"| {what} | {measured} | {goal} |")


def show(line: str) -> None:
    """Print at once, also into a pipe."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
