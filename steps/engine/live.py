"""A run at work in memory: its value, its secrets, its executing steps. Suspended runs are only rows."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from steps.model.events import Event
from steps.model.phases import RunPhase, StepPhase
from steps.model.run import Run
from steps.plan.planning import wake_at
from steps.plan.program import Program
from steps.ports import RunRow
from steps.sealing import Seals

TOLD = 100
"""Events of a run at work that are kept in memory; who follows a longer one reads the journal first."""


@dataclass(slots=True)
class LiveRun:
    """What the engine holds of a run.

    `tasks` are the executing steps by name, `expiring` those among them that are being ended by their time-out. `commits` counts those
    that are on their way to the disk, `wake` is the alarm that is set, `row` the run's row as of the last record. `told` are all
    its events so far that are on disk, None when they are too many to keep.
    """

    run: Run
    program: Program
    seals: Seals
    tasks: dict[str, "asyncio.Task[None]"] = field(default_factory=dict)
    expiring: set[str] = field(default_factory=set)
    wake: float | None = None
    commits: int = 0
    row: RunRow | None = None
    told: list[tuple[int, Event]] | None = None

    def tell(self, first: int, events: Sequence[Event]) -> None:
        """Keep events that are on disk, for those who begin to follow."""
        if self.told is not None and len(self.told) < TOLD:
            self.told.extend(enumerate(events, first))
        else:
            self.told = None

    @property
    def idle(self) -> bool:
        """Whether nothing is under way and only a person or the clock can move it."""
        return not self.tasks and not self.commits and self.row is not None and _at_rest(self.row)


def row_of(run: Run, last: RunRow | None, max_age: float) -> RunRow:
    """The run's row, derived from its value; the last one where nothing in it has changed since."""
    phase, at = run.phase, wake_at(run, max_age=max_age)
    message = run.message or (waiting_message(run) if phase is RunPhase.SUSPENDING else "")
    if last is not None and last.phase is phase and last.wake_at == at and last.message == message:
        return last
    return RunRow(
        id=run.id,
        workflow=run.workflow,
        namespace=run.namespace,
        cluster=run.cluster,
        phase=phase,
        created_at=run.created_at,
        updated_at=run.updated_at,
        key=run.key,
        message=message,
        ended_at=run.ended_at,
        wake_at=at,
        origin=run.origin,
    )


def _at_rest(row: RunRow) -> bool:
    return row.phase is RunPhase.SUSPENDING or row.ended_at is not None


def waiting_message(run: Run) -> str:
    """What a suspended run waits for, in the words of its first suspended step."""
    for status in run.steps.values():
        if status.phase is StepPhase.SUSPENDING:
            return status.message or f"step {status.name!r} is suspended"
    return "suspended"
