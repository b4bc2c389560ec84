"""The time of the workspace: what it stamps on messages and what its timers wait on.

Tests pass a `ManualClock` and move it, so that 3 seconds, 30 minutes and retries cost nothing. Nothing else here asks for the time.
"""

import asyncio
import heapq
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import count
from typing import Protocol


class Timer(Protocol):
    """Something that will happen, and can be called off."""

    def cancel(self) -> None:
        """Call it off; harmless when it has already happened."""


class Clock(Protocol):
    """What the workspace needs of time."""

    def now(self) -> float:
        """Seconds since the epoch."""
        ...

    def call_later(self, seconds: float, callback: Callable[[], None]) -> Timer:
        """Call back after some seconds; a zero delay still returns first."""
        ...


class SystemClock:
    """The machine's clock and the running loop's timers."""

    def now(self) -> float:
        """Seconds since the epoch."""
        return time.time()

    def call_later(self, seconds: float, callback: Callable[[], None]) -> Timer:
        """A timer of the running loop."""
        return asyncio.get_running_loop().call_later(seconds, callback)


class ManualTimer:
    """A timer of a `ManualClock`."""

    def __init__(self, callback: Callable[[], None]) -> None:
        self.callback: Callable[[], None] | None = callback

    def cancel(self) -> None:
        """Call it off."""
        self.callback = None


class ManualClock:
    """A clock that stands still until `advance` moves it."""

    def __init__(self, start: float = 1_790_000_000.0) -> None:
        self._now = start
        self._order = count()
        self._timers: list[tuple[float, int, ManualTimer]] = []

    def now(self) -> float:
        """The start plus all advances."""
        return self._now

    def call_later(self, seconds: float, callback: Callable[[], None]) -> Timer:
        """A timer that fires inside the `advance` that reaches it."""
        timer = ManualTimer(callback)
        heapq.heappush(self._timers, (self._now + max(seconds, 0.0), next(self._order), timer))
        return timer

    async def advance(self, seconds: float, *, settle: int = 20) -> None:
        """Move on, firing timers in their order; after each moment the loop turns `settle` times so that work follows."""
        end = self._now + seconds
        await self._settle(settle)
        while self._timers and self._timers[0][0] <= end:
            when, _, timer = heapq.heappop(self._timers)
            if timer.callback is None:
                continue
            self._now = max(self._now, when)
            timer.callback()
            await self._settle(settle)
        self._now = end
        await self._settle(settle)

    async def _settle(self, turns: int) -> None:
        for _ in range(turns):
            await asyncio.sleep(0)


async def sleep(clock: Clock, seconds: float) -> None:
    """Wait on the workspace's clock."""
    woken = asyncio.Event()
    timer = clock.call_later(seconds, woken.set)
    try:
        await woken.wait()
    finally:
        timer.cancel()


@asynccontextmanager
async def within(clock: Clock, seconds: float) -> AsyncIterator[None]:
    """Raise TimeoutError when the work inside takes longer than so many seconds of the workspace's clock."""
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(None) as limit:
        timer = clock.call_later(seconds, lambda: limit.reschedule(loop.time()))
        try:
            yield
        finally:
            timer.cancel()
