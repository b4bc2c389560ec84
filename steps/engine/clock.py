"""The real clock."""

import asyncio
import time


class SystemClock:
    """Implements the port `Clock` with the machine's time; a moved wall clock is noticed within a minute."""

    def now(self) -> float:
        """Epoch seconds."""
        return time.time()

    async def sleep_until(self, at: float) -> None:
        """Return when the machine's time has reached `at`."""
        while (rest := at - time.time()) > 0:  # noqa: ASYNC110 - it waits for time itself, not for an event
            await asyncio.sleep(min(rest, 60.0))
