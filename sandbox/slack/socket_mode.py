"""Socket Mode as Slack speaks it: a ticket, hello, envelopes to one connection each, acknowledgements, refreshes and pings."""

import asyncio
import contextlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from aiohttp import WSMsgType, web

from sandbox.slack.clock import Clock, sleep, within
from sandbox.slack.delivery import ACK_SECONDS, Acked, Answer, Delivery, NotAcked
from sandbox.slack.ids import Ids
from sandbox.slack.journal import Journal

Json = dict[str, Any]
MOST_CONNECTIONS = 10
LIFETIME = 18_060.0  # seconds of a connection, as Slack's hello announces about
DEBUG_LIFETIME = 360.0  # with debug_reconnects=true
WARNING = 10.0  # seconds between the warning and the refresh, and from there to the close
_PING = 30.0  # seconds of the machine between the server's own pings
_FAREWELL = 0.5  # seconds of the machine that a client has to answer a close
_HOST = "sandbox"


@dataclass(eq=False, slots=True)
class Connection:
    """One WebSocket of the app."""

    socket: web.WebSocketResponse
    request: web.Request
    lifetime: float
    pending: set[str] = field(default_factory=set)


class SocketMode:
    """The app's connections, and the acknowledgements that are awaited on them."""

    def __init__(self, clock: Clock, ids: Ids, app_id: str, journal: Journal, changed: Callable[[], None]) -> None:
        self._clock = clock
        self._ids = ids
        self._app_id = app_id
        self._journal = journal
        self._changed = changed
        self._tickets: set[str] = set()
        self._connections: list[Connection] = []
        self._turn = 0
        self._awaited: dict[str, asyncio.Future[Json]] = {}

    @property
    def connected(self) -> int:
        """How many connections there are."""
        return len(self._connections)

    def url(self, address: str) -> str:
        """A URL for one connection; `address` is host:port of the workspace."""
        ticket = self._ids.envelope()
        self._tickets.add(ticket)
        return f"ws://{address}/link/?{urlencode({'ticket': ticket, 'app_id': self._app_id})}"

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """One connection from hello to close."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.json_response({"ok": False, "error": "invalid_ticket"}, status=403)
        self._tickets.discard(ticket)
        socket = web.WebSocketResponse(heartbeat=_PING, timeout=_FAREWELL, max_msg_size=1 << 20)
        await socket.prepare(request)
        lifetime = DEBUG_LIFETIME if request.query.get("debug_reconnects") == "true" else LIFETIME
        connection = Connection(socket, request, lifetime)
        if len(self._connections) >= MOST_CONNECTIONS:
            await self._say_disconnect(connection, "too_many_websockets")
            await socket.close()
            return socket
        self._connections.append(connection)
        await socket.send_json(self._hello(connection))
        self._changed()
        try:
            async with asyncio.TaskGroup() as tasks:
                aging = tasks.create_task(self._age(connection))
                await self._listen(connection)
                aging.cancel()
        finally:
            self._forget(connection)
        return socket

    async def attempt(self, delivery: Delivery, retry: int, reason: str) -> Answer:
        """Send an envelope on one connection, and wait for its acknowledgement."""
        connection = self._choose()
        if connection is None:
            return NotAcked("no_connection")
        envelope: Json = {
            "envelope_id": self._ids.envelope(),
            "payload": delivery.payload,
            "type": delivery.kind,
            "accepts_response_payload": delivery.answerable,
        }
        if delivery.kind == "events_api":
            envelope |= {"retry_attempt": retry, "retry_reason": reason}
        acknowledged: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self._awaited[envelope["envelope_id"]] = acknowledged
        try:
            async with within(self._clock, ACK_SECONDS):
                await connection.socket.send_json(envelope)
                payload = await acknowledged
        except TimeoutError:
            return NotAcked("timeout")
        except ConnectionError:
            return NotAcked("connection_failed")
        finally:
            self._awaited.pop(envelope["envelope_id"], None)
        return Acked(payload if delivery.answerable else {})

    async def disconnect(self, reason: str) -> None:
        """Tell every connection to go, or drop them without a word (`drop`)."""
        for connection in list(self._connections):
            if reason == "drop":
                self._forget(connection)
                if connection.request.transport is not None:
                    connection.request.transport.abort()
            else:
                await self._say_disconnect(connection, reason)

    async def close(self) -> None:
        """End all connections."""
        for connection in list(self._connections):
            await connection.socket.close(code=1001, message=b"the workspace stops")

    def _choose(self) -> Connection | None:
        alive = [item for item in self._connections if not item.socket.closed]
        if not alive:
            return None
        self._turn += 1
        return alive[self._turn % len(alive)]

    async def _listen(self, connection: Connection) -> None:
        async for frame in connection.socket:
            if frame.type is WSMsgType.TEXT:
                self._received(frame.data)

    def _received(self, text: str) -> None:
        try:
            frame = json.loads(text)
        except ValueError:
            frame = None
        if not isinstance(frame, dict) or not isinstance(frame.get("envelope_id"), str):
            self._journal.note("note", f"the app sent a frame that is no acknowledgement: {text[:100]!r}")
            return
        awaited = self._awaited.get(frame["envelope_id"])
        if awaited is None or awaited.done():
            self._journal.note("note", f"the app acknowledged {frame['envelope_id']} too late, or twice")
            return
        payload = frame.get("payload")
        awaited.set_result(payload if isinstance(payload, dict) else {})

    async def _age(self, connection: Connection) -> None:
        await sleep(self._clock, max(connection.lifetime - WARNING, 0.0))
        await self._say_disconnect(connection, "warning")
        await sleep(self._clock, WARNING)
        await self._say_disconnect(connection, "refresh_requested")
        await sleep(self._clock, WARNING)
        await connection.socket.close()

    async def _say_disconnect(self, connection: Connection, reason: str) -> None:
        if reason != "warning":
            self._forget(connection)
        if connection.socket.closed:
            return
        with contextlib.suppress(ConnectionError):  # it may have gone by itself in this moment
            await connection.socket.send_json({"type": "disconnect", "reason": reason, "debug_info": {"host": _HOST}})

    def _hello(self, connection: Connection) -> Json:
        return {
            "type": "hello",
            "num_connections": len(self._connections),
            "debug_info": {"host": _HOST, "build_number": 1, "approximate_connection_time": int(connection.lifetime)},
            "connection_info": {"app_id": self._app_id},
        }

    def _forget(self, connection: Connection) -> None:
        if connection in self._connections:
            self._connections.remove(connection)
            self._changed()
