"""The `chat-gpt` step type: ask about an object, or anything; a model answers where one is configured, else rules.

Who answers, redaction and the answer's contract belong to the `Analyst`; this file has KubeVela's parameters and outputs.
"""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, SecretStr, model_validator

from steps.context import StepContext
from steps.duration import Duration
from steps.evidence import Answer, Finding, Question, QuestionKind, Score, Usage
from steps.model.objects import ObjectRef
from steps.model.outcome import Succeeded
from steps.redaction import redact
from steps.registry import Parameters, step_type


class SecretReference(Parameters):
    """A key of a Secret in the run's namespace."""

    name: str = Field(description="The Secret's name.")
    key: str = Field(description="The key whose value is the token.")


class Token(Parameters):
    """Where the token for the model comes from; neither of the two means the operator's model, or the rules."""

    value: SecretStr | None = Field(None, description="The token itself; it is sealed, and goes only to hosts that the operator lists.")
    secret_ref: SecretReference | None = Field(None, description="A Secret that holds it.")

    @model_validator(mode="after")
    def _one_of_the_two(self) -> "Token":
        if self.value is not None and self.secret_ref is not None:
            raise ValueError("token has both 'value' and 'secretRef'; keep one of them")
        return self


def _no_list(value: object) -> object:
    if isinstance(value, list | tuple):
        raise ValueError("a list cannot be asked about, as in KubeVela; pass one object or a text")  # noqa: TRY004 - pydantic reports ValueError
    return value


class Prompt(Parameters):
    """What is asked."""

    type: QuestionKind = Field("custom", description="custom sends the content as the prompt; the others ask about the object in it.")
    lang: Literal["English", "Chinese"] = Field("English", description="The language of the answer; quality-gate answers with a number.")
    content: Annotated[str | dict[str, Any] | None, BeforeValidator(_no_list)] = Field(
        None, description="An object or a text, usually from `inputs` with `parameterKey: prompt.content`."
    )


class ChatGpt(Parameters):
    """KubeVela's parameters; `prompt.content` usually comes from `inputs`."""

    token: Token = Field(Token(), description="The token for the model; without one the operator's model answers, else rules.")
    model: str = Field("gpt-3.5-turbo", description="The model to ask; the operator's model goes by the operator's name.")
    prompt: Prompt = Field(Prompt(), description="What is asked.")
    timeout: Duration = Field(30.0, description="Go duration for the whole answer, for example 30s.")


@step_type("chat-gpt", repeatable=True)
async def chat_gpt(ctx: StepContext, params: ChatGpt) -> Succeeded:
    """Diagnose, audit or score an object, or ask anything, with a model or from rules.

    Outputs: `result` (the text; for `quality-gate` just the score), `response` (the provider's JSON, {} from rules) and `answer`
    (text, source, prompt, score, verdict, findings, usage, notes). Fails with the provider's status and words.
    """
    token = await _token(ctx, params.token)
    content = params.prompt.content
    ctx.progress(_doing(params, token, ctx.namespace))
    answer = await ctx.analyst.answer(
        Question(
            kind=params.prompt.type,
            content=content,
            language=params.prompt.lang,
            model=params.model,
            token=token,
            timeout=params.timeout,
            cluster=ctx.origin("prompt.content"),
            namespace=ctx.namespace,
        )
    )
    ctx.log(redact(answer.text, (token,) if token else ()))
    return Succeeded({"result": answer.text, "response": dict(answer.response), "answer": plain(answer)})


async def _token(ctx: StepContext, token: Token) -> str | None:
    if token.secret_ref is not None:
        return (await ctx.secret(token.secret_ref.name, token.secret_ref.key)).strip() or None
    return (token.value.get_secret_value().strip() or None) if token.value is not None else None


def _doing(params: ChatGpt, token: str | None, namespace: str) -> str:
    content = params.prompt.content
    about = ""
    if isinstance(content, dict) and isinstance(content.get("metadata"), dict) and content.get("kind"):
        about = str(ObjectRef.of(content, namespace))
    if not token and (about or params.prompt.type != "custom"):
        return f"looking at {about or 'what it was given'}"
    return f"asking {params.model} about {about}" if about else f"asking {params.model}"


def plain(answer: Answer) -> dict[str, Any]:
    """The answer as JSON, without the evidence itself."""
    diagnosis, score, usage = answer.diagnosis, answer.score, answer.usage
    return {
        "text": answer.text,
        "source": answer.source,
        "prompt": answer.prompt,
        "score": None if score is None else score.value,
        "checks": None if score is None else _checks(score),
        "cap": None if score is None or not score.cap_reason else {"value": score.cap, "reason": score.cap_reason},
        "verdict": None if diagnosis is None else diagnosis.verdict,
        "healthy": None if diagnosis is None else diagnosis.healthy,
        "findings": [] if diagnosis is None else [_finding(item) for item in diagnosis.findings],
        "usage": None if usage is None else _usage(usage),
        "notes": list(answer.notes),
    }


def _finding(item: Finding) -> dict[str, Any]:
    return {
        "rule": item.rule,
        "severity": item.severity.name.lower(),
        "about": str(item.about),
        "title": item.title,
        "detail": item.detail,
        "evidence": list(item.evidence),
        "explains": list(item.causes),
        "confidence": item.confidence,
        "fixes": [{"text": fix.text, "command": fix.command} for fix in item.fixes],
    }


def _checks(score: Score) -> list[dict[str, Any]]:
    return [
        {
            "name": item.name,
            "passed": item.passed,
            "weight": item.weight,
            "severity": item.severity.name.lower(),
            "detail": item.detail,
            "fix": None if item.fix is None else {"text": item.fix.text, "command": item.fix.command},
        }
        for item in score.checks
    ]


def _usage(usage: Usage) -> dict[str, Any]:
    return {"model": usage.model, "promptTokens": usage.prompt_tokens, "completionTokens": usage.completion_tokens, "cost": usage.cost}
