"""A whole engine in miniature over the pure plan: no tasks, no disk, a clock of its own.

It executes what the plan begins, ends executions as a script says, and can crash between any two steps: then everything but the encoded
journal is forgotten. Used by the state machine and by the tests that compare a run with and without crashes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from steps.model.events import (
    Event,
    RunCreated,
    StepEnded,
    StepStarted,
    StepSuspended,
    StepWaiting,
    decode,
    encode,
)
from steps.model.manifest import WorkflowRun
from steps.model.phases import Reason, StepPhase
from steps.model.run import Run, begin, fold, follow
from steps.plan import commands
from steps.plan.ending import after_fault
from steps.plan.planning import advance, overdue, wake_at
from steps.plan.program import Program, compile_manifest, is_group

Act = Literal["succeed", "fail", "fault", "wait", "suspend", "nap", "approval", "hang"]
AGE = 10_000_000.0


@dataclass
class Simulation:
    """`script` says, by step, how its executions end one after another; the last entry repeats. `counted` holds real executions."""

    manifest: WorkflowRun
    script: Mapping[str, tuple[Act, ...]]
    now: float = 0.0
    journal: list[bytes] = field(default_factory=list)
    executing: dict[str, int] = field(default_factory=dict)
    ended: dict[str, int] = field(default_factory=dict)
    program: Program = field(init=False)
    run: Run = field(init=False)

    def __post_init__(self) -> None:
        self.program = compile_manifest(self.manifest)
        body = self.manifest.model_dump(by_alias=True, mode="json")
        created = RunCreated(0.0, "run", "workflow", "default", "test", body)
        self.run = begin(created, self.manifest)
        self.journal.append(encode(created))
        self.record()

    def record(self, *events: Event) -> None:
        """Fold events and what follows, write them, and begin what is to be executed."""
        for event in events:
            self.run = follow(self.run, event)
        paused = self.run.suspended
        self.run, follows = advance(self.run, self.program, self.now, max_age=AGE)
        assert not (paused and follows), "a paused run went on by itself"
        self.journal += [encode(event) for event in (*events, *follows)]
        for step in (event.step for event in follows if isinstance(event, StepStarted)):
            if is_group(self.program.nodes[step]):
                continue
            assert step not in self.executing, f"{step} begins while it is executing"
            self.executing[step] = self.run.steps[step].attempts

    def act(self, step: str) -> Act:
        """What the script says of this execution; executions that a crash cut off do not count."""
        lines = self.script[step]
        return lines[min(self.ended.get(step, 0), len(lines) - 1)]

    def finish(self, step: str) -> None:
        """End an execution as the script says; one that hangs stays."""
        act = self.act(step)
        if act == "hang":
            return
        del self.executing[step]
        self.ended[step] = self.ended.get(step, 0) + 1
        status = self.run.steps[step]
        outputs = {name: f"{step}.{name}" for name, _ in self.program.nodes[step].outputs}
        match act:
            case "succeed":
                self.record(StepEnded(self.now, step, StepPhase.SUCCEEDED, outputs=outputs))
            case "fail":
                self.record(StepEnded(self.now, step, StepPhase.FAILED, Reason.ACTION, "no", outputs=outputs))
            case "fault":
                self.record(
                    after_fault(status, self.now, "fault", lambda reason, text: StepEnded(self.now, step, StepPhase.FAILED, reason, text))
                )
            case "wait":
                self.record(StepWaiting(self.now, step, "not yet", self.now + 2))
            case "suspend":
                self.record(StepSuspended(self.now, step, "wait for me"))
            case "nap":
                self.record(StepSuspended(self.now, step, "for a while", until=self.now + 5))
            case "approval":
                self.record(StepSuspended(self.now, step, "may I?", Reason.APPROVAL_REQUIRED))
        assert step not in self.executing, f"{step} went on at once after {act!r}"
        if act in {"suspend", "nap", "approval"} and not self.run.terminated:
            assert self.run.steps[step].phase is StepPhase.SUSPENDING, f"nobody was asked about {step}"

    def pass_time(self) -> None:
        """Move the clock to the next moment at which something happens by itself, and let it happen."""
        at = wake_at(self.run, max_age=AGE)
        assert at is not None
        self.now = max(self.now, at)
        for step in overdue(self.run, self.program, self.now):
            self.executing.pop(step, None)
            self.record(StepEnded(self.now, step, StepPhase.FAILED, Reason.TIMEOUT, "too late"))
        self.record()

    def crash(self) -> None:
        """Forget everything but the journal, and recover as the engine does for repeatable steps."""
        self.run = fold(decode(line) for line in self.journal)
        self.executing.clear()
        caught = [
            StepWaiting(self.now, status.name, "interrupted", self.now)
            for status in self.run.steps.values()
            if status.phase is StepPhase.RUNNING and status.retry_at is None and status.type != "step-group"
        ]
        self.record(*caught)

    def resume(self) -> None:
        """A person lets every waiting step go on."""
        self.record(commands.resume(self.run, at=self.now, by="somebody"))

    @property
    def waits(self) -> bool:
        """Whether a step waits for a person."""
        return any(status.phase is StepPhase.SUSPENDING for status in self.run.steps.values())

    def play(self, crashes: frozenset[int] = frozenset()) -> "Simulation":
        """Run to the end, the oldest execution first, resuming what waits; crash after the numbered moves."""
        for move in range(2000):
            if self.run.ended is not None:
                return self
            if move in crashes:
                self.crash()
            ready = [step for step in sorted(self.executing, key=self.order) if self.act(step) != "hang"]
            if ready:
                self.finish(ready[0])
            elif self.waits:
                self.resume()
            else:
                self.pass_time()
        raise AssertionError(f"the run is stuck in {self.run.phase}: {self.run.steps}")

    def order(self, step: str) -> int:
        """The place of a step in the manifest."""
        return list(self.program.nodes).index(step)

    @property
    def result(self) -> dict[str, object]:
        """What the run came to, without times and attempts."""
        steps = {name: (status.phase.value, status.reason.value) for name, status in self.run.steps.items()}
        return {"phase": self.run.phase.value, "steps": dict(sorted(steps.items())), "outputs": dict(sorted(self.run.outputs.items()))}

    def starts(self, step: str) -> int:
        """How often the journal says that a step began."""
        return sum(isinstance(event, StepStarted) and event.step == step for event in map(decode, self.journal))
