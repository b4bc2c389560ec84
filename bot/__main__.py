"""Run as `promptops` or `python -m bot`."""

import sys
from importlib import import_module
from types import TracebackType

from bot.command_line import promptops


def main() -> None:
    """Start the command line and exit with its code."""
    sys.excepthook = _report
    sys.exit(promptops())


def _report(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    import_module("bot.diagnostics").report_defect(kind, error, trace)


if __name__ == "__main__":
    main()
