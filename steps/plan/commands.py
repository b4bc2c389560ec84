"""What people may do to a run, as pure decisions: the event that follows, or why it is not possible now."""

from collections.abc import Callable

from steps.errors import NotPossibleNow
from steps.model.events import RunRestarted, RunResumed, RunSuspended, RunTerminated
from steps.model.phases import StepPhase
from steps.model.run import Run
from steps.nearest import nearest
from steps.plan.program import Node, Program, is_group


def suspend(run: Run, program: Program, *, at: float, by: str, repeatable: Callable[[str], bool]) -> RunSuspended:
    """Pause the run. Running steps whose type may be repeated stop and run again on resume; the others finish first."""
    if run.ended is not None:
        raise NotPossibleNow(f"run {run.id!r} has ended ({run.ended}); only a run that is at work can be suspended")
    if run.suspended:
        raise NotPossibleNow(f"run {run.id!r} is suspended already; `promptops resume {run.id}` lets it go on")
    held = tuple(
        name
        for name, status in run.steps.items()
        if not status.finished
        and status.phase is not StepPhase.SUSPENDING
        and not is_group(program.nodes[name])
        and (repeatable(status.type) or status.retry_at is not None)
    )
    return RunSuspended(at=at, by=by, steps=held)


def resume(run: Run, *, at: float, by: str, step: str = "") -> RunResumed:
    """Let a suspended run, or one suspended step of it, go on."""
    if run.ended is not None:
        raise NotPossibleNow(f"run {run.id!r} has ended ({run.ended}); `promptops restart {run.id}` runs it again")
    waiting = tuple(name for name, status in run.steps.items() if status.phase is StepPhase.SUSPENDING)
    if step and step not in waiting:
        raise NotPossibleNow(f"step {step!r} of run {run.id!r} does not wait to be resumed{nearest(step, waiting)}")
    if not waiting and not run.suspended:
        raise NotPossibleNow(f"run {run.id!r} is {run.phase}, it does not wait for anybody; `promptops status {run.id}` shows its steps")
    return RunResumed(at=at, by=by, steps=(step,) if step else waiting)


def terminate(run: Run, *, at: float, by: str) -> RunTerminated:
    """End the run: what has begun fails with `Terminate`, steps with an `if` still get their turn."""
    if run.ended is not None:
        raise NotPossibleNow(f"run {run.id!r} has ended already ({run.ended})")
    if run.terminated:
        raise NotPossibleNow(f"run {run.id!r} is being terminated already; `promptops status {run.id}` shows what is left")
    return RunTerminated(at=at, by=by)


def restart(run: Run, program: Program, *, at: float, by: str, step: str = "") -> RunRestarted:
    """Run everything again, or a failed step and what depends on it (KubeVela's rules)."""
    if not step:
        return RunRestarted(at=at, by=by)
    if step not in program.nodes:
        raise NotPossibleNow(f"run {run.id!r} has no step {step!r}{nearest(step, program.nodes)}")
    status = run.steps.get(step)
    if status is None or status.phase is not StepPhase.FAILED or not status.finished:
        phase = status.phase if status else "not begun"
        raise NotPossibleNow(
            f"step {step!r} of run {run.id!r} is {phase}; only a failed step can be restarted. "
            f"`promptops restart {run.id}` runs the whole workflow again"
        )
    return RunRestarted(at=at, by=by, step=step, cleared=tuple(sorted(dependents(program, step), key=list(program.nodes).index)))


def dependents(program: Program, step: str) -> frozenset[str]:
    """The step and everything that has to run again with it."""
    node = program.nodes[step]
    cleared = {step, *node.children}
    if node.parent:
        group = program.nodes[node.parent]
        cleared |= _following(program, group.children, group.mode, step)
        after = _following(program, program.top, program.mode, group.name) - {group.name, *group.children}
    else:
        after = _following(program, program.top, program.mode, step)
    cleared |= after
    return frozenset(cleared | {child for name in cleared for child in program.nodes[name].children})


def _following(program: Program, names: tuple[str, ...], mode: str, first: str) -> set[str]:
    if mode == "StepByStep":
        return set(names[names.index(first) :])
    found = {first, *program.nodes[first].children}
    grown = True
    while grown:
        more = {name for name in names if name not in found and _needs(program, program.nodes[name], found)}
        found |= more | {child for name in more for child in program.nodes[name].children}
        grown = bool(more)
    return found


def _needs(program: Program, node: Node, found: set[str]) -> bool:
    own = (node, *(program.nodes[child] for child in node.children))
    return any(
        found.intersection(each.depends_on)
        or found.intersection(each.awaits)
        or any(found.intersection(producers) for producers in each.producers.values())
        for each in own
    )
