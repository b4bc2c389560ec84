"""A run as the fold of its events. Pure: the same events always give the same run."""

from collections.abc import Iterable, Mapping
from hashlib import blake2s
from types import MappingProxyType
from typing import Any, NamedTuple, assert_never

from steps.model.events import (
    Event,
    RunCreated,
    RunEnded,
    RunRestarted,
    RunResumed,
    RunSuspended,
    RunTerminated,
    StepEnded,
    StepLogged,
    StepProgress,
    StepSkipped,
    StepStarted,
    StepSuspended,
    StepWaiting,
)
from steps.model.manifest import GROUP_TYPE, WorkflowRun
from steps.model.phases import Reason, RunPhase, StepPhase
from steps.model.status import StepStatus

EMPTY: Mapping[str, Any] = MappingProxyType({})


class Run(NamedTuple):
    """One execution of a workflow.

    `steps` holds the status of every step that has begun or was skipped, in the order of the first record. `outputs` holds, by step,
    the values it left behind (null where they could not be had). `warnings` are shown to people with the run. Times are epoch seconds.
    `restarts` counts how often the run was restarted; ids of steps differ after each restart, as in KubeVela.
    """

    id: str
    workflow: str
    namespace: str
    cluster: str
    manifest: WorkflowRun
    created_at: float
    updated_at: float
    key: str = ""
    source: str = ""
    origin: Mapping[str, str] = EMPTY
    steps: Mapping[str, StepStatus] = EMPTY
    outputs: Mapping[str, Mapping[str, Any]] = EMPTY
    groups: Mapping[str, str] = EMPTY
    types: Mapping[str, str] = EMPTY
    warnings: tuple[str, ...] = ()
    suspended: bool = False
    terminated: bool = False
    ended: RunPhase | None = None
    ended_at: float | None = None
    message: str = ""
    restarts: int = 0
    seq: int = 0
    answers: Mapping[str, Mapping[str, Any]] = EMPTY

    @property
    def phase(self) -> RunPhase:
        """KubeVela's run phase. Unlike there, a run is `suspending` only when no other branch is still at work."""
        if self.ended is not None:
            return self.ended
        if self.suspended:
            return RunPhase.SUSPENDING
        waits = False
        # The latest first: it is the likeliest to be at work, and one at work decides.
        for status in reversed(tuple(self.steps.values())):
            if status.type == GROUP_TYPE or status.finished:
                continue
            if status.phase is not StepPhase.SUSPENDING:
                return RunPhase.EXECUTING
            waits = True
        if waits:
            return RunPhase.SUSPENDING
        return RunPhase.EXECUTING if self.steps else RunPhase.INITIALIZING


def step_id(run: str, step: str, restarts: int) -> str:
    """KubeVela's 10 characters: stable while the run goes on, another after a restart."""
    return blake2s(f"{run}/{step}/{restarts}".encode(), digest_size=5).hexdigest()


def fold(events: Iterable[Event]) -> Run:
    """The run that these events tell of; the first must be `RunCreated`. Raises ValueError for an empty or headless journal."""
    run: Run | None = None
    for event in events:
        run = begin(event) if run is None else follow(run, event)
    if run is None:
        raise ValueError("a run's journal must begin with its creation; this one is empty")
    return run


def begin(event: Event, manifest: WorkflowRun | None = None) -> Run:
    """The run as it is right after its creation; `manifest` saves parsing the one in the event where it is at hand."""
    if not isinstance(event, RunCreated):
        raise ValueError(f"a run's journal must begin with its creation, not with {event.kind!r}")  # noqa: TRY004 - a value, not a type
    manifest = manifest or WorkflowRun.model_validate(event.manifest)
    top = manifest.spec.workflow_spec.steps if manifest.spec.workflow_spec else ()
    return Run(
        id=event.run,
        workflow=event.workflow,
        namespace=event.namespace,
        cluster=event.cluster,
        manifest=manifest,
        created_at=event.at,
        updated_at=event.at,
        key=event.key,
        source=event.source,
        origin=event.origin,
        groups={sub.name: step.name for step in top for sub in step.sub_steps},
        types={step.name: step.type for step in top} | {sub.name: sub.type for step in top for sub in step.sub_steps},
        warnings=event.warnings,
        seq=1,
    )


def follow(run: Run, event: Event) -> Run:
    """The run after one more event."""
    seq = run.seq + 1
    match event:
        case StepStarted():
            return run._replace(seq=seq, updated_at=event.at, steps={**run.steps, event.step: _started(run, event)})
        case StepEnded():
            status = _status(run, event.step)._replace(
                phase=event.phase,
                reason=event.reason,
                message=event.message,
                last_execute_time=event.at,
                ended_at=event.at,
                retry_at=None,
                until=None,
                output_errors=tuple(event.output_errors),
                cluster=event.cluster or _status(run, event.step).cluster,
            )
            outputs = {**run.outputs, event.step: event.outputs} if event.outputs else run.outputs
            answers = {**run.answers, event.step: event.answer} if event.answer else run.answers
            steps = {**run.steps, event.step: status}
            return run._replace(seq=seq, updated_at=event.at, steps=steps, outputs=outputs, answers=answers)
        case StepProgress():
            status = _status(run, event.step)._replace(
                reason=Reason.WAIT,
                message=event.message,
                last_execute_time=event.at,
                cluster=event.cluster or _status(run, event.step).cluster,
            )
            return run._replace(seq=seq, updated_at=event.at, steps={**run.steps, event.step: status})
        case StepLogged():
            return run._replace(seq=seq, updated_at=event.at)
        case StepWaiting():
            return run._replace(seq=seq, updated_at=event.at, steps={**run.steps, event.step: _waiting(run, event)})
        case StepSuspended():
            return run._replace(seq=seq, updated_at=event.at, steps=_suspended(run, event))
        case StepSkipped():
            status = _status(run, event.step)._replace(
                phase=StepPhase.SKIPPED,
                reason=Reason.SKIP,
                message=event.message,
                warning=event.warning,
                last_execute_time=event.at,
                ended_at=event.at,
            )
            warnings = (*run.warnings, f"step {event.step!r}: {event.warning}") if event.warning else run.warnings
            return run._replace(seq=seq, updated_at=event.at, steps={**run.steps, event.step: status}, warnings=warnings)
        case RunSuspended():
            held = {name: _held(run.steps[name], event.at) for name in event.steps if name in run.steps}
            steps = _pause_groups(run, {**run.steps, **held}, event.at, held)
            return run._replace(seq=seq, updated_at=event.at, suspended=True, steps=steps)
        case RunResumed():
            return run._replace(seq=seq, updated_at=event.at, suspended=False, steps=_resumed(run, event))
        case RunTerminated():
            return run._replace(seq=seq, updated_at=event.at, terminated=True, suspended=False, steps=_terminated(run, event))
        case RunRestarted():
            return _restarted(run, event, seq)
        case RunEnded():
            return run._replace(seq=seq, updated_at=event.at, ended=event.phase, ended_at=event.at, message=event.message)
        case RunCreated():
            raise ValueError(f"run {run.id!r} is created twice in its journal")
        case _:
            assert_never(event)


def waits_for_people(status: StepStatus) -> bool:
    """Whether a step's clock stands still: it waits for an approval, an answer after a crash, or a paused run."""
    return status.phase is StepPhase.SUSPENDING and (status.held or status.reason is not Reason.SUSPEND)


def _status(run: Run, step: str) -> StepStatus:
    known = run.steps.get(step)
    if known is not None:
        return known
    return StepStatus(id=step_id(run.id, step, run.restarts), name=step, type=run.types.get(step, ""), phase=StepPhase.PENDING)


def _started(run: Run, event: StepStarted) -> StepStatus:
    status = _status(run, event.step)
    first = status.first_execute_time
    return status._replace(
        phase=StepPhase.RUNNING,
        reason=Reason.NONE,
        message="",
        first_execute_time=event.at if first is None else first,
        last_execute_time=event.at,
        attempts=event.attempt,
        deadline=event.deadline,
        retry_at=None,
        until=None,
        suspended_at=None,
        resumed=False,
        held=False,
    )


def _waiting(run: Run, event: StepWaiting) -> StepStatus:
    status = _status(run, event.step)
    same = status.message == event.message or not status.failures
    return status._replace(
        phase=StepPhase.FAILED if event.failed else StepPhase.RUNNING,
        reason=Reason.EXECUTE if event.failed else Reason.WAIT,
        message=event.message,
        last_execute_time=event.at,
        failures=status.failures + event.failed,
        backoff=(status.backoff + 1 if same else 1) if event.failed else status.backoff,
        retry_at=event.again,
        cluster=event.cluster or status.cluster,
    )


def _suspended(run: Run, event: StepSuspended) -> dict[str, StepStatus]:
    status = _status(run, event.step)._replace(
        phase=StepPhase.SUSPENDING,
        reason=event.reason,
        message=event.message,
        last_execute_time=event.at,
        until=event.until,
        suspended_at=event.at,
        retry_at=None,
        cluster=event.cluster or _status(run, event.step).cluster,
    )
    return _pause_groups(run, {**run.steps, event.step: status}, event.at, (event.step,))


def _held(status: StepStatus, at: float) -> StepStatus:
    return status._replace(phase=StepPhase.SUSPENDING, held=True, suspended_at=at, retry_at=None)


def _pause_groups(run: Run, steps: dict[str, StepStatus], at: float, names: Iterable[str]) -> dict[str, StepStatus]:
    """A group's clock stands still from the moment that the first of its sub-steps waits for people."""
    for name in names:
        group = steps.get(run.groups.get(name, ""))
        if group is not None and group.suspended_at is None and waits_for_people(steps[name]):
            steps[group.name] = group._replace(suspended_at=at)
    return steps


def _resumed(run: Run, event: RunResumed) -> dict[str, StepStatus]:
    steps = dict(run.steps)
    for name in event.steps:
        status = steps.get(name)
        if status is None or status.phase is not StepPhase.SUSPENDING:
            continue
        if waits_for_people(status):
            waited = event.at - (event.at if status.suspended_at is None else status.suspended_at)
            deadline = None if status.deadline is None else status.deadline + waited
            steps[name] = status._replace(
                phase=StepPhase.RUNNING,
                reason=Reason.WAIT,
                message="resumed",
                retry_at=event.at,
                deadline=deadline,
                held=False,
                until=None,
            )
        else:
            steps[name] = status._replace(resumed=True)
    for name, status in steps.items():
        if status.type != GROUP_TYPE or status.suspended_at is None:
            continue
        if any(waits_for_people(steps[child]) for child, parent in run.groups.items() if parent == name and child in steps):
            continue
        deadline = None if status.deadline is None else status.deadline + event.at - status.suspended_at
        steps[name] = status._replace(suspended_at=None, deadline=deadline)
    return steps


def _terminated(run: Run, event: RunTerminated) -> dict[str, StepStatus]:
    return {
        name: status
        if status.finished or status.type == GROUP_TYPE
        else status._replace(
            phase=StepPhase.FAILED,
            reason=Reason.TERMINATE,
            message=f"terminated by {event.by}",
            last_execute_time=event.at,
            ended_at=event.at,
            retry_at=None,
            until=None,
            held=False,
        )
        for name, status in run.steps.items()
    }


def _restarted(run: Run, event: RunRestarted, seq: int) -> Run:
    cleared = set(event.cleared) if event.step else set(run.steps)
    reopened = {run.groups[name] for name in cleared if name in run.groups} - cleared
    steps = {
        name: status._replace(phase=StepPhase.RUNNING, reason=Reason.NONE, message="", ended_at=None) if name in reopened else status
        for name, status in run.steps.items()
        if name not in cleared
    }
    return run._replace(
        seq=seq,
        updated_at=event.at,
        steps=steps,
        outputs={name: values for name, values in run.outputs.items() if name not in cleared and name not in reopened},
        answers={name: answer for name, answer in run.answers.items() if name not in cleared},
        warnings=run.warnings if event.step else (),
        suspended=False,
        terminated=False,
        ended=None,
        ended_at=None,
        message="",
        restarts=run.restarts + 1,
    )
