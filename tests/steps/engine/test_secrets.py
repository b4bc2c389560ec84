"""Secrets stay home: sealed in the journal, real for steps, hidden from people, gone when the run ends."""

import base64
from typing import Any

import pytest

from steps.context import StepContext
from steps.errors import NotPossibleNow
from steps.model.events import encode
from steps.model.outcome import Outcome, Succeeded
from steps.registry import Parameters, step_type
from tests.fakes.cluster import FakeCluster
from tests.steps.engine.playground import Playground, Work, phases

CANARY = "sk-canary-0123456789abcdef"
WORD = "correct-horse-battery"


class OneCluster:
    """A fake cluster under the name `test`."""

    names = ("test", "prod")
    default = "test"

    def __init__(self, cluster: FakeCluster) -> None:
        self._cluster = cluster

    def protected(self, name: str) -> bool:
        """Never."""
        return name != "test"

    async def get(self, name: str) -> Any:
        """The one."""
        assert name == "test"
        return self._cluster


async def journal_text(ground: Playground, run: str) -> str:
    """Everything that the journal holds of a run in the clear."""
    events = b"".join(encode(event) for _, event in await ground.journal.events(run))
    return events.decode() + str(await ground.journal.row(run))


async def test_a_token_in_a_manifest_is_sealed_and_the_step_gets_the_real_one() -> None:
    ground = Playground()
    steps = f"- {{name: a, type: suspend}}\n- {{name: b, type: work, properties: {{token: {CANARY}}}}}\n"
    async with ground.engine() as engine:
        run = await ground.play(engine, (await engine.start(ground.prepare(steps))).id)
        assert CANARY not in await journal_text(ground, run.id)
        assert CANARY in str(await ground.journal.secrets(run.id))
        await engine.resume(run.id, by="ann")
        await ground.play(engine, run.id)
    assert ground.world.given["b"].token.get_secret_value() == CANARY
    assert CANARY not in await journal_text(ground, run.id)
    assert await ground.journal.secrets(run.id) == {}, "deleted when the run ends"


async def test_a_secret_that_a_manifest_applies_is_sealed_too() -> None:
    ground = Playground()
    word = base64.b64encode(WORD.encode()).decode()
    secret = f"{{kind: Secret, metadata: {{name: db}}, stringData: {{token: {CANARY}}}, data: {{password: {word}}}}}"
    steps = f"""
    - {{name: a, type: work, properties: {{value: {{items: [{secret}]}}}}}}
    - {{name: b, type: suspend, if: always}}
    """
    async with ground.engine() as engine:
        run = await ground.play(engine, (await engine.start(ground.prepare(steps))).id)
        said = await journal_text(ground, run.id)
    given = ground.world.given["a"].value["items"][0]
    assert (given["stringData"], given["data"]) == ({"token": CANARY}, {"password": word})
    assert not [canary for canary in (CANARY, word, WORD) if canary in said]


async def test_a_token_survives_a_crash_sealed() -> None:
    ground = Playground()
    steps = f"- {{name: a, type: suspend}}\n- {{name: b, type: work, properties: {{token: {CANARY}}}}}\n"
    async with ground.engine() as engine:
        run = await ground.play(engine, (await engine.start(ground.prepare(steps))).id)
    async with ground.engine() as engine:
        await engine.resume(run.id, by="ann")
        await ground.play(engine, run.id)
    assert ground.world.given["b"].token.get_secret_value() == CANARY


@pytest.mark.parametrize(
    "do", ["fail the key TOKEN was refused", "fault the key TOKEN was refused", "log using TOKEN", "hang asking with TOKEN"]
)
async def test_what_a_step_says_never_shows_its_token(do: str) -> None:
    ground = Playground()
    steps = f"- {{name: a, type: work, timeout: 3s, properties: {{token: {CANARY}, do: ['{do}']}}}}\n"
    async with ground.engine() as engine:
        run = await ground.play(engine, (await engine.start(ground.prepare(steps))).id)
    said = await journal_text(ground, run.id)
    assert CANARY not in said
    assert "[redacted]" in said


async def test_an_output_that_contains_a_secret_is_sealed_and_passed_on_for_real() -> None:
    ground = Playground()
    steps = f"""
    - {{name: a, type: work, properties: {{token: {CANARY}, text: 'Bearer {CANARY}'}}, outputs: [{{name: v, valueFrom: result}}]}}
    - {{name: b, type: work, inputs: [{{from: v, parameterKey: text}}]}}
    - {{name: c, type: suspend}}
    """
    async with ground.engine() as engine:
        run = await ground.play(engine, (await engine.start(ground.prepare(steps))).id)
        assert run.outputs["a"] == {"v": {"$sealed": "output.a.v"}}
        assert ground.world.given["b"].text == f"Bearer {CANARY}"


async def test_the_values_of_a_secret_object_are_sealed_whatever_an_output_makes_of_them() -> None:
    word = base64.b64encode(WORD.encode()).decode()
    steps = f"""
    - name: a
      type: work
      properties: {{value: {{kind: Secret, data: {{password: {word}}}}}}}
      outputs:
      - {{name: whole, valueFrom: output.value}}
      - name: decoded
        valueFrom: |
          import "encoding/base64"
          base64.Decode(null, output.value.data.password)
    - {{name: b, type: work, inputs: [{{from: decoded, parameterKey: text}}], properties: {{do: ['fail wrong password {WORD}']}}}}
    """
    ground = Playground()
    async with ground.engine() as engine:
        run = await ground.play(engine, (await engine.start(ground.prepare(steps))).id)
    assert ground.world.given["b"].text == WORD
    ended = [event for event in (await journal_text(ground, run.id)).split('{"at"') if "step-ended" in event]
    assert len(ended) == 2
    assert not any(WORD in event or word in event for event in ended)


async def test_a_secret_read_by_reference_is_hidden_from_people() -> None:
    class Asks(Parameters):
        pass

    @step_type("asks", repeatable=True)
    async def asks(ctx: StepContext, params: Asks) -> Outcome:
        """Read a secret and talk about it."""
        word = await ctx.secret("db", "password")
        ctx.log(f"the password is {word}")
        return Succeeded({"result": word}, f"used {word}")

    cluster = FakeCluster("test")
    secret = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "db", "namespace": "default"},
        "data": {"password": base64.b64encode(WORD.encode()).decode()},
    }
    await cluster.apply(secret)
    ground = Playground(clusters=OneCluster(cluster), extra=(asks,))
    steps = "- {name: a, type: asks, outputs: [{name: v, valueFrom: result}]}\n- {name: b, type: suspend}\n"
    async with ground.engine() as engine:
        run = await ground.play(engine, (await engine.start(ground.prepare(steps))).id)
        assert phases(run)["a"] == "succeeded"
        assert WORD not in await journal_text(ground, run.id)
        assert WORD in str(await ground.journal.secrets(run.id))


async def test_a_run_that_used_secrets_is_not_restarted_without_them() -> None:
    ground = Playground()
    async with ground.engine() as engine:
        steps = f"- {{name: a, type: work, properties: {{token: {CANARY}, do: [fail]}}}}\n"
        run = await ground.play(engine, (await engine.start(ground.prepare(steps))).id)
        with pytest.raises(NotPossibleNow, match="used secrets, and they were deleted when it ended"):
            await engine.restart(run.id, by="ann")


def test_parameters_never_show_a_token() -> None:
    assert CANARY not in repr(Work.model_validate({"token": CANARY}))
