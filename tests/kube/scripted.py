"""An API server that says what a test tells it to: for faults that no honest server shows on demand.

Faked: everything behind the socket. Not faked: the socket, aiohttp, the kubernetes client, and all of `kube`.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from kube.cluster import KubeCluster
from kube.configuration import ClusterSettings
from kube.connection import Connection
from kube.watching import Rhythm
from steps.model.objects import Kind, Object, ObjectRef

CONFIG_MAP = Kind("v1", "ConfigMap")
REF = ObjectRef(CONFIG_MAP, "default", "settings")

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


def config_map(version: int, **data: str) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "settings", "namespace": "default", "uid": "u1", "resourceVersion": str(version)},
        "data": data,
    }


def items(version: int, *objects: Object, following: str = "") -> Answer:
    """A list at a position."""
    metadata = {"resourceVersion": str(version), **({"continue": following} if following else {})}
    return said(200, {"kind": "ConfigMapList", "metadata": metadata, "items": [dict(item) for item in objects]})


def said(status: int, body: Any, **headers: str) -> Answer:
    """A plain answer."""

    async def answer(request: web.Request) -> web.StreamResponse:
        return web.json_response(body, status=status, headers=headers)

    return answer


def failure(code: int, message: str) -> Object:
    return {"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": code, "message": message}


def stream(*events: tuple[str, Object], then: str = "end") -> Answer:
    """A watch: its events, and then its `end`, a `drop` of the connection, or to `hang`."""

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        response.enable_chunked_encoding()
        await response.prepare(request)
        for kind, item in events:
            await response.write(json.dumps({"type": kind, "object": item}).encode() + b"\n")
        if then == "drop":
            await response.write(b'{"type": "MODIF')
            assert request.transport is not None
            request.transport.abort()
        elif then == "hang":
            await asyncio.Event().wait()
        return response

    return answer


@dataclass(slots=True)
class ScriptedServer:
    """Gives its answers in order, then hangs. `requests` are the paths and queries it saw."""

    answers: list[Answer]
    requests: list[str] = field(default_factory=list)
    raw_headers: list[list[tuple[str, str]]] = field(default_factory=list)
    hung: asyncio.Event = field(default_factory=asyncio.Event)
    left: asyncio.Event = field(default_factory=asyncio.Event)
    url: str = ""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(f"{request.method} {request.path_qs}")
        self.raw_headers.append([(key.decode(), value.decode()) for key, value in request.raw_headers])
        if self.answers:
            return await self.answers.pop(0)(request)
        self.hung.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.left.set()
        raise AssertionError


@dataclass(slots=True)
class Pauses:
    """A rhythm without waiting: pauses are noted, and the clock stands still, so that every stream counts as short."""

    taken: list[float] = field(default_factory=list)

    async def pause(self, seconds: float) -> None:
        self.taken.append(seconds)
        await asyncio.sleep(0)

    @property
    def rhythm(self) -> Rhythm:
        return Rhythm(pause=self.pause, chance=lambda: 1.0, seconds=lambda: 0.0)


@asynccontextmanager
async def scripted(answers: Iterable[Answer], rhythm: Rhythm | None = None) -> AsyncIterator[tuple[ScriptedServer, KubeCluster]]:
    """A server with these answers, and a cluster that speaks to it."""
    server = ScriptedServer(list(answers))
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", server.handle)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    server.url = f"http://{host}:{port}"
    settings = ClusterSettings("test", kubeconfig(server.url), timeout=5.0)
    connection = await Connection.open(settings)
    try:
        yield server, KubeCluster(settings, connection, salt=b"pepper", rhythm=rhythm)
    finally:
        await connection.close()
        await runner.cleanup()


def kubeconfig(url: str, **user: Any) -> dict[str, Any]:
    """A kubeconfig of one context, `test`."""
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "test",
        "contexts": [{"name": "test", "context": {"cluster": "test", "user": "jane"}}],
        "clusters": [{"name": "test", "cluster": {"server": url}}],
        "users": [{"name": "jane", "user": user or {"token": "t"}}],
    }
