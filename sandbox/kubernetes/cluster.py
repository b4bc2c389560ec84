"""An embedded cluster: started and stopped inside the running loop, with all its tasks owned here.

async with EmbeddedCluster(name="test", state=folder / "test") as cluster:
    kubeconfig = cluster.kubeconfig()
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from types import TracebackType
from typing import Self

from aiohttp import web

from sandbox.kubernetes.bootstrap import bootstrap, identity
from sandbox.kubernetes.clock import Clock, SystemClock
from sandbox.kubernetes.controllers.claims import Claims
from sandbox.kubernetes.controllers.daemonsets import DaemonSets
from sandbox.kubernetes.controllers.definitions import Definitions
from sandbox.kubernetes.controllers.deployments import Deployments
from sandbox.kubernetes.controllers.garbage import Garbage
from sandbox.kubernetes.controllers.jobs import Jobs
from sandbox.kubernetes.controllers.loop import Controller, ControlLoop
from sandbox.kubernetes.controllers.namespaces import Namespaces
from sandbox.kubernetes.controllers.quotas import Quotas
from sandbox.kubernetes.controllers.replicasets import ReplicaSets
from sandbox.kubernetes.controllers.services import Services
from sandbox.kubernetes.controllers.statefulsets import StatefulSets
from sandbox.kubernetes.controllers.world import World
from sandbox.kubernetes.events import EventRecorder
from sandbox.kubernetes.identities import Identities, RandomIdentities
from sandbox.kubernetes.journal import Journal, read
from sandbox.kubernetes.objects import Objects
from sandbox.kubernetes.pods.kubelet import Kubelet
from sandbox.kubernetes.pods.logs import PodLogs
from sandbox.kubernetes.pods.scheduling import Scheduler
from sandbox.kubernetes.pods.timing import PodTiming
from sandbox.kubernetes.requests import RequestLog
from sandbox.kubernetes.resources import Kinds
from sandbox.kubernetes.server import Server
from sandbox.kubernetes.store import Store
from sandbox.kubernetes.trees import Json
from sandbox.kubernetes.watching import Watches

_HOST = "127.0.0.1"
_SHUTDOWN = 0.2  # seconds for answers that are on their way; watches end at once


class EmbeddedCluster:
    """A small Kubernetes API on a loopback port. Without `state` its objects live as long as it runs."""

    def __init__(
        self,
        *,
        name: str,
        state: Path | None = None,
        port: int = 0,
        clock: Clock | None = None,
        identities: Identities | None = None,
        pod_timing: PodTiming | None = None,
    ) -> None:
        self.name = name
        self.requests = RequestLog()
        self._state = state
        self._port = port
        self._clock = clock or SystemClock()
        self._identities = identities or RandomIdentities()
        self._timing = pod_timing or PodTiming()
        self._stack = contextlib.AsyncExitStack()
        self._objects: Objects | None = None
        self._address = ""

    @property
    def url(self) -> str:
        """The URL of the API, while the cluster runs."""
        if not self._address:
            raise RuntimeError(f"the embedded cluster {self.name!r} is not running; enter it with `async with` first")
        return self._address

    @property
    def uid(self) -> str:
        """The uid of kube-system: the identity of this cluster, kept in its state folder."""
        if self._objects is None:
            raise RuntimeError(f"the embedded cluster {self.name!r} is not running; enter it with `async with` first")
        return identity(self._objects)

    def kubeconfig(self) -> Json:
        """A kubeconfig with one context, named as the cluster. The API asks nobody who they are."""
        return {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": self.name,
            "clusters": [{"name": self.name, "cluster": {"server": self.url}}],
            "users": [{"name": f"{self.name}-admin", "user": {}}],
            "contexts": [
                {
                    "name": self.name,
                    "context": {"cluster": self.name, "user": f"{self.name}-admin", "namespace": "default"},
                }
            ],
        }

    async def __aenter__(self) -> Self:
        """Load the state, start the controllers and open the port."""
        async with contextlib.AsyncExitStack() as stack:
            await stack.enter_async_context(self._running())
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> bool | None:
        """Close the port, stop the controllers and write what is left; an error of the body passes as it is."""
        # Told of the error, the TaskGroup would wrap it in a group. A crashed controller still raises its own.
        return await self._stack.__aexit__(None, None, None)

    @contextlib.asynccontextmanager
    async def _running(self) -> AsyncIterator[None]:
        async with contextlib.AsyncExitStack() as stack:
            journal, store = await self._stored()
            if journal is not None:
                stack.push_async_callback(journal.close)
            objects = Objects(store, Kinds(), self._clock, self._identities)
            loop = ControlLoop(store, self._clock)
            stack.callback(loop.close)
            world = World(objects, EventRecorder(objects), self._clock, loop.later)
            bootstrap(objects, self.name)
            loop.begin(_controllers(world, self._timing))
            tasks = await stack.enter_async_context(asyncio.TaskGroup())
            running = [tasks.create_task(loop.run(), name=f"{self.name}: controllers")]
            if journal is not None:
                running.append(tasks.create_task(journal.run(), name=f"{self.name}: journal"))
            stack.callback(lambda: [task.cancel() for task in running])
            await stack.enter_async_context(self._serving(objects, journal))
            self._objects = objects
            yield

    async def _stored(self) -> tuple[Journal | None, Store]:
        if self._state is None:
            return None, Store()
        lines = await asyncio.to_thread(lambda folder: list(read(folder)) if folder.exists() else [], self._state)
        kept: list[Journal] = []

        def record(line: Json) -> None:
            kept[0].append(line)

        store = Store(record)
        store.load(lines)
        journal = Journal(self._state, store.lines)
        kept.append(journal)
        await journal.open()
        return journal, store

    @contextlib.asynccontextmanager
    async def _serving(self, objects: Objects, journal: Journal | None) -> AsyncIterator[None]:
        watches = Watches(objects.store)
        logs = PodLogs(objects.store, self._clock, self._timing)
        server = Server(objects, watches, logs, self.requests, journal.flushed if journal else _nothing)
        runner = web.AppRunner(
            server.application(),
            handle_signals=False,
            access_log=None,
            handler_cancellation=True,
            shutdown_timeout=_SHUTDOWN,
        )
        await runner.setup()
        try:
            site = web.TCPSite(runner, _HOST, self._port)
            await site.start()
            self._address = f"http://{_HOST}:{runner.addresses[0][1]}"
            yield
        finally:
            self._address = ""
            watches.close()
            await runner.cleanup()


async def _nothing() -> None:
    """Nothing has to reach a disk."""


def _controllers(world: World, timing: PodTiming) -> list[Controller]:
    return [
        Definitions(world),
        Namespaces(world),
        Claims(world),
        Scheduler(world),
        Kubelet(world, timing),
        ReplicaSets(world),
        Deployments(world),
        StatefulSets(world),
        DaemonSets(world),
        Jobs(world),
        Services(world),
        Quotas(world),
        Garbage(world),
    ]
