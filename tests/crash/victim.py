"""A process that runs workflows against real servers until it is killed: `python -m tests.crash.victim PLAN.json`.

The plan names the state folder, the cluster's kubeconfig, and the manifests by idempotency key. Each start recovers what is unfinished,
starts what was not started yet, prints `at work`, answers the runs that ask, and prints `done` when every run has ended.
"""

import asyncio
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import steps.builtin
from bot.wiring import new_id
from kube.clusters import KubeClusters
from kube.configuration import ClusterSettings
from net.addresses import Allowed
from net.http import GuardedHttp
from state.journal import SqliteJournal
from state.seals import SealBox
from steps.engine.clock import SystemClock
from steps.engine.engine import Engine
from steps.engine.guard import ClosedGate
from steps.manifest.check import prepare
from steps.model.phases import Reason
from steps.ports import Analyst, Clusters, Gate, Http
from steps.registry import Registry
from tests.fakes.context import NoAnalyst


@dataclass(frozen=True)
class VictimPorts:
    """The real cluster and HTTP clients; nobody is asked anything."""

    clusters: Clusters
    http: Http
    gate: Gate
    analyst: Analyst


async def work(plan: dict[str, Any]) -> None:
    """Bring every run to its end."""
    folder = Path(plan["folder"])
    registry = Registry.of_package(steps.builtin)
    settings = [ClusterSettings("test", Path(plan["kubeconfig"]))]
    async with (
        KubeClusters(settings, salt=b"salt", default="test") as clusters,
        GuardedHttp(Allowed.parse((), ("127.0.0.0/8",))) as http,
        SqliteJournal.open(folder / "journal.db", SealBox(folder / "key")) as journal,
    ):
        ports = VictimPorts(clusters, http, ClosedGate(), NoAnalyst())
        async with Engine(journal, ports, registry, SystemClock(), new_id=new_id) as engine:
            runs = []
            for key, text in plan["manifests"].items():
                prepared = prepare(text, file=key, registry=registry, clusters=("test",), default_cluster="test")
                runs.append((await engine.start(prepared, key=key)).id)
                if len(runs) == 1:
                    say("at work")
            for run in runs:
                # A run that asks is answered as a person would who has looked: go on. That is one more time that its step may happen.
                while (value := await engine.wait(run)).ended is None:
                    if any(status.reason is Reason.INTERRUPTED for status in value.steps.values()):
                        await engine.resume(run, by="a person who looked")
    say("done")


def say(text: str) -> None:
    """Tell the test, at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(work(json.loads(Path(sys.argv[1]).read_text())))
