"""The loop that runs all controllers: every change becomes keys, every key is reconciled once, one at a time.

A reconcile looks at the present state only, so keys that come again while waiting are one. An idle cluster does nothing.
"""

import asyncio
import logging
from collections.abc import Iterable
from typing import Protocol

from sandbox.kubernetes.clock import Clock, Timer
from sandbox.kubernetes.errors import ApiError
from sandbox.kubernetes.store import Change, Key, Store

_log = logging.getLogger(__name__)
_RETRY = 0.5  # seconds until a key is tried again that was refused by a rule of the API


class Controller(Protocol):
    """Something that brings the cluster from what is to what is wanted."""

    name: str

    def keys(self, change: Change) -> Iterable[Key]:
        """What has to be looked at after a change."""
        ...

    def reconcile(self, key: Key) -> None:
        """Look at one key, and do what is missing."""
        ...


class ControlLoop:
    """Owns the queue and the timers of the controllers."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._controllers: dict[str, Controller] = {}
        self._queue: dict[tuple[str, Key], None] = {}
        self._timers: dict[tuple[str, Key], tuple[float, Timer]] = {}
        self._work = asyncio.Event()

    def begin(self, controllers: Iterable[Controller]) -> None:
        """Look at everything that is stored, and from now on at everything that changes."""
        self._controllers = {one.name: one for one in controllers}
        for collection in self._store.collections():
            for obj in self._store.all(collection):
                self._changed(Change(0, "ADDED", collection, obj, None))
        self._store.listen(self._changed)

    def later(self, controller: str, key: Key, seconds: float) -> None:
        """Have a key reconciled after a while; the earliest wish counts."""
        when, known = self._clock.monotonic() + seconds, self._timers.get((controller, key))
        if known is not None:
            if known[0] <= when:
                return
            known[1].cancel()
        timer = self._clock.call_later(seconds, lambda: self._expired(controller, key))
        self._timers[controller, key] = (when, timer)

    async def run(self) -> None:
        """Reconcile until cancelled."""
        while True:
            await self._work.wait()
            self._work.clear()
            while self._queue:
                controller, key = next(iter(self._queue))
                del self._queue[controller, key]
                self._reconcile(controller, key)
                await asyncio.sleep(0)

    def close(self) -> None:
        """Call off the timers."""
        for _, timer in self._timers.values():
            timer.cancel()
        self._timers.clear()

    def _expired(self, controller: str, key: Key) -> None:
        self._timers.pop((controller, key), None)
        self._enqueue(controller, key)

    def _enqueue(self, controller: str, key: Key) -> None:
        self._queue[controller, key] = None
        self._work.set()

    def _changed(self, change: Change) -> None:
        for controller in self._controllers.values():
            for key in controller.keys(change):
                self._enqueue(controller.name, key)

    def _reconcile(self, controller: str, key: Key) -> None:
        try:
            self._controllers[controller].reconcile(key)
        except ApiError as error:
            _log.info("%s will try %s again: %s", controller, key, error.message)
            self.later(controller, key, _RETRY)
        except (AttributeError, LookupError, TypeError, ValueError):
            # An object of a shape that no check foresaw must not take the whole cluster down.
            _log.exception("%s cannot work on %s; it stays as it is", controller, key)
