"""The `chat-gpt` step type: KubeVela's parameters in, its outputs out. Who answers is tested in `tests/prompts`."""

import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from pydantic import ValidationError

from steps.builtin.chat_gpt import ChatGpt, chat_gpt
from steps.errors import NotFound, Permanent
from steps.evidence import Answer, Check, Diagnosis, Finding, Fix, Question, Score, Severity, Usage
from steps.model.objects import Kind, ObjectRef
from steps.model.outcome import Outcome, Succeeded
from tests.fakes.context import step_context

WEB = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web", "namespace": "shop"}}
TOKEN = "sk-canary0123456789abcdef"


@dataclass
class FakeAnalyst:
    """Gives one answer and remembers the questions."""

    answers: Answer | Permanent
    asked: list[Question] = field(default_factory=list)

    async def answer(self, question: Question) -> Answer:
        self.asked.append(question)
        if isinstance(self.answers, Permanent):
            raise self.answers
        return self.answers


PLAIN = Answer("because", "rules", "rules@1")


async def run(properties: dict[str, Any], analyst: FakeAnalyst | None = None, **context: Any) -> Outcome:
    return await chat_gpt(step_context(analyst=analyst or FakeAnalyst(PLAIN), **context), ChatGpt.model_validate(properties))


async def test_the_question_holds_what_the_manifest_says() -> None:
    analyst = FakeAnalyst(PLAIN)
    properties = {
        "token": {"value": TOKEN},
        "model": "gpt-4o",
        "prompt": {"type": "diagnose", "lang": "Chinese", "content": WEB},
        "timeout": "1m",
    }
    await run(properties, analyst, origins={"prompt.content": "prod"})
    assert analyst.asked == [Question("diagnose", WEB, "Chinese", "gpt-4o", TOKEN, 60.0, "prod", "default")]


async def test_the_defaults_are_kubevelas() -> None:
    analyst = FakeAnalyst(PLAIN)
    await run({"token": {}, "prompt": {"content": "hello"}}, analyst)
    assert analyst.asked == [Question("custom", "hello", "English", "gpt-3.5-turbo", None, 30.0, "", "default")]


async def test_a_token_can_come_from_a_secret() -> None:
    analyst = FakeAnalyst(PLAIN)
    await run({"token": {"secretRef": {"name": "openai", "key": "token"}}}, analyst, secrets={("openai", "token"): f"{TOKEN}\n"})
    assert [item.token for item in analyst.asked] == [TOKEN]


async def test_a_secret_that_is_missing_stops_the_step_before_anything_is_asked() -> None:
    analyst = FakeAnalyst(PLAIN)
    with pytest.raises(NotFound):
        await run({"token": {"secretRef": {"name": "openai", "key": "token"}}}, analyst)
    assert analyst.asked == []


REF = ObjectRef(Kind("apps/v1", "Deployment"), "shop", "web")
FIX = Fix("Name another image.", "kubectl set image")
FINDING = Finding(
    "image-not-found", Severity.HIGH, REF, "image 'x' cannot be pulled", "denied", ("e2",), (FIX,), 0.9, ("replicas-unavailable",)
)
FULL = Answer(
    text="40",
    source="model",
    prompt="quality-gate@1",
    diagnosis=Diagnosis("Deployment shop/web cannot start: image 'x' cannot be pulled.", (FINDING,), (), healthy=False),
    score=Score(
        40,
        (
            Check("image-tag", passed=False, weight=3, severity=Severity.MEDIUM, detail="floats", fix=FIX),
            Check("steady", None, 8, Severity.HIGH, "?"),
        ),
        40,
        "not ready",
    ),
    usage=Usage("gpt-4o", 100, 2, 0.001),
    response={"id": "1", "choices": []},
    notes=("the content was cut",),
)


async def test_result_response_and_answer_can_be_read_by_outputs() -> None:
    outcome = await run({"prompt": {"type": "quality-gate", "content": WEB}}, FakeAnalyst(FULL))
    assert outcome == Succeeded(
        {
            "result": "40",
            "response": {"id": "1", "choices": []},
            "answer": {
                "text": "40",
                "source": "model",
                "prompt": "quality-gate@1",
                "score": 40,
                "checks": [
                    {
                        "name": "image-tag",
                        "passed": False,
                        "weight": 3,
                        "severity": "medium",
                        "detail": "floats",
                        "fix": {"text": "Name another image.", "command": "kubectl set image"},
                    },
                    {"name": "steady", "passed": None, "weight": 8, "severity": "high", "detail": "?", "fix": None},
                ],
                "cap": {"value": 40, "reason": "not ready"},
                "verdict": "Deployment shop/web cannot start: image 'x' cannot be pulled.",
                "healthy": False,
                "findings": [
                    {
                        "rule": "image-not-found",
                        "severity": "high",
                        "about": "Deployment shop/web",
                        "title": "image 'x' cannot be pulled",
                        "detail": "denied",
                        "evidence": ["e2"],
                        "explains": ["replicas-unavailable"],
                        "confidence": 0.9,
                        "fixes": [{"text": "Name another image.", "command": "kubectl set image"}],
                    }
                ],
                "usage": {"model": "gpt-4o", "promptTokens": 100, "completionTokens": 2, "cost": 0.001},
                "notes": ["the content was cut"],
            },
        }
    )
    assert isinstance(outcome, Succeeded)
    assert json.loads(json.dumps(outcome.values)) == outcome.values


@pytest.mark.parametrize(
    ("properties", "doing"),
    [
        ({"prompt": {"type": "diagnose", "content": WEB}}, "looking at Deployment shop/web"),
        ({"prompt": {"type": "diagnose", "content": {**WEB, "metadata": {"name": "web"}}}}, "looking at Deployment default/web"),
        ({"token": {"value": TOKEN}, "prompt": {"content": WEB}}, "asking gpt-3.5-turbo about Deployment shop/web"),
        ({"model": "gpt-4o", "prompt": {"content": "why?"}}, "asking gpt-4o"),
        ({"prompt": {"type": "diagnose", "content": "a text"}}, "looking at what it was given"),
    ],
)
async def test_people_see_what_it_is_doing(properties: dict[str, Any], doing: str) -> None:
    ctx = step_context(analyst=FakeAnalyst(PLAIN))
    await chat_gpt(ctx, ChatGpt.model_validate(properties))
    assert ctx.progressed == [doing]
    assert ctx.logged == ["because"]


async def test_neither_the_token_nor_a_secret_in_the_answer_reaches_the_log() -> None:
    ctx = step_context(analyst=FakeAnalyst(Answer("your token is plain-canary, password=canary", "model", "custom@1")))
    await chat_gpt(ctx, ChatGpt.model_validate({"token": {"value": "plain-canary"}, "prompt": {"content": "x"}}))
    assert ctx.logged == ["your token is [redacted], password=[redacted]"]
    assert "canary" not in repr(ChatGpt.model_validate({"token": {"value": "plain-canary"}}))


async def test_the_providers_refusal_fails_the_step_in_its_words() -> None:
    with pytest.raises(Permanent, match="401: failed to request: bad key"):
        await run({"prompt": {"content": "x"}}, FakeAnalyst(Permanent("401: failed to request: bad key")))


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        ({"token": {"value": "a", "secretRef": {"name": "n", "key": "k"}}}, "token has both 'value' and 'secretRef'; keep one of them"),
        ({"token": {"secretRef": {"name": "n"}}}, "key"),
        ({"prompt": {"type": "poem"}}, "custom"),
        ({"prompt": {"lang": "German"}}, "English"),
        ({"prompt": {"content": [1]}}, "a list cannot be asked about, as in KubeVela; pass one object or a text"),
        ({"prompt": {"content": 7}}, "content"),
        ({"timeout": "1min"}, "write '1m'"),
        ({"prompts": {}}, "prompts"),
    ],
)
def test_what_kubevela_refuses_is_refused(properties: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        ChatGpt.model_validate(properties)


def test_asking_again_does_no_harm() -> None:
    assert chat_gpt.repeatable
