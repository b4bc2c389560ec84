"""What the owner of a state folder does for whoever asks, this process's own command line included: one code path for both.

It obeys a request and then tells the run's events until nothing more happens by itself.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from typing import Any, assert_never

from pydantic import TypeAdapter, ValidationError

from bot.manifests import Manifests
from bot.requests import Begun, Command, Happened, Json, Request, RunRequest
from bot.terminal.story import Story, tell
from state.errors import StateError
from state.journal import SqliteJournal
from steps.engine.engine import Engine
from steps.model.events import Event, StepEnded
from steps.model.phases import RunPhase
from steps.model.run import Run

_REQUEST: TypeAdapter[Request] = TypeAdapter(Request)
_EVENT: TypeAdapter[Event] = TypeAdapter(Event)


class Service:
    """Carries out requests on one engine. `left` are the runs that an earlier process left unfinished."""

    def __init__(self, engine: Engine, journal: SqliteJournal, manifests: Manifests, left: frozenset[str]) -> None:
        self._engine = engine
        self._journal = journal
        self._manifests = manifests
        self._left = left
        self._guests: set[str] = set()
        self._watching = 0
        self._left_alone = asyncio.Event()

    async def serve(self, request: Json) -> AsyncGenerator[Json, None]:
        """The socket's handler: requests of other processes."""
        try:
            parsed = _REQUEST.validate_python(request)
        except ValidationError as e:
            raise StateError(f"the owner does not understand this request: {e.errors(include_url=False)[0]['msg']}") from e
        self._watching += 1
        try:
            async with aclosing(self.carry_out(parsed)) as replies:
                async for reply in replies:
                    if isinstance(reply, Begun):
                        self._guests.add(reply.run)
                    yield reply.model_dump(mode="json")
        finally:
            self._watching -= 1
            self._left_alone.set()

    @property
    def guests(self) -> tuple[str, ...]:
        """The runs of other processes that are still at work."""
        return tuple(run for run in self._engine.at_work if run in self._guests)

    @property
    def alone(self) -> bool:
        """Whether no other process watches, and no run of another process is at work."""
        return not self._watching and not self.guests

    async def until_alone(self) -> None:
        """Return when no run of another process is at work any more."""
        while not self.alone:
            if self._watching:
                self._left_alone.clear()
                await self._left_alone.wait()
            else:
                await self._engine.wait(self.guests[0])

    async def carry_out(self, request: Request) -> AsyncGenerator[Begun | Happened, None]:
        """Obey, then tell what happens; raises the errors of the engine and `InvalidManifest`."""
        begun, run = await self._obey(request)
        yield begun
        story: Story | None = None
        async with aclosing(self._engine.follow(run.id)) as events:
            async for seq, event in events:
                story = tell(story, event)
                yield Happened(seq=seq, event=_EVENT.dump_python(_without_outputs(event), mode="json"))
                if seq >= run.seq and story.settled and await self._still(run.id, seq):
                    return

    async def _still(self, run: str, seq: int) -> bool:
        """Whether nothing follows this event, also once the steps that are under way have ended."""
        return (await self._engine.run(run)).seq == seq and (await self._engine.wait(run)).seq == seq

    async def _obey(self, request: Request) -> tuple[Begun, Run]:
        match request:
            case RunRequest():
                prepared = await self._manifests.prepare(request)
                run = await self._engine.start(prepared, key=request.key)
                return Begun(run=run.id, after=0), run
            case Command():
                before = await self._engine.run((await self._journal.find(request.run)).id)
                if request.verb == "resume" and not request.step and self._was_left(before):
                    notice = f"run {before.id} was left in the middle by a process that has ended; going on with it"
                    return Begun(run=before.id, after=before.seq, notice=notice), before
                return Begun(run=before.id, after=before.seq), await self._command(request, before)
            case _:
                assert_never(request)

    async def _command(self, request: Command, run: Run) -> Run:
        match request.verb:
            case "suspend":
                return await self._engine.suspend(run.id, by=request.by)
            case "resume":
                return await self._engine.resume(run.id, by=request.by, step=request.step)
            case "terminate":
                return await self._engine.terminate(run.id, by=request.by)
            case "restart":
                return await self._engine.restart(run.id, by=request.by, step=request.step)
            case "attend":
                return run
            case _:
                assert_never(request.verb)

    def _was_left(self, run: Run) -> bool:
        return run.id in self._left and run.phase is not RunPhase.SUSPENDING and not run.phase.finished


def _without_outputs(event: Event) -> Event:
    if isinstance(event, StepEnded) and event.outputs:
        nothing: dict[str, Any] = dict.fromkeys(event.outputs)
        return replace(event, outputs=nothing)
    return event
