"""The plan: from a run and the time to the events that follow at once. Pure; executing what begins is the engine's work.

The semantics are KubeVela's (section and trace references in docs/compatibility.md name each deviation).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from steps.expressions import ExpressionError, evaluate_if
from steps.model.events import Event, RunEnded, StepEnded, StepSkipped, StepStarted
from steps.model.manifest import GROUP_TYPE, StepMode
from steps.model.phases import Reason, RunPhase, StepPhase
from steps.model.run import Run, follow, waits_for_people
from steps.model.status import StepStatus
from steps.plan.ending import group_result, outputs_of, run_result
from steps.plan.program import Node, Program, is_group
from steps.plan.scope import ConditionScope, Unseal, as_is, context_of, input_value

MAX_AGE = 30 * 24 * 3600.0
"""Seconds after which an unfinished run ends by itself: longer than any approval should wait."""


def advance(run: Run, program: Program, now: float, *, unseal: Unseal = as_is, max_age: float = MAX_AGE) -> tuple[Run, tuple[Event, ...]]:
    """The run after everything that follows at once, and those events.

    Steps with a `StepStarted` event (groups excepted) are to be executed by the caller once the events are on disk.
    """
    planner = _Planner(run, program, now, unseal)
    planner.advance(max_age)
    return planner.run, tuple(planner.events)


def overdue(run: Run, program: Program, now: float) -> tuple[str, ...]:
    """Steps that began, have not ended, and whose own or group's time-out has passed: to be ended by the caller with `Timeout`."""
    if run.ended is not None:
        return ()
    return tuple(
        name
        for name, status in run.steps.items()
        if not status.finished and not is_group(program.nodes[name]) and _late(run, program, status, now)
    )


def wake_at(run: Run, *, max_age: float = MAX_AGE) -> float | None:
    """When the run goes on by itself at the earliest; None for a run that has ended."""
    if run.ended is not None:
        return None
    times = [run.created_at + max_age]
    for status in run.steps.values():
        if (status.deadline is None and status.retry_at is None and status.until is None) or status.finished:
            continue
        if status.deadline is not None and _clock_runs(status):
            times.append(status.deadline)
        if not run.suspended:
            times += [at for at in (status.retry_at, status.until) if at is not None]
    return min(times)


def pending_reason(run: Run, node: Node) -> str:
    """Why a step cannot begin yet, in KubeVela's words; empty when nothing holds it back."""
    for name in node.depends_on:
        if not _finished(run, name):
            return f"Pending on DependsOn: {name}"
    for item in node.inputs:
        if any(not _finished(run, name) for name in node.producers.get(item.from_, ())) and not _produced(run, node, item.from_):
            return f"Pending on Input: {item.from_}"
    for name in node.awaits:
        if not _finished(run, name):
            return f"Pending on If: {name}"
    return ""


def pending_steps(run: Run, program: Program) -> Mapping[str, str]:
    """The steps that could be next but for what they wait on, with the reason; what KubeVela records as `pending`."""
    if run.ended is not None:
        return {}
    found: dict[str, str] = {}
    lists = [(program.top, program.mode)]
    lists += [(node.children, node.mode) for node in program.nodes.values() if node.children and _running(run, node.name)]
    for names, mode in lists:
        for name in names:
            if name in run.steps:
                if mode == "StepByStep" and not _finished(run, name):
                    break
                continue
            if reason := pending_reason(run, program.nodes[name]):
                found[name] = reason
            if mode == "StepByStep":
                break
    return found


def _finished(run: Run, name: str) -> bool:
    status = run.steps.get(name)
    return status is not None and status.finished


def _running(run: Run, name: str) -> bool:
    status = run.steps.get(name)
    return status is not None and not status.finished


def _produced(run: Run, node: Node, source: str) -> bool:
    return any(run.outputs.get(name) for name in node.producers.get(source, ()) if _finished(run, name))


def _clock_runs(status: StepStatus) -> bool:
    """Whether time counts against a step's time-out: not while it, or a sub-step of it, waits for people."""
    return not waits_for_people(status) and not (status.type == GROUP_TYPE and status.suspended_at is not None)


def _late(run: Run, program: Program, status: StepStatus, now: float) -> bool:
    if waits_for_people(status):
        return False
    if status.deadline is not None and status.deadline <= now:
        return True
    group = run.steps.get(program.nodes[status.name].parent)
    return group is not None and group.deadline is not None and _clock_runs(group) and group.deadline <= now


@dataclass(slots=True)
class _Planner:
    run: Run
    program: Program
    now: float
    unseal: Unseal
    events: list[Event] = field(default_factory=list)

    def emit(self, event: Event) -> None:
        self.run = follow(self.run, event)
        self.events.append(event)

    def advance(self, max_age: float) -> None:
        if self.run.ended is not None:
            return
        if self.now >= self.run.created_at + max_age:
            days = max_age / 86400
            self.emit(RunEnded(self.now, RunPhase.FAILED, f"unfinished after {days:g} days, the limit for a run's age"))
            return
        if self.run.suspended:
            return
        self.walk_all(self.program.top, self.program.mode)
        if self.all_ended(self.program.top):
            self.emit(RunEnded(self.now, *run_result(self.run, self.program.top)))

    def walk_all(self, names: Sequence[str], mode: StepMode) -> None:
        """Let every sibling begin or go on that may."""
        while self.walk(names, mode):
            pass

    def all_ended(self, names: Sequence[str]) -> bool:
        """Whether all siblings have ended; the last is the likeliest not to have."""
        return all(_finished(self.run, name) for name in reversed(names))

    def walk(self, names: Sequence[str], mode: StepMode) -> bool:
        """One pass over siblings; whether anything happened that may let another of them begin."""
        moved = False
        for name in names:
            status = self.run.steps.get(name)
            if status is not None and status.finished:
                continue
            node = self.program.nodes[name]
            before = len(self.events)
            if status is None:
                self.begin(node, names, mode)
            else:
                self.go_on(node, status)
            moved = moved or len(self.events) > before
            if mode == "StepByStep" and not _finished(self.run, name):
                return False
        return moved and mode == "DAG"

    def begin(self, node: Node, siblings: Sequence[str], mode: StepMode) -> None:
        if pending_reason(self.run, node):
            return
        reason, warning = self.skip_reason(node, siblings, mode)
        if reason or warning:
            self.skip(node, reason or f"the if could not be evaluated: {warning}", warning)
            return
        self.start(node, None)
        if is_group(node):
            self.go_on(node, self.run.steps[node.name])

    def start(self, node: Node, status: StepStatus | None) -> None:
        deadline = status.deadline if status else None
        if deadline is None and node.timeout is not None:
            deadline = self.now + node.timeout
        self.emit(StepStarted(self.now, node.name, attempt=status.attempts + 1 if status else 1, deadline=deadline))

    def skip(self, node: Node, message: str, warning: str = "") -> None:
        self.emit(StepSkipped(self.now, node.name, message, warning))
        for child in node.children:
            self.emit(StepSkipped(self.now, child, f"its group {node.name!r} was skipped"))

    def go_on(self, node: Node, status: StepStatus) -> None:
        if is_group(node):
            self.go_on_group(node, status)
        elif status.phase is StepPhase.SUSPENDING:
            if not waits_for_people(status) and (status.resumed or (status.until is not None and status.until <= self.now)):
                self.end(node, StepPhase.SUCCEEDED, Reason.NONE, "resumed" if status.resumed else "")
        elif status.retry_at is not None and status.retry_at <= self.now and not _late(self.run, self.program, status, self.now):
            self.start(node, status)

    def go_on_group(self, node: Node, status: StepStatus) -> None:
        late = status.deadline is not None and _clock_runs(status) and status.deadline <= self.now
        if late:
            for child in node.children:
                if child not in self.run.steps:
                    self.end(self.program.nodes[child], StepPhase.FAILED, Reason.TIMEOUT, f"its group {node.name!r} timed out")
        else:
            self.walk_all(node.children, node.mode)
        if not self.all_ended(node.children):
            return
        phase, reason, message = group_result([self.run.steps[child] for child in node.children])
        if late and phase is not StepPhase.FAILED:
            phase, reason, message = StepPhase.FAILED, Reason.TIMEOUT, "timed out"
        self.end(node, phase, reason, message)

    def end(self, node: Node, phase: StepPhase, reason: Reason, message: str) -> None:
        values = {name: value for child in node.children for name, value in self.run.outputs.get(child, {}).items()}
        scope = {"context": context_of(self.run, self.program, node), "parameter": dict(node.properties)}
        outputs, errors = outputs_of(node, values, scope)
        self.emit(StepEnded(self.now, node.name, phase, reason, message, outputs, errors))

    def skip_reason(self, node: Node, siblings: Sequence[str], mode: StepMode) -> tuple[str, str]:
        """Why the step is skipped, and the warning where its `if` could not be evaluated; both empty when it runs."""
        if node.always:
            return "", ""
        if node.condition is not None:
            try:
                holds = evaluate_if(node.condition, ConditionScope(self.run, self.program, node, self.unseal))
            except ExpressionError as error:
                return "", str(error)
            return ("" if holds else f"if: {node.condition_text} is false"), ""
        if self.run.terminated:
            return "the run was terminated", ""
        if node.depends_on:
            return self.unmet_dependency(node) or self.missing_input(node), ""
        if mode == "StepByStep":
            for name in siblings[: siblings.index(node.name)]:
                if self.run.steps[name].phase is StepPhase.FAILED:
                    return f"step {name!r} failed before it", ""
        return self.missing_input(node), ""

    def unmet_dependency(self, node: Node) -> str:
        seen: set[str] = set()
        todo = list(node.depends_on)
        while todo:
            name = todo.pop(0)
            if name in seen:
                continue
            seen.add(name)
            phase = self.run.steps[name].phase if name in self.run.steps else StepPhase.PENDING
            if phase is not StepPhase.SUCCEEDED:
                return f"it depends on step {name!r}, which {_PAST.get(phase, f'is {phase}')}"
            todo += self.program.nodes[name].depends_on
        return ""

    def missing_input(self, node: Node) -> str:
        for item in node.inputs:
            producers = node.producers.get(item.from_, ())
            skipped = producers and all(self.run.steps[name].phase is StepPhase.SKIPPED for name in producers)
            if skipped and item.parameter_key and input_value(self.run, self.program, node, item.from_, self.unseal) is None:
                return f"its input {item.from_!r} has no value: step {producers[0]!r} was skipped"
        return ""


_PAST: Mapping[StepPhase, str] = {StepPhase.FAILED: "failed", StepPhase.SKIPPED: "was skipped"}
