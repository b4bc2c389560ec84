"""kill -9, again and again, with real processes and real servers: every effect as often as it may be, every run ends or asks.

Not faked: the engine's process, SQLite, the Kubernetes and HTTP clients, the embedded cluster, whose request log counts the effects.
"""

import asyncio
import json
import os
import random
import sys
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from sandbox.kubernetes import EmbeddedCluster
from state.reader import Reader
from steps.model.events import StepEnded, StepStarted, StepSuspended
from steps.model.phases import Reason, RunPhase

LONG = bool(os.environ.get("PROMPTOPS_LONG_TESTS"))
RUNS, KILLS, PAIRS = (200, 20, 12) if LONG else (30, 3, 6)

ANSWER = 0.05
"""Seconds that the counting server takes, so that kills meet requests in the middle."""


def manifest(number: int, counter: str) -> str:
    """A run of pairs: a write that may be repeated, and one that may not."""
    steps = ""
    for pair in range(PAIRS):
        steps += f"""
    - name: map-{pair}
      type: apply-object
      properties:
        value:
          apiVersion: v1
          kind: ConfigMap
          metadata: {{name: run-{number}-{pair}}}
          data: {{run: "{number}"}}
    - name: post-{pair}
      type: request
      properties: {{url: "{counter}/{number}/{pair}", method: POST, body: {{run: {number}}}}}"""
    return f"""
apiVersion: core.oam.dev/v1alpha1
kind: WorkflowRun
metadata: {{name: crash-{number}}}
spec:
  workflowSpec:
    steps:{steps}
"""


class Counted:
    """An HTTP server that counts what it was sent."""

    def __init__(self) -> None:
        self.posts: Counter[str] = Counter()
        self.url = ""

    async def serve(self) -> AsyncIterator["Counted"]:
        async def post(request: web.Request) -> web.Response:
            self.posts[request.path] += 1
            await asyncio.sleep(ANSWER)
            return web.json_response({"ok": True})

        app = web.Application()
        app.router.add_post("/{run}/{pair}", post)
        runner = web.AppRunner(app, handle_signals=False, shutdown_timeout=1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield self
        await runner.cleanup()


@pytest.fixture
async def counted() -> AsyncIterator[Counted]:
    """The counting server."""
    async for server in Counted().serve():
        yield server


async def start(plan: Path) -> asyncio.subprocess.Process:
    """A victim at work."""
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "tests.crash.victim", str(plan), stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    assert await process.stdout.readline() == b"at work\n"
    return process


@pytest.mark.long
async def test_every_effect_happens_as_often_as_it_may_and_every_run_ends_or_asks(tmp_path: Path, counted: Counted) -> None:
    chance = random.Random(20261123)  # noqa: S311 - the moments of the kills, the same in every run of the test
    async with EmbeddedCluster(name="test") as cluster:
        plan = tmp_path / "plan.json"
        kubeconfig = tmp_path / "kubeconfig.json"
        kubeconfig.write_text(json.dumps(cluster.kubeconfig()))
        manifests = {f"key-{number}": manifest(number, counted.url) for number in range(RUNS)}
        plan.write_text(json.dumps({"folder": str(tmp_path), "kubeconfig": str(kubeconfig), "manifests": manifests}))
        for _ in range(KILLS):
            victim = await start(plan)
            await asyncio.sleep(chance.uniform(0.02, 0.3))
            assert victim.returncode is None, "it was done before it was killed"
            victim.kill()
            await victim.wait()
        victim = await start(plan)
        assert victim.stdout is not None
        assert await victim.stdout.readline() == b"done\n"
        assert await victim.wait() == 0
        created = Counter(request.path.rsplit("/", 1)[1] for request in cluster.requests if request.effect == "created")
        changed = [request for request in cluster.requests if request.effect == "changed" and "configmaps" in request.path]
    assert changed == [], "a repeated apply of the same object changes nothing"
    async with Reader.open(tmp_path / "journal.db") as reader:
        rows = await reader.rows(limit=10 * RUNS)
        assert len(rows) == RUNS, "the same key is the same run, however often it was started"
        asked = [await check_run(reader, row.id, row.phase, created, counted.posts) for row in rows]
    assert sum(asked) > 0, "no kill met a request in the middle"


async def check_run(reader: Reader, run: str, phase: RunPhase, created: Counter[str], posts: Counter[str]) -> int:
    """One run's journal against the servers' counts; how often it asked."""
    events = [event for _, event in await reader.events(run)]
    number = run.split("-")[1]
    ended = {event.step: event.phase for event in events if isinstance(event, StepEnded)}
    starts = Counter(event.step for event in events if isinstance(event, StepStarted))
    asked = Counter(event.step for event in events if isinstance(event, StepSuspended) and event.reason is Reason.INTERRUPTED)
    assert phase is RunPhase.SUCCEEDED, f"{run} is {phase}"
    assert len(ended) == 2 * PAIRS
    for step, count in starts.items():
        kind, pair = step.split("-")
        if kind == "post":
            assert count == 1 + asked[step], f"{step} of {run} began {count} times and was asked about {asked[step]} times"
            assert 1 <= posts[f"/{number}/{pair}"] <= count
        else:
            assert created[f"run-{number}-{pair}"] == 1
            assert not asked[step], f"{step} of {run} may be repeated, so nobody needs to be asked"
    return asked.total()
