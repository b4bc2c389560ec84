"""Phases and reasons, by KubeVela's names (`core.oam.dev/v1alpha1` WorkflowRun status)."""

from enum import StrEnum


class RunPhase(StrEnum):
    """Where a run stands; KubeVela's `status.status`."""

    INITIALIZING = "initializing"
    EXECUTING = "executing"
    SUSPENDING = "suspending"
    TERMINATED = "terminated"
    FAILED = "failed"
    SUCCEEDED = "succeeded"

    @property
    def finished(self) -> bool:
        """Whether nothing more will happen in this run."""
        return self in _FINISHED


_FINISHED = frozenset({RunPhase.TERMINATED, RunPhase.FAILED, RunPhase.SUCCEEDED})


class StepPhase(StrEnum):
    """Where a step stands."""

    PENDING = "pending"
    RUNNING = "running"
    SUSPENDING = "suspending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    SKIPPED = "skipped"


class Reason(StrEnum):
    """Why a step stands where it stands; the last two are ours, the rest KubeVela's."""

    NONE = ""
    WAIT = "Wait"
    EXECUTE = "Execute"
    SKIP = "Skip"
    SUSPEND = "Suspend"
    ACTION = "Action"
    TIMEOUT = "Timeout"
    FAILED_AFTER_RETRIES = "FailedAfterRetries"
    TERMINATE = "Terminate"
    INPUT = "Input"
    RENDERING = "Rendering"
    OUTPUT = "Output"
    APPROVAL_REQUIRED = "ApprovalRequired"
    INTERRUPTED = "Interrupted"
