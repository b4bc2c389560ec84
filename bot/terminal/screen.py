"""Where output goes: standard output for results, standard error for what goes wrong, and whether either is a terminal."""

import os
import shutil
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from rich.console import Console
from rich.text import Text

_WIDEST = 160


@dataclass(frozen=True, slots=True)
class Screen:
    """Two consoles. `program` is how a person calls this command line, options that select the state folder included."""

    out: Console
    err: Console
    program: str

    @classmethod
    def standard(cls, program: str) -> "Screen":
        """The process's own; colours, width and `NO_COLOR` as rich finds them."""
        return cls(console(sys.stdout), console(sys.stderr), program)

    @property
    def width(self) -> int:
        """Columns for text; wide where nobody looks, so that programs find whole lines."""
        return min(self.out.width, _WIDEST) if self.out.is_terminal else _WIDEST

    def lines(self, lines: Iterable[Text | str]) -> None:
        """Print lines to standard output."""
        show(self.out, lines)

    def say(self, text: str) -> None:
        """One line about this command itself, to standard error."""
        show(self.err, [Text(text, style="dim")])


def console(file: IO[str]) -> Console:
    """A console that parses nothing in what it prints: no markup, no emoji, no highlighting."""
    return Console(file=file, markup=False, emoji=False, highlight=False, soft_wrap=True)


def show(target: Console, lines: Iterable[Text | str]) -> None:
    """Print lines."""
    for line in lines:
        target.print(line if isinstance(line, Text) else Text(line))


def is_live(target: Console) -> bool:
    """Whether lines may be drawn again in place."""
    return target.is_terminal and not target.is_dumb_terminal


def called_as(argv0: str, options: Mapping[str, str], environ: Mapping[str, str] = os.environ) -> str:
    """What a person types to get here again: `promptops`, or the longer way, with the options that were given."""
    path = Path(argv0)
    if path.name == "__main__.py":
        words = "python -m bot"
    elif found := shutil.which(path.name, path=environ.get("PATH")):
        words = path.name if Path(found).resolve() == path.resolve() else _near(path)
    else:
        words = _near(path)
    return " ".join([words, *(f"--{name} {value}" for name, value in options.items() if value)])


def _near(path: Path) -> str:
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)
