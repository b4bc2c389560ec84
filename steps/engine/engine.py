"""The engine: starts runs, executes their steps, journals first, keeps time, obeys people, recovers after a crash.

Every change of a run goes through `_record`: fold the events, plan what follows, hand all of it to the journal as one commit. Steps begin
only after the commit that says so is on disk. What happens next is decided in `steps.plan`, what a step does in its step type.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from functools import lru_cache
from types import TracebackType
from typing import Any, NamedTuple, Self

from steps.engine.alarms import SWEEP, Alarms
from steps.engine.following import Follower
from steps.engine.limits import Limits
from steps.engine.live import LiveRun, row_of
from steps.engine.stepping import Stepper, Voice
from steps.errors import AlreadyRunning, IdTaken, LimitReached, NotPossibleNow, UnknownRun
from steps.identity import Same
from steps.manifest.prepared import Prepared
from steps.model.events import Event, RunCreated, StepLogged, StepProgress, StepStarted, StepSuspended, StepWaiting
from steps.model.manifest import SubStep, WorkflowRun, WorkflowSpec
from steps.model.phases import Reason, RunPhase, StepPhase
from steps.model.run import EMPTY, Run, begin, fold, follow
from steps.model.status import StepStatus
from steps.plan import commands
from steps.plan.planning import advance, overdue, wake_at
from steps.plan.program import as_json, compile_manifest, is_group
from steps.ports import Clock, Commit, Journal, Ports
from steps.registry import Registry
from steps.sealing import Seals, holds_reference, is_secret_object

IDS = 20
"""Ids that are tried for a new run before giving up."""


class _Written(NamedTuple):
    """A commit under way: `lines` from `first` on, of which `follows` is what the plan added."""

    pending: "asyncio.Future[None]"
    first: int
    lines: tuple[Event, ...]
    follows: tuple[Event, ...]


class Engine:
    """Runs workflows on one journal. An async context manager: entering recovers what a crash left, leaving stops all work.

    `new_id` makes a run's id from its workflow's name. Errors of the journal end the engine: without it nothing may happen.
    """

    def __init__(
        self,
        journal: Journal,
        ports: Ports,
        registry: Registry,
        clock: Clock,
        *,
        new_id: Callable[[str], str],
        limits: Limits | None = None,
    ) -> None:
        self._journal = journal
        self._registry = registry
        self._clock = clock
        self._limits = limits or Limits()
        self._new_id = new_id
        self._stepper = Stepper(registry, ports, clock, self._limits)
        self._live: dict[str, LiveRun] = {}
        self._loading = asyncio.Lock()
        self._followers: dict[str, list[Follower]] = {}
        self._waiters: dict[str, list[asyncio.Future[Run]]] = {}
        self._places = asyncio.Semaphore(self._limits.concurrent_steps)
        self._alarms = Alarms(clock, self._ring)
        self._group = asyncio.TaskGroup()
        self._closing = False

    # --- life --------------------------------------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        await self._group.__aenter__()
        self._alarms.begin(self._group)
        for row in await self._journal.unfinished():
            if row.phase is not RunPhase.SUSPENDING:
                self._group.create_task(self._recover(row.id))
            elif row.wake_at is not None:
                self._alarms.set(row.id, row.wake_at)
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._closing = True
        self._alarms.stop()
        for live in self._live.values():
            for task in live.tasks.values():
                task.cancel()
        for waiter in [waiter for waiters in self._waiters.values() for waiter in waiters]:
            waiter.cancel()
        try:
            await self._group.__aexit__(kind, error, trace)
        except BaseExceptionGroup as group:
            # What the caller raised, or the one fault that ended the engine, is told as itself.
            if group.exceptions == (error,):
                return
            if len(group.exceptions) == 1:
                raise group.exceptions[0] from None
            raise

    @property
    def at_work(self) -> tuple[str, ...]:
        """The ids of the runs that are neither ended nor waiting for people."""
        return tuple(run for run, live in self._live.items() if not live.idle)

    # --- what people do ----------------------------------------------------------------------------------------------

    async def start(self, prepared: Prepared, *, key: str = "", origin: Mapping[str, str] = EMPTY) -> Run:
        """Persist a run and set it going; the same key is the same run.

        Raises `AlreadyRunning` while an unfinished run of the workflow exists in that namespace and cluster, `LimitReached`.
        """
        if key and (row := await self._journal.by_key(key)) is not None:
            return await self.run(row.id)
        if len(self._live) >= self._limits.concurrent_runs:
            raise LimitReached(
                f"{len(self._live)} runs are at work, the limit of this engine (concurrent runs: {self._limits.concurrent_runs}); "
                "try again when one has ended, or raise the limit"
            )
        for _ in range(IDS):
            try:
                return await self._create(prepared, self._new_id(prepared.workflow), key, origin)
            except IdTaken:
                continue
            except AlreadyRunning:
                if key and (row := await self._journal.by_key(key)) is not None:
                    return await self.run(row.id)
                raise
        raise LimitReached(f"no free id was found for a run of {prepared.workflow!r} in {IDS} tries; prune old runs of it")

    async def _create(self, prepared: Prepared, run: str, key: str, origin: Mapping[str, str]) -> Run:
        if run in self._live:
            raise IdTaken(f"a run {run!r} is at work")
        seals = Seals()
        manifest = sealed_manifest(prepared, seals)
        created = RunCreated(
            at=self._clock.now(),
            run=run,
            workflow=prepared.workflow,
            namespace=prepared.namespace,
            cluster=prepared.cluster,
            manifest=as_json(manifest),
            source=prepared.source,
            key=key,
            origin=dict(origin),
            warnings=tuple(str(problem) for problem in prepared.warnings),
        )
        live = LiveRun(begin(created, manifest), compile_manifest(manifest), seals, told=[])
        self._live[run] = live
        await self._carry_through(live, self._record(live, (), before=(created,)))
        return live.run

    async def suspend(self, run: str, *, by: str) -> Run:
        """Pause a run; raises `UnknownRun`, `NotPossibleNow`."""

        def decide(live: LiveRun) -> tuple[Event, tuple[str, ...]]:
            repeatable = {name for name, step_type in self._registry.items() if step_type.repeatable}
            event = commands.suspend(live.run, live.program, at=self._clock.now(), by=by, repeatable=repeatable.__contains__)
            return event, event.steps

        return await self._obey(run, decide)

    async def resume(self, run: str, *, by: str, step: str = "") -> Run:
        """Let a suspended run, or one step of it, go on; raises `UnknownRun`, `NotPossibleNow`."""
        return await self._obey(run, lambda live: (commands.resume(live.run, at=self._clock.now(), by=by, step=step), ()))

    async def terminate(self, run: str, *, by: str) -> Run:
        """End a run; raises `UnknownRun`, `NotPossibleNow`."""
        return await self._obey(run, lambda live: (commands.terminate(live.run, at=self._clock.now(), by=by), tuple(live.tasks)))

    async def restart(self, run: str, *, by: str, step: str = "") -> Run:
        """Run a workflow again, or a failed step of it and what depends on it; raises `UnknownRun`, `NotPossibleNow`, `AlreadyRunning`."""

        def decide(live: LiveRun) -> tuple[Event, tuple[str, ...]]:
            event = commands.restart(live.run, live.program, at=self._clock.now(), by=by, step=step)
            if live.run.ended is not None and holds_reference([node.properties for node in live.program.nodes.values()]):
                raise NotPossibleNow(f"run {run!r} used secrets, and they were deleted when it ended; start the workflow again instead")
            return event, event.cleared if step else tuple(live.tasks)

        return await self._obey(run, decide)

    async def run(self, run: str) -> Run:
        """The run as it stands; raises `UnknownRun`."""
        live = self._live.get(run)
        return live.run if live is not None else fold(event for _, event in await self._events(run))

    async def wait(self, run: str) -> Run:
        """The run once it has ended or waits for people; raises `UnknownRun`."""
        live = self._live.get(run)
        if live is None:
            return await self.run(run)
        if live.idle:
            return live.run
        waiter: asyncio.Future[Run] = asyncio.get_running_loop().create_future()
        waiters = self._waiters.setdefault(run, [])
        waiters.append(waiter)
        return await waiter

    async def follow(self, run: str, after: int = 0) -> AsyncGenerator[tuple[int, Event], None]:
        """The events of a run as they are committed, from `seq > after` on, without end; raises `UnknownRun`."""
        live = self._live.get(run)
        if live is None:
            await self._events(run)
            live = self._live.get(run)
        follower = Follower(run, after, live.told if live is not None else None)
        followers = self._followers.setdefault(run, [])
        followers.append(follower)
        try:
            while True:
                for seq, event in await follower.news(self._journal):
                    yield seq, event
        finally:
            followers.remove(follower)
            if not followers:
                self._followers.pop(run, None)

    # --- one change of a run -----------------------------------------------------------------------------------------

    async def _obey(self, run: str, decide: Callable[[LiveRun], tuple[Event, tuple[str, ...]]]) -> Run:
        live = await self._open(run)
        try:
            event, stopped = decide(live)
        except NotPossibleNow:
            self._retire(live)
            raise
        for name in stopped:
            live.expiring.discard(name)
            if task := live.tasks.pop(name, None):
                task.cancel()
        await self._carry_through(live, self._record(live, (event,)))
        return live.run

    def _record(self, live: LiveRun, events: Sequence[Event], *, before: Sequence[Event] = (), plan: bool = True) -> "_Written":
        """Fold events and what follows from them into the run, and hand them to the journal; nothing is awaited here."""
        first = live.run.seq + 1 - len(before)
        for event in events:
            live.run = follow(live.run, event)
        follows: tuple[Event, ...] = ()
        if plan:
            live.run, follows = advance(live.run, live.program, self._clock.now(), unseal=live.seals.unseal, max_age=self._limits.run_age)
        row = row_of(live.run, live.row, self._limits.run_age)
        quiet, live.row = row is live.row, row
        self._arm(live, row.wake_at)
        lines = (*before, *events, *follows)
        live.commits += 1
        commit = Commit(row, first, lines, live.seals.take_fresh(), forget=live.run.ended is not None and live.seals.used, quiet=quiet)
        return _Written(self._journal.commit(commit), first, lines, follows)

    def _arm(self, live: LiveRun, at: float | None) -> None:
        if at is not None and at != live.wake:
            live.wake = at
            self._alarms.set(live.run.id, at)

    async def _settle(self, live: LiveRun, written: "_Written") -> None:
        """Wait until a commit is on disk, then tell those who follow the run."""
        try:
            await written.pending
        finally:
            live.commits -= 1
        live.tell(written.first, written.lines)
        for follower in self._followers.get(live.run.id, ()):
            follower.push(written.first, written.lines)
        self._retire(live)

    async def _proceed(self, live: LiveRun, *events: Event) -> None:
        written = self._record(live, events)
        await self._settle(live, written)
        self._begin_steps(live, written.follows)

    async def _carry_through(self, live: LiveRun, written: "_Written") -> None:
        """The same for a caller that may go away: what was written is begun, whoever still waits for it."""
        waiting = asyncio.shield(written.pending)
        try:
            await waiting
        except asyncio.CancelledError:
            self._group.create_task(self._carry_on(live, written))
            raise
        except (AlreadyRunning, IdTaken):
            self._live.pop(live.run.id, None)
            raise
        await self._settle(live, written)
        self._begin_steps(live, written.follows)

    async def _carry_on(self, live: LiveRun, written: "_Written") -> None:
        try:
            await self._settle(live, written)
        except (AlreadyRunning, IdTaken):
            self._live.pop(live.run.id, None)
        else:
            self._begin_steps(live, written.follows)

    async def _look(self, live: LiveRun) -> None:
        """See whether time has moved the run: end what is overdue, and let begin what may."""
        now = self._clock.now()
        for name in overdue(live.run, live.program, now):
            if name in live.expiring:
                continue
            if task := live.tasks.pop(name, None):
                task.cancel()
            live.expiring.add(name)
            live.tasks[name] = self._group.create_task(self._expire(live, name))
        if advance(live.run, live.program, now, unseal=live.seals.unseal, max_age=self._limits.run_age)[1]:
            await self._proceed(live)
        else:
            self._arm(live, wake_at(live.run, max_age=self._limits.run_age))
            self._retire(live)

    def _retire(self, live: LiveRun) -> None:
        """Let go of a run in which nothing is under way: it is a row from now on."""
        if not live.idle:
            return
        if self._live.get(live.run.id) is live:
            del self._live[live.run.id]
        for waiter in self._waiters.pop(live.run.id, ()):
            if not waiter.done():
                waiter.set_result(live.run)

    # --- steps -------------------------------------------------------------------------------------------------------

    def _begin_steps(self, live: LiveRun, events: Sequence[Event]) -> None:
        for step in self._due(live, events):
            live.tasks[step] = self._group.create_task(self._work(live, step))

    def _due(self, live: LiveRun, events: Sequence[Event]) -> list[str]:
        """The steps to execute now: those that began in these events, unless somebody stopped them while the commit was under way."""
        if self._closing:
            return []
        return [
            event.step
            for event in events
            if isinstance(event, StepStarted)
            and event.step not in live.tasks
            and not is_group(live.program.nodes[event.step])
            and is_current(live, event)
        ]

    async def _work(self, live: LiveRun, step: str) -> None:
        """Execute a step, and then, in the same task, the first of those that follow it."""
        todo = [step]
        while todo:
            step = todo.pop()
            async with self._places:
                event = await self._stepper.perform(live, step, self._voice(live, step))
            # Nothing is awaited between the end of the step and its record, so nobody can stop it in between.
            live.tasks.pop(step, None)
            written = self._record(live, (event,))
            await self._settle(live, written)
            for name in self._due(live, written.follows):
                if todo:
                    live.tasks[name] = self._group.create_task(self._work(live, name))
                elif task := asyncio.current_task():
                    live.tasks[name] = task
                    todo.append(name)

    async def _expire(self, live: LiveRun, step: str) -> None:
        event = await self._stepper.expire(live, step)
        live.tasks.pop(step, None)
        live.expiring.discard(step)
        await self._proceed(live, event)

    def _voice(self, live: LiveRun, step: str) -> Voice:
        said = 0

        def current() -> bool:
            status = live.run.steps.get(step)
            running = status is not None and status.phase is StepPhase.RUNNING
            return running and not self._closing and live.run.seq < self._limits.events

        def tell(event: StepProgress | StepLogged) -> None:
            written = self._record(live, (event,), plan=False)
            self._group.create_task(self._settle(live, written))

        def progress(text: str) -> None:
            message = self._stepper.words(live, text)
            if current() and live.run.steps[step].message != message:
                tell(StepProgress(self._clock.now(), step, message))

        def log(text: str) -> None:
            nonlocal said
            room = self._limits.log - said
            if not current() or room <= 0:
                return
            line = self._stepper.line(live, text, room)
            said += len(line)
            tell(StepLogged(self._clock.now(), step, line))

        return Voice(progress, log)

    # --- time and crashes --------------------------------------------------------------------------------------------

    async def _ring(self, run: str) -> None:
        if run == SWEEP:
            for row in await self._journal.unfinished():
                if row.wake_at is not None:
                    self._alarms.set(row.id, row.wake_at)
            return
        try:
            live = await self._open(run)
        except UnknownRun:
            return  # pruned while its alarm was set
        live.wake = None
        await self._look(live)

    async def _recover(self, run: str) -> None:
        await self._look(await self._open(run))

    async def _open(self, run: str) -> LiveRun:
        """The run in memory, read from the journal if need be; steps that a crash caught in the middle are dealt with."""
        if run in self._live:
            return self._live[run]
        async with self._loading:
            if run in self._live:
                return self._live[run]
            value = fold(event for _, event in await self._events(run))
            seals = Seals(await self._journal.secrets(run))
            live = LiveRun(value, compile_manifest(value.manifest), seals, row=row_of(value, None, self._limits.run_age))
            self._live[run] = live
        interrupted = [self._interrupted(status) for status in live.run.steps.values() if was_interrupted(live, status)]
        if interrupted:
            await self._carry_through(live, self._record(live, interrupted))
        return live

    def _interrupted(self, status: StepStatus) -> Event:
        now = self._clock.now()
        step_type = self._registry.get(status.type)
        if step_type is not None and step_type.repeatable:
            return StepWaiting(now, status.name, "interrupted when the bot stopped; running again", now)
        why = "may or may not have happened" if step_type is not None else f"cannot go on: step type {status.type!r} is not installed"
        return StepSuspended(
            now,
            status.name,
            f"the bot stopped in the middle of this step, which {why}; resume to run it again, or terminate",
            Reason.INTERRUPTED,
        )

    async def _events(self, run: str) -> list[tuple[int, Event]]:
        events = await self._journal.events(run)
        if not events:
            raise UnknownRun(f"no run is named {run!r}; `promptops runs` lists them")
        return events


def is_current(live: LiveRun, event: StepStarted) -> bool:
    """Whether this start is still what the step is doing."""
    status = live.run.steps.get(event.step)
    return (
        status is not None
        and status.phase is StepPhase.RUNNING
        and status.attempts == event.attempt
        and status.retry_at is None
        and status.last_execute_time == event.at
    )


def was_interrupted(live: LiveRun, status: StepStatus) -> bool:
    """Whether a step was executing when the process ended: it runs, and no time is set for its next try."""
    return status.phase is StepPhase.RUNNING and status.retry_at is None and not is_group(live.program.nodes[status.name])


def sealed_manifest(prepared: Prepared, seals: Seals) -> WorkflowRun:
    """The manifest with the secret values of its steps' properties sealed."""
    manifest = prepared.manifest
    spec = manifest.spec.workflow_spec
    if spec is None or not (prepared.secret_paths or applies_secrets(Same(spec))):
        return manifest

    def properties(step: SubStep) -> dict[str, Any]:
        return seals.seal_properties(step.properties, prepared.secret_paths.get(step.name, ()), step.name)

    steps = tuple(
        step.model_copy(
            update={
                "properties": properties(step),
                "sub_steps": tuple(sub.model_copy(update={"properties": properties(sub)}) for sub in step.sub_steps),
            }
        )
        for step in spec.steps
    )
    return manifest.model_copy(update={"spec": manifest.spec.model_copy(update={"workflow_spec": WorkflowSpec(steps=steps)})})


@lru_cache(maxsize=64)
def applies_secrets(same: Same[WorkflowSpec]) -> bool:
    """Whether a step's properties hold a Kubernetes Secret with data."""
    steps = [each for step in same.item.steps for each in (step, *step.sub_steps)]
    return any(is_secret_object(each.properties) for each in steps)
