"""The plan's invariants: never stuck, lost or double; a crash between any two steps changes nothing."""

import os

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from steps.model.events import decode
from steps.model.manifest import GROUP_TYPE
from steps.model.phases import StepPhase
from steps.model.run import fold
from steps.model.status import StepStatus
from steps.plan import commands
from steps.plan.planning import advance, wake_at
from tests.steps.plan.simulation import AGE, Simulation
from tests.steps.plan.workflows import scripts, workflows

EXAMPLES = 4000 if os.environ.get("PROMPTOPS_LONG_TESTS") else 300
LEGAL = {
    StepPhase.RUNNING: set(StepPhase) - {StepPhase.PENDING},
    StepPhase.SUSPENDING: {StepPhase.SUSPENDING, StepPhase.RUNNING, StepPhase.SUCCEEDED, StepPhase.FAILED},
    StepPhase.FAILED: {StepPhase.FAILED, StepPhase.RUNNING, StepPhase.SUSPENDING},
    StepPhase.SUCCEEDED: {StepPhase.SUCCEEDED},
    StepPhase.SKIPPED: {StepPhase.SKIPPED},
}


class PlanMachine(RuleBasedStateMachine):
    """People, time and crashes act on a random workflow in random order."""

    simulation: Simulation
    seen: dict[str, StepStatus]

    @initialize(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        manifest = data.draw(workflows())
        self.simulation = Simulation(manifest, data.draw(scripts(manifest)))
        self.seen = {}

    @property
    def busy(self) -> bool:
        return any(self.simulation.act(step) != "hang" for step in self.simulation.executing)

    @precondition(lambda self: self.busy)
    @rule(data=st.data())
    def a_step_ends(self, data: st.DataObject) -> None:
        ready = [step for step in sorted(self.simulation.executing) if self.simulation.act(step) != "hang"]
        self.simulation.finish(data.draw(st.sampled_from(ready)))

    @rule()
    def the_process_crashes(self) -> None:
        if self.simulation.run.ended is None:
            self.simulation.crash()

    @rule()
    def time_passes(self) -> None:
        if self.simulation.run.ended is None and wake_at(self.simulation.run, max_age=AGE) != AGE:
            self.simulation.pass_time()

    @precondition(lambda self: self.simulation.run.ended is None and self.simulation.run.suspended)
    @rule()
    def time_passes_while_the_run_is_paused(self) -> None:
        self.simulation.now += 100.0
        self.simulation.record()

    @precondition(lambda self: self.simulation.run.ended is None and (self.simulation.waits or self.simulation.run.suspended))
    @rule()
    def somebody_resumes(self) -> None:
        self.simulation.resume()

    @precondition(lambda self: self.simulation.run.ended is None and not self.simulation.run.suspended)
    @rule()
    def somebody_suspends(self) -> None:
        simulation = self.simulation
        event = commands.suspend(simulation.run, simulation.program, at=simulation.now, by="p", repeatable=lambda _: True)
        for step in event.steps:
            simulation.executing.pop(step, None)
        simulation.record(event)

    @precondition(lambda self: self.simulation.run.ended is None and not self.simulation.run.terminated)
    @rule()
    def somebody_terminates(self) -> None:
        self.simulation.executing.clear()
        self.simulation.record(commands.terminate(self.simulation.run, at=self.simulation.now, by="p"))

    @precondition(lambda self: self.simulation.run.ended is not None)
    @rule(data=st.data())
    def somebody_restarts(self, data: st.DataObject) -> None:
        simulation = self.simulation
        failed = [name for name, status in simulation.run.steps.items() if status.phase is StepPhase.FAILED]
        step = data.draw(st.sampled_from(["", *failed]))
        simulation.executing.clear()
        event = commands.restart(simulation.run, simulation.program, at=simulation.now, by="p", step=step)
        cleared = set(event.cleared) if step else set(simulation.run.steps)
        self.seen = {
            name: status
            for name, status in self.seen.items()
            if name not in cleared and not cleared.intersection(simulation.program.nodes[name].children)
        }
        simulation.record(event)

    def teardown(self) -> None:
        """The run is always the fold of its journal."""
        if hasattr(self, "simulation"):
            assert fold(map(decode, self.simulation.journal)) == self.simulation.run

    @invariant()
    def phases_change_only_as_they_may(self) -> None:
        if not hasattr(self, "simulation"):
            return
        for name, status in self.simulation.run.steps.items():
            before = self.seen.get(name)
            if before is None or self.simulation.program.nodes[name].type == GROUP_TYPE:
                continue
            assert status.phase in LEGAL[before.phase], (name, before, status)
            assert not before.finished or status == before, (name, before, status)
        assert set(self.seen) <= set(self.simulation.run.steps), "a step was lost"
        self.seen = dict(self.simulation.run.steps)

    @invariant()
    def what_executes_is_running_and_nothing_else_is(self) -> None:
        if not hasattr(self, "simulation"):
            return
        running = {
            name
            for name, status in self.simulation.run.steps.items()
            if status.phase is StepPhase.RUNNING and status.retry_at is None and status.type != GROUP_TYPE
        }
        assert running == set(self.simulation.executing)

    @invariant()
    def no_step_begins_before_what_it_depends_on_has_ended(self) -> None:
        if not hasattr(self, "simulation"):
            return
        run = self.simulation.run
        for name in self.simulation.executing:
            node = self.simulation.program.nodes[name]
            assert all(run.steps[other].finished for other in (*node.depends_on, *node.awaits)), name
            assert not node.parent or not run.steps[node.parent].finished

    @invariant()
    def the_run_is_never_stuck(self) -> None:
        if not hasattr(self, "simulation"):
            return
        simulation = self.simulation
        if simulation.run.ended is not None:
            assert not simulation.executing
            assert all(status.finished for status in simulation.run.steps.values())
            assert set(simulation.run.steps) == set(simulation.program.nodes)
        elif not simulation.executing and not simulation.waits and not simulation.run.suspended:
            assert wake_at(simulation.run, max_age=AGE) != AGE, simulation.run.steps

    @invariant()
    def planning_again_changes_nothing(self) -> None:
        if hasattr(self, "simulation"):
            assert advance(self.simulation.run, self.simulation.program, self.simulation.now, max_age=AGE)[1] == ()


PlanMachine.TestCase.settings = settings(
    max_examples=EXAMPLES, stateful_step_count=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TestPlanMachine = pytest.mark.long(PlanMachine.TestCase)


@given(data=st.data())
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_run_with_crashes_ends_as_the_run_without_them(data: st.DataObject) -> None:
    manifest = data.draw(workflows())
    script = data.draw(scripts(manifest))
    calm = Simulation(manifest, script).play()
    crashes = frozenset(data.draw(st.lists(st.integers(0, 30), max_size=5)))
    assume(crashes)
    assert Simulation(manifest, script).play(crashes).result == calm.result
