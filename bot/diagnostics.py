"""Where details for developers go: the owner's log in the state folder, and a file for what nobody expected. Never the terminal."""

import logging
import sys
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

_BYTES = 1024 * 1024


def silence() -> None:
    """Keep log records out of the terminal, where Python would print them for want of a better place."""
    root = logging.getLogger()
    if not any(isinstance(handler, logging.NullHandler) for handler in root.handlers):
        root.addHandler(logging.NullHandler())


@contextmanager
def logging_to(path: Path) -> Iterator[None]:
    """Write warnings and errors of the whole process to a file, made when the first one comes; a megabyte and the one before are kept."""
    handler = RotatingFileHandler(path, maxBytes=_BYTES, backupCount=1, encoding="utf-8", delay=True)
    handler.setLevel(logging.WARNING)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)
        handler.close()


def report_defect(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """For `sys.excepthook`: one line for the person, the traceback to a file."""
    with tempfile.NamedTemporaryFile("w", prefix="promptops-defect-", suffix=".txt", delete=False, encoding="utf-8") as file:
        traceback.print_exception(kind, error, trace, file=file)
    sys.stderr.write(
        f"error: promptops has a defect: {kind.__name__}: {error}\n"
        f"Please report it with {file.name}, after looking that it holds no secret. Runs are kept as they were written.\n"
    )
