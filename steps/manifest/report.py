"""Collects the problems of one document, each with its place. Leaves finding them to the checks."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from steps.manifest.positions import FieldPath, Position, Positions, written
from steps.manifest.problems import Problem
from steps.nearest import nearest

MOST = 100
"""Problems that are reported; the rest is counted. Nobody reads more, and each costs time."""

SUGGESTED = 30
"""Names for which the nearest known one is looked up; each look-up compares against all known names."""

KNOWN = 1_000
"""Known names among which the nearest is looked up."""


@dataclass(slots=True, eq=False)
class Tally:
    """The problems of one check, over all documents that take part in it."""

    problems: list[Problem] = field(default_factory=list)
    left_out: int = 0
    suggested: int = 0

    def result(self) -> tuple[Problem, ...]:
        """The problems in the order of the file, errors and warnings together; the last line says how many were left out."""
        ordered = sorted(dict.fromkeys(self.problems), key=lambda each: (each.file, each.line, each.column, each.path))
        if self.left_out:
            ordered.append(Problem(f"and {self.left_out} more problems", ordered[0].file, suggestion="solve the ones above first"))
        return tuple(ordered)


@dataclass(frozen=True, slots=True)
class Report:
    """Reports against one document. `within` begins every message, for a template that has no text of its own."""

    file: str
    positions: Positions
    tally: Tally
    within: str = ""
    fixed: Position | None = None

    def error(self, path: FieldPath, message: str, suggestion: str = "", *, key: bool = False) -> None:
        """What is wrong with the value (or the key) at a path."""
        self._add(path, message, suggestion, "error", key=key)

    def warning(self, path: FieldPath, message: str, suggestion: str = "", *, key: bool = False) -> None:
        """What is probably not meant; the run is not stopped."""
        self._add(path, message, suggestion, "warning", key=key)

    def error_inside(self, path: FieldPath, line: int, column: int, message: str, suggestion: str = "") -> None:
        """What is wrong at a line and column of the text at a path."""
        self._add(path, message, suggestion, "error", inside=(line, column))

    def position(self, path: FieldPath) -> Position:
        """Where a value stands."""
        return self._place(path, key=False)

    def nearest(self, name: str, known: Iterable[str]) -> str:
        """`did you mean 'x'?` or the known names; empty once enough were looked up."""
        self.tally.suggested += 1
        if self.tally.suggested > SUGGESTED:
            return ""
        return nearest(name, sorted(known)[:KNOWN]).removeprefix("; ")

    def _place(self, path: FieldPath, *, key: bool) -> Position:
        return self.fixed or (self.positions.key(path) if key else self.positions.of(path))

    def _add(
        self,
        path: FieldPath,
        message: str,
        suggestion: str,
        level: Literal["error", "warning"],
        *,
        key: bool = False,
        inside: Position | None = None,
    ) -> None:
        if len(self.tally.problems) >= MOST:  # before looking for the place, which costs time in a large file
            self.tally.left_out += 1
            return
        place = self._place(path, key=key)
        if inside and not self.fixed:
            place = self.positions.inside(path, *inside)
        self.tally.problems.append(Problem(self.within + message, self.file, *place, written(path), suggestion, level))


def has_errors(problems: Iterable[Problem]) -> bool:
    """Whether any problem stops a run."""
    return any(problem.level == "error" for problem in problems)
