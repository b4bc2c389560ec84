"""Many messages with feeds open: `python -m tests.sandbox.slack.load [seconds] [rate]` prints the figures of a run.

One app posts by the Web API at a steady rate and acknowledges the events of it, while five feeds listen.
What each feed got is compared with what was posted.
"""

import asyncio
import json
import resource
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from sandbox.slack import SlackWorkspace

FEEDS = 5
_MANIFEST = Path(__file__).parents[3] / "manifest.yml"


@dataclass(frozen=True, slots=True)
class Figures:
    """What a run came to. `delays` are seconds from just before a post until its change was read, over all feeds."""

    posted: list[str]
    received: list[list[str]]
    seconds: float
    delays: list[float]
    memory: list[int]

    def __str__(self) -> str:
        """The figures for people."""
        ordered = sorted(self.delays)
        middle, late = (ordered[int(len(ordered) * part)] * 1000 for part in (0.5, 0.99))
        lost = sum(len(self.posted) - len(got) for got in self.received)
        right = all(got == self.posted for got in self.received)
        lines = (
            f"{len(self.posted)} messages in {self.seconds:.1f} s, {len(self.received)} feeds open",
            f"lost {lost}, in order: {right}",
            f"from post to feed: median {middle:.1f} ms, 99 % {late:.1f} ms, worst {ordered[-1] * 1000:.1f} ms",
            f"resident memory every tenth of the run, MiB: {' '.join(f'{size / 2**20:.0f}' for size in self.memory)}",
        )
        return "\n".join(lines)


async def load(slack: SlackWorkspace, count: int, rate: float) -> Figures:
    """Post `count` messages, `rate` a second, with five feeds open."""
    posted: list[str] = []
    sent_at: dict[str, float] = {}
    delays: list[float] = []
    memory: list[int] = []
    started = time.monotonic()
    async with aiohttp.ClientSession() as http, asyncio.TaskGroup() as tasks:
        socket = await app(http, slack)
        acking = tasks.create_task(acknowledge(socket))
        readers = []
        for _ in range(FEEDS):
            response = await http.get(f"{slack.page}control/feed", params={"as": "U0ANNDEV01", "after": "0", "log": "1"})
            readers.append(tasks.create_task(_read(response, count, sent_at, delays)))
        headers = {"Authorization": f"Bearer {slack.bot_token}"}
        for number in range(count):
            await asyncio.sleep(max(0.0, started + number / rate - time.monotonic()))
            text = f"message {number}"
            sent_at[text] = time.monotonic()
            fields = {"channel": "#deploys", "text": text, "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": text}}]}
            async with http.post(f"{slack.url}chat.postMessage", json=fields, headers=headers) as response:
                answer = await response.json()
            posted.append(answer["ts"])
            if number % max(1, count // 10) == 0:
                memory.append(_resident())
        await asyncio.wait(readers)
        acking.cancel()
        await socket.close()
    memory.append(_resident())
    return Figures(posted, [reader.result() for reader in readers], time.monotonic() - started, delays, memory)


async def app(http: aiohttp.ClientSession, slack: SlackWorkspace) -> aiohttp.ClientWebSocketResponse:
    """The socket of an app that has just connected."""
    async with http.post(f"{slack.url}apps.connections.open", headers={"Authorization": f"Bearer {slack.app_token}"}) as response:
        url = (await response.json())["url"]
    return await http.ws_connect(url)


async def acknowledge(socket: aiohttp.ClientWebSocketResponse) -> None:
    """An app that does nothing but acknowledge the events of its own messages."""
    async for frame in socket:
        envelope = json.loads(frame.data)
        if "envelope_id" in envelope:
            await socket.send_json({"envelope_id": envelope["envelope_id"]})


async def _read(response: aiohttp.ClientResponse, count: int, sent_at: dict[str, float], delays: list[float]) -> list[str]:
    received: list[str] = []
    async for line in response.content:
        if line.startswith(b"data: "):
            change = json.loads(line[6:])
            if change["kind"] == "message.posted":
                message = change["data"]["message"]
                received.append(message["ts"])
                delays.append(time.monotonic() - sent_at[message["text"]])
        if len(received) == count:
            break
    response.close()
    return received


def _resident() -> int:
    with Path("/proc/self/statm").open() as statm:
        return int(statm.read().split()[1]) * resource.getpagesize()


async def _main(seconds: float, rate: float) -> None:
    async with SlackWorkspace(manifest=_MANIFEST, rate_limits=False) as slack:
        sys.stdout.write(f"{await load(slack, int(seconds * rate), rate)}\n")


if __name__ == "__main__":
    asyncio.run(_main(*(float(item) for item in (*sys.argv[1:], "60", "50")[:2])))
