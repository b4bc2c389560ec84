"""How every command is conducted: configuration in, exit code out, and errors as one clear text."""

import asyncio
import getpass
import os
import signal
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from rich.text import Text

from bot.configuration import Configuration, Flags, InvalidSettings, load
from bot.diagnostics import silence
from bot.manifests import protection
from bot.terminal.screen import Screen, called_as, show
from bot.terminal.text import clean
from state.errors import OwnerRefused
from steps.errors import InvalidManifest, NotFound, PromptOpsError, RunRefused
from steps.manifest.problems import Problem

SUCCEEDED, FAILED, USAGE, WAITING = 0, 1, 2, 3

_REFUSALS = frozenset({"InvalidManifest", "AlreadyRunning", "UnknownRun", "NotPossibleNow", "LimitReached", "NotFound"})


@dataclass(frozen=True, slots=True)
class Session:
    """What a command works with."""

    configuration: Configuration
    screen: Screen

    @property
    def person(self) -> str:
        """Who asks, for the journal."""
        try:
            return getpass.getuser()
        except (KeyError, OSError):
            return f"user {os.geteuid()}"

    def announce(self) -> None:
        """Say which clusters are used where nobody chose any."""
        settings = self.configuration.settings
        if settings.embedded:
            names = [f"{name} (protected)" if is_protected else name for name, is_protected in protection(settings).items()]
            self.screen.say(f"no cluster configured: using the embedded clusters {' and '.join(names)}")


Work = Callable[[Session], Coroutine[Any, Any, int]]


def conduct(ctx: click.Context, work: Work) -> int:
    """Do the work; its exit code, or that of the error which was told."""
    flags: dict[str, str] = ctx.find_root().obj or {}
    screen = Screen.standard(called_as(sys.argv[0], flags))
    silence()
    try:
        configuration = load(Flags(flags.get("state-dir", ""), flags.get("config", "")), os.environ, Path.home())
        with stopped_as_interrupted():
            return asyncio.run(work(Session(configuration, screen)))
    except* (PromptOpsError, OSError) as group:
        # The engine's and the clusters' task groups wrap what passes through them.
        error = next(leaves(group))
    if isinstance(error, BrokenPipeError):
        raise error
    tell(screen, error)
    return exit_code(error)


@contextmanager
def stopped_as_interrupted() -> Iterator[None]:
    """A stop by systemd or a container (SIGTERM) is a Ctrl-C: everything is put away in the same order."""
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _interrupt(*_: object) -> None:
    # In the background of a shell Ctrl-C is ignored, and asyncio has not taken it over; a stop must end the process all the same.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        raise KeyboardInterrupt
    signal.raise_signal(signal.SIGINT)


def exit_code(error: BaseException) -> int:
    """2 where nothing was done because the request was wrong or not possible, else 1."""
    if isinstance(error, OwnerRefused):
        return USAGE if error.kind in _REFUSALS else FAILED
    return USAGE if isinstance(error, InvalidManifest | RunRefused | InvalidSettings | NotFound) else FAILED


def tell(screen: Screen, error: BaseException) -> None:
    """An error as a person should meet it, on standard error."""
    if isinstance(error, InvalidManifest):
        show(screen.err, (line for problem in error.problems for line in problem_lines(problem)))
        count = sum(problem.level == "error" for problem in error.problems)
        show(screen.err, [Text(f"error: {count} problem{'s' if count != 1 else ''}, nothing was started", style="red")])
        return
    words = f"{type(error).__name__}: {error}" if isinstance(error, OSError) else str(error)
    first, *rest = clean(words).splitlines() or [type(error).__name__]
    line = Text("error: ", style="red")
    show(screen.err, [line.append(first, style="default"), *rest])


def problem_lines(problem: Problem) -> Iterator[Text]:
    """A problem with its place first, as compilers and editors write it; the suggestion on a line of its own."""
    place = f"{problem.file}:{problem.line}:{problem.column}" if problem.line else problem.file
    line = Text(clean(f"{place}: ") if place else "", style="bold")
    line.append("warning: " if problem.level == "warning" else "error: ", style="yellow" if problem.level == "warning" else "red")
    if problem.path:
        line.append(clean(f"{problem.path}: "), style="cyan")
    yield line.append(clean(problem.message), style="default")
    if problem.suggestion:
        yield Text(clean(f"    → {problem.suggestion}"), style="green")


def leaves(error: BaseException) -> Iterator[BaseException]:
    """The errors in a group, nested or not."""
    if isinstance(error, BaseExceptionGroup):
        for item in error.exceptions:
            yield from leaves(item)
    else:
        yield error
