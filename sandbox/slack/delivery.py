"""Brings payloads to the app, whichever way it is connected: three seconds to acknowledge, three retries for events, faults on request.

Retry times: Slack's docs (at once, after a minute, after five minutes). Interactions and commands are never repeated.
"""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from sandbox.slack.clock import Clock, sleep
from sandbox.slack.faults import Faults, Rule
from sandbox.slack.journal import Journal, What

Json = dict[str, Any]
Kind = Literal["events_api", "slash_commands", "interactive"]
ACK_SECONDS = 3.0
_LOGGED: dict[Kind, What] = {"events_api": "event", "slash_commands": "command", "interactive": "interaction"}
RETRIES = (0.0, 60.0, 300.0)  # seconds after the attempt before has failed


@dataclass(frozen=True, slots=True)
class Delivery:
    """One payload on its way. `what` names it in the log and for faults; `answerable` says whether the ack may carry a payload."""

    kind: Kind
    what: str
    payload: Json
    answerable: bool


@dataclass(frozen=True, slots=True)
class Acked:
    """The app acknowledged, perhaps with a payload."""

    payload: Json


@dataclass(frozen=True, slots=True)
class NotAcked:
    """It did not. `again` is false when the app asked not to retry."""

    reason: str
    again: bool = True


Answer = Acked | NotAcked


class Transport(Protocol):
    """A way to the app."""

    async def attempt(self, delivery: Delivery, retry: int, reason: str) -> Answer:
        """Send once and wait for the acknowledgement."""
        ...


class Tasks:
    """Owns the work in the background; ends it with the workspace."""

    def __init__(self, group: asyncio.TaskGroup) -> None:
        self._group = group
        self._running: set[asyncio.Task[Any]] = set()
        self._closed = False

    def start(self, work: Coroutine[Any, Any, Any], name: str) -> None:
        """Run something; nothing begins any more once the workspace stops, or a retry would hold it up for minutes."""
        if self._closed:
            work.close()
            return
        task = self._group.create_task(work, name=name)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    def cancel(self) -> None:
        """End everything."""
        self._closed = True
        for task in list(self._running):
            task.cancel()


class Courier:
    """Delivers."""

    def __init__(self, clock: Clock, faults: Faults, journal: Journal, tasks: Tasks, transport: Transport) -> None:
        self.transport = transport
        self._clock = clock
        self._faults = faults
        self._journal = journal
        self._tasks = tasks
        self._next = asyncio.Event()
        self._held = 0

    def event(self, delivery: Delivery) -> None:
        """Deliver an event in the background, with retries."""
        self._tasks.start(self._deliver_event(delivery), f"deliver {delivery.what}")

    async def ask(self, delivery: Delivery) -> Answer:
        """Deliver an interaction or a command, and bring the answer."""
        rule = self._faults.delivery(delivery.what)
        if not await self._held_back(rule):
            self._note(delivery, 0, NotAcked("lost"))
            return NotAcked("timeout")
        answer = await self._attempt(delivery, 0, "")
        if rule is not None and rule.kind == "duplicate":
            await self._attempt(delivery, 0, "")
        return answer

    async def _deliver_event(self, delivery: Delivery) -> None:
        rule = self._faults.delivery(delivery.what)
        if not await self._held_back(rule):
            self._note(delivery, 0, NotAcked("lost"))
            return
        started = self._clock.now()
        answer = await self._attempt(delivery, 0, "")
        if rule is not None and rule.kind == "duplicate":
            answer = await self._attempt(delivery, 1, "timeout")
        for number, wait in enumerate(RETRIES, start=1):
            if isinstance(answer, Acked) or not answer.again:
                return
            # A refused connection fails at once; the first retry still comes no earlier than an unanswered one would.
            await sleep(self._clock, max(wait, started + ACK_SECONDS - self._clock.now()))
            answer = await self._attempt(delivery, number, answer.reason)
        if isinstance(answer, NotAcked):
            self._journal.note("note", f"gave up delivering {delivery.what} after {1 + len(RETRIES)} attempts")

    async def _held_back(self, rule: Rule | None) -> bool:
        """Wait as a fault demands; False when the delivery is to be lost."""
        match rule:
            case Rule(kind="lost"):
                return False
            case Rule(kind="late"):
                await sleep(self._clock, rule.seconds)
            case Rule(kind="reorder"):
                self._held += 1
                await self._next.wait()
                self._held -= 1
            case _:
                pass
        return True

    async def _attempt(self, delivery: Delivery, retry: int, reason: str) -> Answer:
        if self._held:
            overtaken, self._next = self._next, asyncio.Event()
            self._tasks.start(_soon(overtaken), "release what was overtaken")
        answer = await self.transport.attempt(delivery, retry, reason)
        self._note(delivery, retry, answer)
        return answer

    def _note(self, delivery: Delivery, retry: int, answer: Answer) -> None:
        outcome = "acknowledged" if isinstance(answer, Acked) else answer.reason
        again = f", retry {retry}" if retry else ""
        what = _LOGGED[delivery.kind]
        details: Json = {"name": delivery.what, "outcome": outcome, "retry": retry, "payload": _summary(delivery.payload)}
        if isinstance(answer, Acked) and answer.payload:
            details["answer"] = sorted(answer.payload)
        self._journal.note(what, f"{delivery.what} → app: {outcome}{again}", details)


async def _soon(overtaken: asyncio.Event) -> None:
    """Let what was held back go, once the attempt that overtakes it has been sent."""
    await asyncio.sleep(0)
    overtaken.set()


def _summary(payload: Json) -> Json:
    """The few parts of a payload that a reader of the log wants."""
    event = payload.get("event", {})
    parts = {
        "event_id": payload.get("event_id"),
        "channel": event.get("channel") or payload.get("channel_id") or payload.get("channel"),
        "user": event.get("user") or payload.get("user_id") or payload.get("user", {}),
        "text": str(event.get("text") or payload.get("text") or "")[:200] or None,
        "subtype": event.get("subtype"),
        "actions": [item.get("action_id") for item in payload.get("actions", ())] or None,
        "callback_id": payload.get("callback_id") or payload.get("view", {}).get("callback_id"),
    }
    return {key: value for key, value in parts.items() if value}
