"""A Socket Mode client by hand, for tests of what passes on the wire: it acknowledges only what it is told to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from sandbox.slack import SlackWorkspace

Json = dict[str, Any]


class RawSocket:
    """One connection after its hello."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, hello: Json) -> None:
        self.socket = socket
        self.hello = hello

    async def frame(self) -> Json:
        """The next frame, of any type."""
        frame: Json = await asyncio.wait_for(self.socket.receive_json(), 5)
        return frame

    async def event(self) -> tuple[str, str, int, str]:
        """The next event: its text, event_id, and how often and why it is repeated. Not acknowledged."""
        envelope = await self.frame()
        payload = envelope["payload"]
        return payload["event"]["text"], payload["event_id"], envelope["retry_attempt"], envelope["retry_reason"]

    async def acked(self, payload: Json | None = None) -> Json:
        """The next envelope, acknowledged."""
        envelope = await self.frame()
        answer = {"envelope_id": envelope["envelope_id"]} | ({"payload": payload} if payload is not None else {})
        await self.socket.send_json(answer)
        return envelope


@asynccontextmanager
async def raw_socket(slack: SlackWorkspace, http: aiohttp.ClientSession, suffix: str = "") -> AsyncIterator[RawSocket]:
    """A connection by hand."""
    async with http.post(f"{slack.url}apps.connections.open", headers={"Authorization": f"Bearer {slack.app_token}"}) as response:
        url = (await response.json())["url"] + suffix
    async with http.ws_connect(url) as socket:
        yield RawSocket(socket, await socket.receive_json())
