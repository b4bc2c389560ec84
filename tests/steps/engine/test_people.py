"""What people do to runs: suspend, resume, terminate, restart; and what they may not do."""

import asyncio

import pytest

from steps.engine.limits import Limits
from steps.errors import AlreadyRunning, LimitReached, NotPossibleNow, UnknownRun
from tests.steps.engine.playground import Playground, phases

TWO = """
- {name: a, type: suspend, properties: {message: please look}}
- {name: b, type: work}
"""


async def test_resume_ends_a_suspend_step_with_success() -> None:
    ground = Playground()
    async with ground.engine() as engine:
        run = await ground.play(engine, (await engine.start(ground.prepare(TWO))).id)
        assert (run.phase, run.steps["a"].message) == ("suspending", "please look")
        await engine.resume(run.id, by="ann")
        run = await ground.play(engine, run.id)
        assert phases(run) == {"a": "succeeded", "b": "succeeded"}


async def test_resume_beats_a_duration() -> None:
    ground = Playground()
    async with ground.engine() as engine:
        run = await engine.start(ground.prepare("- {name: a, type: suspend, properties: {duration: 1h}}\n- {name: b, type: work}\n"))
        await ground.settle(engine, run.id)
        await engine.resume(run.id, by="ann")
        run = await ground.settle(engine, run.id)
        assert (phases(run), ground.clock.now()) == ({"a": "succeeded", "b": "succeeded"}, 1000.0)


async def test_resume_of_one_step_leaves_the_other_waiting() -> None:
    ground = Playground()
    async with ground.engine() as engine:
        run = await engine.start(ground.prepare("- {name: a, type: suspend}\n- {name: b, type: suspend}\n", mode="{steps: DAG}"))
        await ground.settle(engine, run.id)
        await engine.resume(run.id, by="ann", step="b")
        assert phases(await ground.settle(engine, run.id)) == {"a": "suspending Suspend", "b": "succeeded"}


async def test_suspend_stops_a_repeatable_step_and_resume_runs_it_again() -> None:
    ground = Playground()
    async with ground.engine() as engine:
        run = await engine.start(ground.prepare("- {name: a, type: work, properties: {do: [hang, succeed]}}\n"))
        await ground.settle(engine, run.id)
        await engine.suspend(run.id, by="ann")
        suspended = await ground.play(engine, run.id)
        assert (suspended.phase, phases(suspended)) == ("suspending", {"a": "suspending Wait"})
        await engine.resume(run.id, by="ann")
        assert phases(await ground.settle(engine, run.id)) == {"a": "succeeded"}
        assert ground.world.count("a") == 2


async def test_suspend_lets_a_step_finish_that_must_not_be_repeated() -> None:
    ground = Playground()
    async with ground.engine() as engine:
        run = await engine.start(ground.prepare("- {name: a, type: once, properties: {do: [hang]}}\n- {name: b, type: work}\n"))
        await ground.settle(engine, run.id)
        await engine.suspend(run.id, by="ann")
        suspended = await ground.settle(engine, run.id)
        assert (suspended.phase, phases(suspended)) == ("suspending", {"a": "running Wait"})


async def test_a_time_out_does_not_run_while_a_person_has_paused_the_run() -> None:
    ground = Playground()
    async with ground.engine() as engine:
        run = await engine.start(ground.prepare("- {name: a, type: work, timeout: 10s, properties: {do: [hang]}}\n"))
        await ground.settle(engine, run.id)
        ground.clock.advance(4)
        await engine.suspend(run.id, by="ann")
        ground.clock.advance(1000)
        assert phases(await ground.settle(engine, run.id)) == {"a": "suspending Wait"}
        await engine.resume(run.id, by="ann")
        ended = await ground.play(engine, run.id)
        assert phases(ended) == {"a": "failed Timeout"}
        assert ended.steps["a"].ended_at == pytest.approx(1000.0 + 1000 + 10)


async def test_terminate_fails_what_runs_skips_what_follows_and_still_runs_what_handles_it() -> None:
    ground = Playground()
    steps = """
    - {name: w, type: work, properties: {do: [hang]}}
    - {name: next, type: work}
    - {name: clean, type: work, if: always}
    - {name: note, type: work, if: status.w.terminate}
    """
    async with ground.engine() as engine:
        run = await engine.start(ground.prepare(steps))
        await ground.settle(engine, run.id)
        await engine.terminate(run.id, by="ann")
        ended = await ground.settle(engine, run.id)
    assert ended.phase == "terminated"
    assert phases(ended) == {"w": "failed Terminate", "next": "skipped Skip", "clean": "succeeded", "note": "succeeded"}
    assert ended.steps["w"].message == "terminated by ann"


async def test_a_terminated_producer_never_leaves_its_reader_pending() -> None:
    ground = Playground()
    steps = """
    - {name: w, type: work, properties: {do: [hang]}, outputs: [{name: v, valueFrom: result}]}
    - {name: r, type: work, if: always, inputs: [{from: v, parameterKey: value}]}
    """
    async with ground.engine() as engine:
        run = await engine.start(ground.prepare(steps))
        await ground.settle(engine, run.id)
        await engine.terminate(run.id, by="ann")
        assert phases(await ground.settle(engine, run.id)) == {"w": "failed Terminate", "r": "succeeded"}
    assert ground.world.given["r"].value is None


async def test_restart_of_a_failed_step_runs_it_and_what_follows_again_with_new_ids() -> None:
    ground = Playground()
    steps = """
    - {name: a, type: work, outputs: [{name: v, valueFrom: result}]}
    - {name: b, type: work, properties: {do: [fail, succeed]}, inputs: [{from: v, parameterKey: text}]}
    - {name: c, type: work}
    """
    async with ground.engine() as engine:
        run = await ground.play(engine, (await engine.start(ground.prepare(steps))).id)
        assert run.phase == "failed"
        await engine.restart(run.id, by="ann", step="b")
        again = await ground.play(engine, run.id)
    assert phases(again) == {"a": "succeeded", "b": "succeeded", "c": "succeeded"}
    assert ground.world.executed == ["a", "b", "b", "c"]
    assert again.steps["a"].id == run.steps["a"].id
    assert again.steps["b"].id != run.steps["b"].id


async def test_restart_in_a_dag_clears_only_what_depends_on_the_step() -> None:
    ground = Playground()
    steps = """
    - {name: a, type: work, properties: {do: [fail, succeed]}, outputs: [{name: v, valueFrom: result}]}
    - {name: other, type: work}
    - {name: by-input, type: work, if: always, inputs: [{from: v, parameterKey: text}]}
    - {name: by-if, type: work, if: status.a.succeeded}
    - {name: by-depends, type: work, dependsOn: [by-if]}
    """
    async with ground.engine() as engine:
        run = await ground.play(engine, (await engine.start(ground.prepare(steps, mode="{steps: DAG}"))).id)
        before = len(ground.world.executed)
        await engine.restart(run.id, by="ann", step="a")
        again = await ground.play(engine, run.id)
    assert sorted(ground.world.executed[before:]) == ["a", "by-depends", "by-if", "by-input"]
    assert again.phase == "succeeded"


async def test_restart_of_a_sub_step_reopens_its_group_and_what_comes_after() -> None:
    ground = Playground()
    steps = """
    - name: g
      type: step-group
      subSteps: [{name: x, type: work, properties: {do: [fail, succeed]}}, {name: k, type: work}]
    - {name: z, type: work}
    """
    async with ground.engine() as engine:
        run = await ground.play(engine, (await engine.start(ground.prepare(steps))).id)
        assert phases(run) == {"g": "failed Action", "x": "failed Action", "k": "succeeded", "z": "skipped Skip"}
        await engine.restart(run.id, by="ann", step="x")
        again = await ground.play(engine, run.id)
    assert phases(again) == {"g": "succeeded", "k": "succeeded", "x": "succeeded", "z": "succeeded"}
    assert ground.world.count("k") == 1


async def test_restart_of_everything_begins_anew() -> None:
    ground = Playground()
    async with ground.engine() as engine:
        run = await ground.play(engine, (await engine.start(ground.prepare("- {name: a, type: work}\n- {name: b, type: work}\n"))).id)
        await engine.restart(run.id, by="ann")
        await ground.play(engine, run.id)
    assert ground.world.executed == ["a", "b", "a", "b"]


async def test_a_second_run_of_an_unfinished_workflow_points_to_the_first() -> None:
    ground = Playground()
    async with ground.engine() as engine:
        run = await engine.start(ground.prepare(TWO))
        with pytest.raises(AlreadyRunning, match=f"already running in namespace 'default' of cluster 'test', as run '{run.id}'"):
            await engine.start(ground.prepare(TWO))
        elsewhere = await engine.start(ground.prepare(TWO, namespace="staging"))
        assert elsewhere.id != run.id


async def test_the_same_key_is_the_same_run() -> None:
    ground = Playground()
    async with ground.engine() as engine:
        first = await engine.start(ground.prepare(TWO), key="event-1")
        second = await engine.start(ground.prepare(TWO), key="event-1")
        assert first.id == second.id


REFUSALS = [
    ("resume", {}, "it does not wait for anybody"),
    ("resume", {"step": "b"}, "step 'b' of run 'flow-1' does not wait"),
    ("restart", {"step": "nope"}, "has no step 'nope'"),
    ("restart", {"step": "a"}, "only a failed step can be restarted"),
]


@pytest.mark.parametrize(("verb", "options", "said"), REFUSALS)
async def test_what_is_not_possible_now_is_refused_with_the_reason(verb: str, options: dict[str, str], said: str) -> None:
    ground = Playground()
    async with ground.engine() as engine:
        run = await engine.start(ground.prepare("- {name: a, type: work, properties: {do: [hang]}}\n"))
        with pytest.raises(NotPossibleNow, match=said):
            await getattr(engine, verb)(run.id, by="ann", **options)


@pytest.mark.parametrize("verb", ["suspend", "resume", "terminate"])
async def test_a_run_that_has_ended_takes_no_more_orders(verb: str) -> None:
    ground = Playground()
    async with ground.engine() as engine:
        run = await ground.play(engine, (await engine.start(ground.prepare("- {name: a, type: work}\n"))).id)
        with pytest.raises(NotPossibleNow, match="ended"):
            await getattr(engine, verb)(run.id, by="ann")
        assert engine.at_work == ()


async def test_an_unknown_run_is_named() -> None:
    ground = Playground()
    async with ground.engine() as engine:
        with pytest.raises(UnknownRun, match="no run is named 'nope'"):
            await engine.terminate("nope", by="ann")


async def test_too_many_runs_at_work_are_refused_with_the_limit() -> None:
    ground = Playground(limits=Limits(concurrent_runs=1))
    async with ground.engine() as engine:
        await engine.start(ground.prepare("- {name: a, type: work, properties: {do: [hang]}}\n"))
        with pytest.raises(LimitReached, match="1 runs are at work, the limit"):
            await engine.start(ground.prepare(TWO, name="other"))


async def test_suspended_runs_do_not_count_as_work() -> None:
    ground = Playground(limits=Limits(concurrent_runs=1))
    async with ground.engine() as engine:
        for number in range(5):
            run = await engine.start(ground.prepare(TWO, name=f"flow{number}"))
            await ground.settle(engine, run.id)
        assert engine.at_work == ()


async def test_a_run_ends_when_it_is_too_old() -> None:
    ground = Playground(limits=Limits(run_age=100.0))
    async with ground.engine() as engine:
        run = await ground.play(engine, (await engine.start(ground.prepare(TWO))).id)
        assert (run.phase, run.ended_at) == ("failed", 1100.0)
        assert "the limit for a run's age" in run.message


async def test_only_so_many_steps_execute_at_once() -> None:
    ground = Playground(limits=Limits(concurrent_steps=2))
    steps = "".join(f"- {{name: s{number}, type: work, properties: {{do: [hang]}}}}\n" for number in range(5))
    async with ground.engine() as engine:
        run = await engine.start(ground.prepare(steps, mode="{steps: DAG}"))
        await ground.settle(engine, run.id)
        assert len(ground.world.executed) == 2


async def test_independent_steps_of_a_dag_run_at_the_same_time() -> None:
    ground = Playground()
    steps = "".join(f"- {{name: s{number}, type: work, properties: {{do: [hang]}}}}\n" for number in range(5))
    async with ground.engine() as engine:
        run = await engine.start(ground.prepare(steps, mode="{steps: DAG}"))
        await ground.settle(engine, run.id)
        assert sorted(ground.world.executed) == ["s0", "s1", "s2", "s3", "s4"]


async def test_a_run_never_takes_the_id_of_another() -> None:
    ground = Playground()
    async with ground.engine() as engine:
        first = await ground.play(engine, (await engine.start(ground.prepare("- {name: a, type: work}\n"))).id)
        ground.names = 0
        second = await engine.start(ground.prepare("- {name: a, type: work}\n"))
        assert (first.id, second.id) == ("flow-1", "flow-2")


async def test_ids_that_are_all_taken_are_a_clear_refusal() -> None:
    ground = Playground()
    async with ground.engine() as engine:
        ground.same_id = True
        await ground.play(engine, (await engine.start(ground.prepare("- {name: a, type: work}\n"))).id)
        with pytest.raises(LimitReached, match="no free id was found for a run of 'flow'"):
            await engine.start(ground.prepare("- {name: a, type: work}\n"))


async def test_a_caller_that_goes_away_leaves_the_run_at_work() -> None:
    ground = Playground()
    async with ground.engine() as engine:
        ground.journal.hold()
        for go_away_after in (1, 3):
            async with asyncio.TaskGroup() as callers:
                run = ground.prepare("- {name: a, type: work}\n", name=f"flow{go_away_after}")
                caller = callers.create_task(engine.start(run))
                for _ in range(go_away_after):
                    await asyncio.sleep(0)
                caller.cancel()
        ground.journal.flush()
        for _ in range(20):
            await asyncio.sleep(0)
            ground.journal.flush()
        assert [(await engine.run(row.id)).phase for row in await ground.journal.rows()] == ["succeeded", "succeeded"]
