"""Waits for something to become true in the workspace, looking again after every change, never by polling."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from sandbox.slack.feed import Feed

T = TypeVar("T")


async def until(feed: Feed, look: Callable[[], T | None], seconds: float) -> T | None:
    """What `look` answers as soon as it is something; None after so many seconds of the machine."""
    try:
        async with asyncio.timeout(seconds):
            while True:
                seq = feed.seq
                found = look()
                if found:
                    return found
                if not await feed.wait(seq):
                    return None
    except TimeoutError:
        return None
