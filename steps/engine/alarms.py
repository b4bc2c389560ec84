"""When runs go on by themselves: one sleeping task for all of them, however many there are.

Only times within `HORIZON` are kept in memory; the owner sweeps the journal's rows once per horizon for the rest.
"""

import asyncio
import heapq
from collections.abc import Awaitable, Callable

from steps.ports import Clock

HORIZON = 3600.0
SWEEP = ""
"""The name that rings once per horizon, instead of a run's."""


class Alarms:
    """Calls `ring(run)` at the times that were set, and `ring(SWEEP)` once per horizon."""

    def __init__(self, clock: Clock, ring: Callable[[str], Awaitable[None]]) -> None:
        self._clock = clock
        self._ring = ring
        self._times: list[tuple[float, str]] = []
        self._sleeper: asyncio.Task[None] | None = None
        self._sleeps_until = float("inf")
        self._tasks: asyncio.TaskGroup | None = None

    def begin(self, tasks: asyncio.TaskGroup) -> None:
        """Start keeping time; the sleeping task belongs to this group."""
        self._tasks = tasks
        self.set(SWEEP, self._clock.now() + HORIZON)

    def set(self, run: str, at: float) -> None:
        """Ring for this run at this time; a time beyond the horizon is left to the sweep."""
        if self._tasks is None or at > self._clock.now() + HORIZON:
            return
        heapq.heappush(self._times, (at, run))
        if at < self._sleeps_until:
            if self._sleeper is not None:
                self._sleeper.cancel()
            self._sleeps_until = at
            self._sleeper = self._tasks.create_task(self._sleep(at))

    async def _sleep(self, at: float) -> None:
        while True:
            await self._clock.sleep_until(at)
            # From here on a nearer alarm starts a sleeper of its own: this one is busy ringing and must not be cancelled.
            self._sleeper, self._sleeps_until = None, float("inf")
            due: dict[str, None] = {}
            while self._times and self._times[0][0] <= self._clock.now():
                due[heapq.heappop(self._times)[1]] = None
            for run in due:
                if run == SWEEP:
                    self.set(SWEEP, self._clock.now() + HORIZON)
                await self._ring(run)
            if not self._times or self._sleeper is not None:
                return
            at = self._times[0][0]
            self._sleeper, self._sleeps_until = asyncio.current_task(), at

    def stop(self) -> None:
        """Stop keeping time."""
        self._tasks = None
        if self._sleeper is not None:
            self._sleeper.cancel()
