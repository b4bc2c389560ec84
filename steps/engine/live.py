"""A run at work in memory: its value, its secrets, its executing steps. Suspended runs are only rows."""

import asyncio
from dataclasses import dataclass, field

from steps.model.phases import RunPhase, StepPhase
from steps.model.run import Run
from steps.plan.planning import wake_at
from steps.plan.program import Program
from steps.ports import RunRow
from steps.sealing import Seals


@dataclass(slots=True)
class LiveRun:
    """What the engine holds of a run.

    `tasks` are the executing steps by name, `expiring` those among them that are being ended by their time-out. `commits` counts those
    that are on their way to the disk, `wake` is the alarm that is set, `phase` the run's phase as of the last record.
    """

    run: Run
    program: Program
    seals: Seals
    tasks: dict[str, "asyncio.Task[None]"] = field(default_factory=dict)
    expiring: set[str] = field(default_factory=set)
    wake: float | None = None
    commits: int = 0
    phase: RunPhase = RunPhase.INITIALIZING

    @property
    def idle(self) -> bool:
        """Whether nothing is under way and only a person or the clock can move it."""
        return not self.tasks and not self.commits and (self.phase is RunPhase.SUSPENDING or self.phase.finished)


def row_of(run: Run, max_age: float) -> RunRow:
    """The run's row, derived from its value."""
    phase = run.phase
    return RunRow(
        id=run.id,
        workflow=run.workflow,
        namespace=run.namespace,
        cluster=run.cluster,
        phase=phase,
        created_at=run.created_at,
        updated_at=run.updated_at,
        key=run.key,
        message=run.message or (waiting_message(run) if phase is RunPhase.SUSPENDING else ""),
        ended_at=run.ended_at,
        wake_at=wake_at(run, max_age=max_age),
        origin=run.origin,
    )


def waiting_message(run: Run) -> str:
    """What a suspended run waits for, in the words of its first suspended step."""
    for status in run.steps.values():
        if status.phase is StepPhase.SUSPENDING:
            return status.message or f"step {status.name!r} is suspended"
    return "suspended"
