"""The thin shell around the views: takes events as they come, draws, and keeps durations ticking."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Protocol

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from bot.terminal.happenings import event_lines, since
from bot.terminal.progress import run_view
from bot.terminal.screen import is_live, show
from bot.terminal.story import Story
from steps.model.events import Event, StepProgress

TICK = 0.1
"""Seconds between redraws: durations are shown in tenths of a second."""


class View(Protocol):
    """Something that shows a run while it goes on."""

    def take(self, story: Story, event: Event, *, new: bool) -> None:
        """An event has happened; `new` if after the command."""
        ...

    def notice(self, text: str) -> None:
        """Something to know about how the run is carried out."""
        ...


class LiveView:
    """Draws the run again and again in place, and leaves nothing behind: the caller prints the last state."""

    def __init__(self, console: Console, now: Callable[[], float] = time.time) -> None:
        self._console = console
        self._now = now
        self._story: Story | None = None
        self._live = Live(console=console, auto_refresh=False, transient=True, vertical_overflow="ellipsis")

    @asynccontextmanager
    async def shown(self) -> AsyncGenerator[None, None]:
        """Draw for as long as the context lasts."""
        with self._live:
            async with asyncio.TaskGroup() as tasks:
                ticking = tasks.create_task(self._tick())
                try:
                    yield
                finally:
                    ticking.cancel()

    async def _tick(self) -> None:
        while True:
            self._draw()
            await asyncio.sleep(TICK)

    def _draw(self) -> None:
        if self._story is not None:
            width = min(self._console.width, 160)
            self._live.update(Group(*(_cut(line, width) for line in run_view(self._story, self._now(), width=width))), refresh=True)

    def take(self, story: Story, event: Event, *, new: bool) -> None:  # noqa: ARG002 - the view's signature
        """Draw the new state with the next tick."""
        self._story = story

    def notice(self, text: str) -> None:
        """Print it above."""
        self._live.console.print(Text(text, style="dim"))


class LineView:
    """Prints one line an event, for logs and pipes; events before the command are left out."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._said: set[tuple[str, str]] = set()

    @asynccontextmanager
    async def shown(self) -> AsyncGenerator[None, None]:
        """Nothing to prepare."""
        yield

    def take(self, story: Story, event: Event, *, new: bool) -> None:
        """Print the event; what a step waits for only once, as two reasons often alternate."""
        if isinstance(event, StepProgress):
            new = new and (event.step, event.message) not in self._said
            self._said.add((event.step, event.message))
        if new:
            show(self._console, event_lines(event, since(story.run.created_at)))

    def notice(self, text: str) -> None:
        """Print it."""
        show(self._console, [text])


class NoView:
    """Shows nothing: the result is JSON, and nobody looks."""

    @asynccontextmanager
    async def shown(self) -> AsyncGenerator[None, None]:
        """Nothing to prepare."""
        yield

    def take(self, story: Story, event: Event, *, new: bool) -> None:
        """Nothing."""

    def notice(self, text: str) -> None:
        """Nothing."""


AnyView = LiveView | LineView | NoView


def view_for(console: Console) -> LiveView | LineView:
    """The view that a console can show."""
    return LiveView(console) if is_live(console) else LineView(console)


def _cut(line: Text, width: int) -> Text:
    """A line that surely takes one row: a live region that wraps scrolls the screen."""
    short = line.copy()
    short.truncate(width, overflow="ellipsis")
    return short
