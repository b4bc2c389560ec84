"""One thread that owns a connection: it takes whatever waits, works on it together, and answers the loop in one call.

What the work is, is left to a `Worker`; so is every database error, which it must turn into an answer.
"""

import asyncio
import threading
from collections.abc import Callable, Iterable, Sequence
from queue import Empty, SimpleQueue
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from state.errors import StateError

Item = TypeVar("Item")
Item_contra = TypeVar("Item_contra", contravariant=True)


class Settled(NamedTuple):
    """An answer for somebody who waits on the loop."""

    future: "asyncio.Future[Any]"
    result: Any = None
    error: BaseException | None = None


class Worker(Protocol[Item_contra]):
    """What the thread does; every method runs in the thread."""

    def begin(self) -> None:
        """Open what is needed; an error is raised by `start`."""
        ...

    def work(self, items: Sequence[Item_contra]) -> Iterable[Sequence[Settled]]:
        """Do the work, yielding the answers as they are ready; may be called with any number of items."""
        ...

    def abandon(self, items: Sequence[Item_contra], error: StateError) -> Sequence[Settled]:
        """The answers for items that will not be worked on."""
        ...

    def end(self) -> None:
        """Close what was opened."""
        ...


class OwningThread(Generic[Item]):
    """Runs a worker; `limit` bounds how many items are worked on together.

    Waiting items are handed over by a `SimpleQueue`, one wake-up of the loop settles a whole batch: under load the cost per item is
    mostly the handing over of the interpreter's lock, so there is as little of it as possible.
    """

    def __init__(self, name: str, worker: Worker[Item], *, limit: int = 256) -> None:
        self._worker = worker
        self._limit = limit
        self._items: SimpleQueue[Item | None] = SimpleQueue()
        self._loop = asyncio.get_running_loop()
        self._gone = False
        self._ready: asyncio.Future[None] = self._loop.create_future()
        # A daemon: a process that ends without closing its journal must not hang on it.
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    async def start(self) -> None:
        """Start, and return when the worker has begun; raises what its `begin` raises."""
        self._thread.start()
        await self._ready

    def put(self, item: Item) -> None:
        """Hand over one item; items are worked on in the order of the calls."""
        self._items.put(item)
        if self._gone:
            self._refuse_waiting()

    async def stop(self) -> None:
        """Work on everything that waits, then end the thread."""
        self._items.put(None)
        await asyncio.to_thread(self._thread.join)

    def _run(self) -> None:
        error = _ended()
        begun = False
        try:
            self._worker.begin()
            begun = True
        except StateError as e:
            error = e
        finally:
            self._gone = not begun
            self._deliver([Settled(self._ready, error=None if begun else error)])
        if not begun:
            return
        try:
            while self._once():
                pass
        finally:
            self._gone = True
            self._refuse_waiting()
            self._worker.end()

    def _once(self) -> bool:
        """Work on one batch; whether there may be another."""
        item = self._items.get()
        batch: list[Item] = []
        while item is not None:
            batch.append(item)
            if len(batch) >= self._limit or self._items.empty():
                break
            item = self._items.get_nowait()
        answered = False
        try:
            for settled in self._worker.work(batch):
                self._deliver(settled)
            answered = True
        finally:
            if not answered:
                # A bug is passing through and ends the thread; nobody may wait for ever because of it.
                self._deliver(self._worker.abandon(batch, _ended()))
        return item is not None

    def _refuse_waiting(self) -> None:
        waiting: list[Item] = []
        try:
            while True:
                if (item := self._items.get_nowait()) is not None:
                    waiting.append(item)
        except Empty:
            pass
        if waiting:
            self._deliver(self._worker.abandon(waiting, _ended()))

    def _deliver(self, settled: Sequence[Settled]) -> None:
        _call_soon(self._loop, _settle, settled)


def _ended() -> StateError:
    return StateError("the journal is closed: its thread has ended. Restart the process; unfinished runs go on from the journal.")


def _call_soon(loop: asyncio.AbstractEventLoop, function: Callable[[Sequence[Settled]], None], settled: Sequence[Settled]) -> None:
    # A loop that was closed without stopping the thread has nobody left who waits.
    if settled and not loop.is_closed():
        loop.call_soon_threadsafe(function, settled)


def _settle(settled: Sequence[Settled]) -> None:
    for future, result, error in settled:
        if future.done():  # its caller was cancelled
            continue
        if error is None:
            future.set_result(result)
        else:
            future.set_exception(error)
