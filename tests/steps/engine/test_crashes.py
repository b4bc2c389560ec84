"""A stop of the process in the middle: what was committed goes on, what may be repeated is, what may not be asks."""

from steps.model.events import StepLogged, StepStarted
from tests.steps.engine.playground import Playground, World, phases


async def test_a_repeatable_step_caught_in_the_middle_runs_again() -> None:
    ground = Playground()
    async with ground.engine() as engine:
        run = await engine.start(ground.prepare("- {name: a, type: work, properties: {do: [hang, succeed]}}\n- {name: b, type: work}\n"))
        await ground.settle(engine, run.id)
    async with ground.engine() as engine:
        assert phases(await ground.settle(engine, run.id)) == {"a": "succeeded", "b": "succeeded"}
    assert ground.world.executed == ["a", "a", "b"]


async def test_a_step_that_must_not_be_repeated_suspends_and_asks() -> None:
    ground = Playground()
    async with ground.engine() as engine:
        run = await engine.start(ground.prepare("- {name: a, type: once, properties: {do: [hang, succeed]}}\n"))
        await ground.settle(engine, run.id)
    async with ground.engine() as engine:
        asks = await ground.settle(engine, run.id)
        assert phases(asks) == {"a": "suspending Interrupted"}
        assert "may or may not have happened" in asks.steps["a"].message
        assert ground.world.count("a") == 1
        await engine.resume(run.id, by="ann")
        assert phases(await ground.settle(engine, run.id)) == {"a": "succeeded"}


async def test_retries_are_counted_across_a_crash() -> None:
    ground = Playground()
    async with ground.engine() as engine:
        run = await engine.start(ground.prepare("- {name: a, type: work, properties: {do: [fault]}}\n"))
        await ground.play(engine, run.id, until=4)
    assert (await ground.journal.events(run.id))[-1]
    async with ground.engine() as engine:
        ended = await ground.play(engine, run.id)
    assert phases(ended) == {"a": "failed FailedAfterRetries"}
    assert ground.world.count("a") == 11


async def test_a_time_out_that_passed_while_nobody_was_there_ends_the_step() -> None:
    ground = Playground()
    steps = "- {name: a, type: work, timeout: 10s, properties: {do: [hang], value: v}, outputs: [{name: o, valueFrom: output.value}]}\n"
    async with ground.engine() as engine:
        run = await engine.start(ground.prepare(steps))
        await ground.settle(engine, run.id)
    ground.clock.advance(60)
    async with ground.engine() as engine:
        ended = await ground.settle(engine, run.id)
    assert phases(ended) == {"a": "failed Timeout"}
    assert ended.outputs["a"] == {"o": "fresh v"}
    assert ground.world.count("a") == 1


async def test_a_duration_that_passed_while_nobody_was_there_goes_on() -> None:
    ground = Playground()
    async with ground.engine() as engine:
        run = await engine.start(ground.prepare("- {name: a, type: suspend, properties: {duration: 10s}}\n- {name: b, type: work}\n"))
        await ground.settle(engine, run.id)
    ground.clock.advance(60)
    async with ground.engine() as engine:
        assert phases(await ground.play(engine, run.id)) == {"a": "succeeded", "b": "succeeded"}


async def test_a_run_waits_for_its_person_across_a_crash() -> None:
    ground = Playground()
    async with ground.engine() as engine:
        run = await engine.start(ground.prepare("- {name: a, type: suspend}\n- {name: b, type: work}\n"))
        await ground.settle(engine, run.id)
    async with ground.engine() as engine:
        assert engine.at_work == ()
        await engine.resume(run.id, by="ann")
        assert phases(await ground.settle(engine, run.id)) == {"a": "succeeded", "b": "succeeded"}


async def test_no_step_begins_before_its_start_is_on_disk() -> None:
    ground = Playground()
    async with ground.engine() as engine:
        run = await engine.start(ground.prepare("- {name: a, type: work, properties: {do: [wait, succeed]}}\n- {name: b, type: work}\n"))
        await ground.settle(engine, run.id)
        ground.journal.hold()
        ground.clock.advance(2)
        await ground.settle(engine, run.id)
        assert ground.world.executed == ["a"], "its second start waits for the disk"
        ground.journal.flush()
        await ground.settle(engine, run.id)
        assert ground.world.executed == ["a", "a"]
        ground.journal.flush()
        await ground.settle(engine, run.id)
        assert ground.world.executed == ["a", "a", "b"], "the end of a and the start of b are one commit"
        ground.journal.flush()


async def test_a_step_type_that_was_removed_asks_instead_of_guessing() -> None:
    ground = Playground()
    async with ground.engine() as engine:
        run = await engine.start(ground.prepare("- {name: a, type: work, properties: {do: [hang]}}\n"))
        await ground.settle(engine, run.id)

    bare = Playground(journal=ground.journal, clock=ground.clock, world=World(), missing="work")
    async with bare.engine() as engine:
        asks = await bare.settle(engine, run.id)
    assert phases(asks) == {"a": "suspending Interrupted"}
    assert "step type 'work' is not installed" in asks.steps["a"].message


async def test_what_a_step_logs_is_in_the_journal_and_bounded() -> None:
    ground = Playground()
    async with ground.engine() as engine:
        run = await ground.play(engine, (await engine.start(ground.prepare("- {name: a, type: work, properties: {do: [log hello]}}\n"))).id)
    events = [event for _, event in await ground.journal.events(run.id)]
    assert [event.text for event in events if isinstance(event, StepLogged)] == ["hello"]
    assert [event.step for event in events if isinstance(event, StepStarted)] == ["a"]
