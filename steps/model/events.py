"""The journal's lines: what happened in a run, as frozen values and as JSON.

A run is always the fold of its events (`steps.model.run`). Values that must not be stored in the clear are references made by
`steps.sealing` before an event is built.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from steps.model.phases import Reason, RunPhase, StepPhase


@dataclass(frozen=True, slots=True)
class RunCreated:
    """The run exists: the manifest after parameters were put in, and where it runs."""

    at: float
    run: str
    workflow: str
    namespace: str
    cluster: str
    manifest: Mapping[str, Any]
    source: str = ""
    key: str = ""
    origin: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    kind: Literal["run-created"] = "run-created"


@dataclass(frozen=True, slots=True)
class StepStarted:
    """An execution of a step begins; `deadline` is when its time-out ends, None without one."""

    at: float
    step: str
    attempt: int = 1
    deadline: float | None = None
    kind: Literal["step-started"] = "step-started"


@dataclass(frozen=True, slots=True)
class StepProgress:
    """What a running step waits for, in words."""

    at: float
    step: str
    message: str
    cluster: str = ""
    kind: Literal["step-progress"] = "step-progress"


@dataclass(frozen=True, slots=True)
class StepLogged:
    """A line that a step wrote for people."""

    at: float
    step: str
    text: str
    kind: Literal["step-logged"] = "step-logged"


@dataclass(frozen=True, slots=True)
class StepWaiting:
    """An execution ended without a result; the step runs again at `again`. `failed` says that it was a passing fault."""

    at: float
    step: str
    message: str
    again: float
    failed: bool = False
    cluster: str = ""
    kind: Literal["step-waiting"] = "step-waiting"


@dataclass(frozen=True, slots=True)
class StepSuspended:
    """The step waits for a person, or until `until`. `change` is the digest that waits for approval."""

    at: float
    step: str
    message: str
    reason: Reason = Reason.SUSPEND
    until: float | None = None
    change: str = ""
    details: tuple[str, ...] = ()
    cluster: str = ""
    kind: Literal["step-suspended"] = "step-suspended"


@dataclass(frozen=True, slots=True)
class StepSkipped:
    """The step will not run: `message` says why, `warning` that its `if` could not be evaluated. Its outputs become null."""

    at: float
    step: str
    message: str
    warning: str = ""
    kind: Literal["step-skipped"] = "step-skipped"


@dataclass(frozen=True, slots=True)
class StepEnded:
    """The step succeeded or failed for good; `outputs` holds a value for every declared output, null where it could not be had."""

    at: float
    step: str
    phase: StepPhase
    reason: Reason = Reason.NONE
    message: str = ""
    outputs: Mapping[str, Any] = field(default_factory=dict)
    output_errors: tuple[str, ...] = ()
    cluster: str = ""
    answer: Mapping[str, Any] | None = None
    kind: Literal["step-ended"] = "step-ended"


@dataclass(frozen=True, slots=True)
class RunSuspended:
    """A person paused the run; `steps` were stopped in the middle and run again on resume."""

    at: float
    by: str
    steps: tuple[str, ...] = ()
    kind: Literal["run-suspended"] = "run-suspended"


@dataclass(frozen=True, slots=True)
class RunResumed:
    """A person let the run go on; `steps` are the suspended steps that this resumes."""

    at: float
    by: str
    steps: tuple[str, ...] = ()
    kind: Literal["run-resumed"] = "run-resumed"


@dataclass(frozen=True, slots=True)
class RunTerminated:
    """A person ended the run; unfinished steps that had begun fail with reason `Terminate`."""

    at: float
    by: str
    kind: Literal["run-terminated"] = "run-terminated"


@dataclass(frozen=True, slots=True)
class RunRestarted:
    """A person restarted the run: `cleared` steps forget their status and outputs (all of them when `step` is empty)."""

    at: float
    by: str
    step: str = ""
    cleared: tuple[str, ...] = ()
    kind: Literal["run-restarted"] = "run-restarted"


@dataclass(frozen=True, slots=True)
class RunEnded:
    """Nothing more happens in this run, unless it is restarted."""

    at: float
    phase: RunPhase
    message: str = ""
    kind: Literal["run-ended"] = "run-ended"


Event = (
    RunCreated
    | StepStarted
    | StepProgress
    | StepLogged
    | StepWaiting
    | StepSuspended
    | StepSkipped
    | StepEnded
    | RunSuspended
    | RunResumed
    | RunTerminated
    | RunRestarted
    | RunEnded
)

_EVENT: TypeAdapter[Event] = TypeAdapter(Annotated[Event, Field(discriminator="kind")])


def encode(event: Event) -> bytes:
    """The event as one line of JSON."""
    return _EVENT.dump_json(event, exclude_defaults=False)


def decode(line: bytes | str) -> Event:
    """The event of one line of JSON; raises pydantic's `ValidationError` for anything else."""
    return _EVENT.validate_json(line)
