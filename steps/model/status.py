"""The status of one step, as folded from the journal.

A named tuple and not a dataclass: it is made anew several times a step, and `_replace` costs a quarter of `dataclasses.replace`.
"""

from typing import NamedTuple

from steps.model.phases import Reason, StepPhase


class StepStatus(NamedTuple):
    """Where a step stands. Times are epoch seconds (UTC); None where nothing happened yet.

    `attempts` counts executions, `failures` those that ended in a passing fault (persisted, unlike KubeVela's), `backoff` the
    failures in a row with the same message. `until` is when a suspended step goes on by itself, `retry_at` when a waiting or retried
    one runs again. `cluster` is the last cluster that the step touched. `deadline` is when the step's time-out ends, moved by the time
    that the step spent waiting for people since `suspended_at`. `held` says that a person paused the run in the middle of the step.
    """

    id: str
    name: str
    type: str
    phase: StepPhase
    reason: Reason = Reason.NONE
    message: str = ""
    first_execute_time: float | None = None
    last_execute_time: float | None = None
    ended_at: float | None = None
    attempts: int = 0
    failures: int = 0
    backoff: int = 0
    retry_at: float | None = None
    until: float | None = None
    deadline: float | None = None
    suspended_at: float | None = None
    cluster: str = ""
    warning: str = ""
    output_errors: tuple[str, ...] = ()
    resumed: bool = False
    held: bool = False

    @property
    def finished(self) -> bool:
        """Whether the step will not run again in this run (KubeVela's `IsStepFinish`)."""
        phase = self.phase
        if phase is StepPhase.FAILED:
            return self.reason is not Reason.EXECUTE and self.reason is not Reason.NONE
        return phase is StepPhase.SUCCEEDED or phase is StepPhase.SKIPPED

    @property
    def retrying(self) -> bool:
        """Whether the step failed for now and will be tried again."""
        return self.phase is StepPhase.FAILED and not self.finished
