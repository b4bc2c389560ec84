"""A clock that a test moves by hand; it implements the port `Clock`."""

import asyncio


class ManualClock:
    """Time stands still until `advance`; sleepers whose time has come then wake in the order of their times."""

    def __init__(self, now: float = 1_700_000_000.0) -> None:
        self._now = now
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []

    def now(self) -> float:
        """Epoch seconds."""
        return self._now

    async def sleep_until(self, at: float) -> None:
        """Return when the test has moved the clock to `at`."""
        if at <= self._now:
            return
        sleeper = (at, asyncio.get_running_loop().create_future())
        self._sleepers.append(sleeper)
        try:
            await sleeper[1]
        finally:
            self._sleepers = [other for other in self._sleepers if other is not sleeper]

    @property
    def alarms(self) -> list[float]:
        """When the present sleepers want to wake, earliest first."""
        return sorted(at for at, _ in self._sleepers)

    def advance(self, seconds: float) -> None:
        """Move the clock and wake whoever is due; they run when the test awaits next."""
        self._now += seconds
        for at, future in sorted(self._sleepers, key=lambda sleeper: sleeper[0]):
            if at <= self._now and not future.done():
                future.set_result(None)
