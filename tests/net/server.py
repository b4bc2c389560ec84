"""A server on 127.0.0.1 that answers what the test says and remembers what it was asked."""

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from aiohttp import web

Answer = Callable[[web.Request], web.Response]


@dataclass(frozen=True, slots=True)
class Seen:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Server:
    """Answers `{}` where nothing else is said; an async context manager."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.answers: dict[str, Answer] = {}
        self.requests: list[Seen] = []
        self.port = 0
        self._tls = tls
        self._stalled: dict[str, bytes] = {}
        self._cut: set[str] = set()
        self._closing = asyncio.Event()
        application = web.Application()
        application.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=1)

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0, ssl_context=self._tls)
        await site.start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._closing.set()
        await self._runner.cleanup()

    def url(self, host: str, path: str) -> str:
        return f"{'https' if self._tls else 'http'}://{host}:{self.port}{path}"

    def redirect(self, path: str, location: str) -> None:
        self.answers[path] = lambda _: web.Response(status=307, headers={"Location": location})

    def stall(self, path: str, after: bytes = b"") -> None:
        """Never answer; with `after`, begin and never go on."""
        self._stalled[path] = after

    def cut(self, path: str) -> None:
        """Close the connection instead of answering."""
        self._cut.add(path)

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.requests.append(Seen(request.method, request.path_qs, headers, await request.read()))
        if request.path in self._stalled:
            return await self._stall(request)
        if request.path in self._cut and request.transport is not None:
            request.transport.abort()
        answer = self.answers.get(request.path)
        return answer(request) if answer else web.Response(text="{}", content_type="application/json")

    async def _stall(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        if first := self._stalled[request.path]:
            await response.prepare(request)
            await response.write(first)
        await self._closing.wait()
        return response
