"""Many messages with pages open: `python -m tests.browser.slack.load [seconds] [rate] [pages]` prints the figures of a run.

Every page is a browser context of its own and follows one channel with the panel closed. What counts is what was drawn: every message once
and in order. A page keeps the last 250 on screen.
"""

import asyncio
import os
import resource
import sys
import time
from pathlib import Path
from typing import Any

import aiohttp

from sandbox.slack import SlackWorkspace
from tests.browser.devtools import Page, browser
from tests.sandbox.slack.load import acknowledge, app

_MANIFEST = Path(__file__).parents[3] / "manifest.yml"
_TENTHS = 10
# Watches the rows from outside: each new one is written down once, however often the list is drawn.
_WATCH = """(() => {
    window.rows = []; const seen = new Set();
    const list = document.querySelector('.channel .message-list');
    new MutationObserver((changes) => {
        for (const change of changes) for (const node of change.addedNodes) {
            if (node.dataset?.ts && !seen.has(node.dataset.ts)) { seen.add(node.dataset.ts); window.rows.push(node.dataset.ts); }
        }
    }).observe(list, {childList: true});
})()"""


async def load(count: int, rate: float, pages: int) -> str:
    """Post `count` messages, `rate` a second, with so many pages open; the figures in words."""
    async with SlackWorkspace(manifest=_MANIFEST, rate_limits=False) as slack, browser() as running:
        opened = [await running.page(slack.page) for _ in range(pages)]
        for page in opened:
            await page.until("document.querySelector('.composer-field')", what="the page")
            await page.evaluate(_WATCH)
        own, held = [_resident()], [await _held(opened)]
        began = time.monotonic()
        posted: list[str] = []
        headers = {"Authorization": f"Bearer {slack.bot_token}"}
        async with aiohttp.ClientSession() as plain, aiohttp.ClientSession(headers=headers) as http, asyncio.TaskGroup() as tasks:
            # Without an app that acknowledges, every event would wait five minutes for its last retry.
            socket = await app(plain, slack)
            acking = tasks.create_task(acknowledge(socket))
            for number in range(count):
                await asyncio.sleep(max(0.0, began + number / rate - time.monotonic()))
                posted.append(await _post(http, slack, number))
                if (number + 1) % max(1, count // _TENTHS) == 0:
                    own.append(_resident())
                    held.append(await _held(opened))
            acking.cancel()
            await socket.close()
        took = time.monotonic() - began
        last = posted[-1]
        for page in opened:
            await page.until(f"window.rows.at(-1) === '{last}'", what="the last message", seconds=20)
        behind = time.monotonic() - began - took
        rows: list[list[str]] = [await page.evaluate("window.rows") for page in opened]
        shown = [await page.count(".channel .message") for page in opened]
        problems = [problem for page in opened for problem in page.problems]
    lost = [len(set(posted) - set(seen)) for seen in rows]
    right = all(seen == sorted(set(seen)) for seen in rows)
    return "\n".join(
        (
            f"{count} messages in {took:.1f} s ({count / took:.1f} a second), {pages} pages open, {os.cpu_count()} cores",
            f"lost per page: {lost}; once and in order on every page: {right}",
            f"the last page showed the last message {behind:.1f} s after it was posted; rows kept on screen: {shown}",
            f"script memory of all pages after garbage collection, MiB, every tenth: {' '.join(f'{size / 2**20:.1f}' for size, _ in held)}",
            f"DOM nodes of all pages, in thousands, every tenth: {' '.join(f'{nodes / 1000:.1f}' for _, nodes in held)}",
            f"resident memory of the workspace and this script, MiB, every tenth: {' '.join(f'{size / 2**20:.0f}' for size in own)}",
            f"errors in the pages: {problems or 'none'}",
        )
    )


async def _post(http: aiohttp.ClientSession, slack: SlackWorkspace, number: int) -> str:
    text = f"message {number} :rocket: *bold*"
    fields: dict[str, Any] = {
        "channel": "#deploys",
        "text": text,
        "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": text}}],
    }
    async with http.post(f"{slack.url}chat.postMessage", json=fields) as response:
        return str((await response.json())["ts"])


async def _held(pages: list[Page]) -> tuple[int, int]:
    """The bytes that the scripts of all pages hold, and their DOM nodes, those that only a script still knows included."""
    size = nodes = 0
    for page in pages:
        await page.send("HeapProfiler.collectGarbage")
        size += int((await page.send("Runtime.getHeapUsage"))["usedSize"])
        nodes += int((await page.send("Memory.getDOMCounters"))["nodes"])
    return size, nodes


def _resident() -> int:
    with Path("/proc/self/statm").open() as statm:
        return int(statm.read().split()[1]) * resource.getpagesize()


def main() -> None:
    """Read the arguments and run."""
    given = [float(item) for item in sys.argv[1:4]]
    seconds, rate, pages = (*given, *(60.0, 50.0, 5.0)[len(given) :])
    sys.stdout.write(f"{asyncio.run(load(int(seconds * rate), rate, int(pages)))}\n")


if __name__ == "__main__":
    main()
