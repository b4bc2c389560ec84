"""A request carried out in front of a person: live or line by line, or as JSON; then how it ended and what to type next."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from functools import partial

from pydantic import TypeAdapter

from bot.commands.conduct import FAILED, SUCCEEDED, WAITING, Session
from bot.ownership import Notice, Told, carry_out
from bot.requests import Begun, Happened, Request
from bot.terminal.conclusion import conclusion
from bot.terminal.progress import run_view
from bot.terminal.screen import show
from bot.terminal.story import Story, tell
from bot.terminal.watching import AnyView, LineView, LiveView, NoView, view_for
from state.owner import holder
from steps.model.events import Event
from steps.model.phases import RunPhase
from steps.plan.export import workflow_run

_EVENT: TypeAdapter[Event] = TypeAdapter(Event)


class Watch:
    """Collects what happens in one run and shows it."""

    def __init__(self, view: AnyView) -> None:
        self._view = view
        self._seq = 0
        self.after = 0
        self.run = ""
        self.story: Story | None = None

    def shown(self) -> AbstractAsyncContextManager[None]:
        """Show for as long as the context lasts."""
        return self._view.shown()

    def take(self, reply: Begun | Happened) -> None:
        """What the owner tells; after the loss of an owner it is told again from the beginning."""
        match reply:
            case Begun(run=run, after=after, notice=notice):
                self.after = after if not self.run else self._seq
                self.run, self.story = run, None
                if notice:
                    self.notice(notice)
            case Happened(seq=seq, event=raw):
                event = _EVENT.validate_python(raw)
                self.story = tell(self.story, event)
                self._seq = max(self._seq, seq)
                self._view.take(self.story, event, new=seq > self.after)

    def notice(self, text: str) -> None:
        """Something about how it is carried out."""
        self._view.notice(text)


Carry = Callable[[Request, Told, Notice], Awaitable[None]]


async def watched(session: Session, request: Request, *, as_json: bool = False) -> Story:
    """Carry out, show and conclude; the run as it stands then. A person who leaves is told that the run stays."""
    story = await shown(session, request, partial(carry_out, session.configuration), as_json=as_json)
    screen = session.screen
    if as_json:
        screen.out.file.write(json.dumps(workflow_run(story.run, story.program), indent=2, ensure_ascii=False) + "\n")
    else:
        screen.lines(conclusion(story, time.time(), screen.program, width=screen.width))
    return story


async def shown(session: Session, request: Request, carry: Carry, *, as_json: bool = False) -> Story:
    """Carry out and show, without a conclusion."""
    screen = session.screen
    console = screen.err if as_json else screen.out
    view: AnyView = view_for(console)
    if as_json and isinstance(view, LineView):
        view = NoView()
    watch = Watch(view)
    try:
        async with watch.shown():
            await carry(request, watch.take, watch.notice)
    except asyncio.CancelledError:
        if watch.story is not None and isinstance(view, LiveView):
            show(console, run_view(watch.story, time.time(), width=screen.width))
        _leave(session, watch)
        raise
    assert watch.story is not None
    if not as_json and isinstance(view, LiveView):
        show(console, run_view(watch.story, time.time(), width=screen.width))
    return watch.story


def _leave(session: Session, watch: Watch) -> None:
    if not watch.run or (watch.story and watch.story.settled):
        return
    screen = session.screen
    owner = holder(session.configuration.folder)
    if owner is None:
        screen.say(f"run {watch.run} is kept as it is; `{screen.program} resume {watch.run}` goes on with it")
    else:
        screen.say(f"run {watch.run} goes on in process {owner.pid}; `{screen.program} logs {watch.run} -f` follows it")


def code_of(story: Story) -> int:
    """The exit code that a run's phase stands for."""
    match story.run.phase:
        case RunPhase.SUCCEEDED:
            return SUCCEEDED
        case RunPhase.FAILED | RunPhase.TERMINATED:
            return FAILED
        case _:
            return WAITING
