"""The status of one step, as folded from the journal."""

from dataclasses import dataclass

from steps.model.phases import Reason, StepPhase


@dataclass(frozen=True, slots=True)
class StepStatus:
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
        match self.phase:
            case StepPhase.SUCCEEDED | StepPhase.SKIPPED:
                return True
            case StepPhase.FAILED:
                return self.reason not in {Reason.NONE, Reason.EXECUTE}
            case _:
                return False

    @property
    def retrying(self) -> bool:
        """Whether the step failed for now and will be tried again."""
        return self.phase is StepPhase.FAILED and not self.finished
