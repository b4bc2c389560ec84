"""Limits hold, and say so where a person looks."""

from steps.engine.limits import Limits
from steps.model.events import StepLogged, StepProgress
from tests.steps.engine.playground import Playground, phases


async def test_a_log_is_cut_at_its_limit_and_says_so() -> None:
    ground = Playground(limits=Limits(log=10))
    steps = "- {name: a, type: work, properties: {do: ['log 0123456789abcdef']}}\n"
    async with ground.engine() as engine:
        run = await ground.play(engine, (await engine.start(ground.prepare(steps))).id)
    logged = [event.text for _, event in await ground.journal.events(run.id) if isinstance(event, StepLogged)]
    assert logged == ["0123456789\n… cut: the limit for one step's log was reached"]


async def test_an_output_that_is_too_large_is_null_with_the_reason() -> None:
    ground = Playground(limits=Limits(output=1024))
    steps = f"- {{name: a, type: work, properties: {{text: {'x' * 2000}}}, outputs: [{{name: v, valueFrom: result}}]}}\n"
    async with ground.engine() as engine:
        run = await ground.play(engine, (await engine.start(ground.prepare(steps))).id)
    assert run.outputs["a"] == {"v": None}
    assert run.steps["a"].output_errors == ("output 'v' is null: it is larger than 1 KiB, the limit for one output",)


async def test_a_message_is_cut_to_what_a_person_reads() -> None:
    ground = Playground(limits=Limits(message=20))
    async with ground.engine() as engine:
        run = await ground.play(
            engine, (await engine.start(ground.prepare(f"- {{name: a, type: work, properties: {{do: [fail {'y' * 90}]}}}}\n"))).id
        )
    assert run.steps["a"].message == "y" * 19 + "…"


async def test_past_the_limit_of_events_progress_is_dropped_and_what_happens_to_steps_is_kept() -> None:
    ground = Playground(limits=Limits(events=4))
    steps = "".join(f"- {{name: s{number}, type: work, timeout: 5s, if: always, properties: {{do: [hang]}}}}\n" for number in range(3))
    async with ground.engine() as engine:
        run = await ground.play(engine, (await engine.start(ground.prepare(steps))).id)
    assert phases(run) == {"s0": "failed Timeout", "s1": "failed Timeout", "s2": "failed Timeout"}
    said = [event.step for _, event in await ground.journal.events(run.id) if isinstance(event, StepProgress)]
    assert said == ["s0"]
