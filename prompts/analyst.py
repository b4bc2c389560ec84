"""The `Analyst` port: which model answers, and what of its answer counts.

A real token in the question goes to the hosts that the operator lists; else the operator's model answers; else the rules do. The rules
always judge as well: the model sees what they found and what was read, and its score can only lower theirs.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import assert_never

from prompts.briefing import Briefing, brief
from prompts.contract import parse_score, parse_text
from prompts.model import ChatClient, Reply
from prompts.prompt import Prompt
from prompts.rules import answer_from_rules, judge, rate
from prompts.settings import Endpoint, ModelSettings
from prompts.subject import Subject, subject_of
from steps.errors import Permanent
from steps.evidence import Answer, Question, Score
from steps.nearest import nearest
from steps.ports import EvidenceSource


class ModelOrRules:
    """Answers questions from a model where one may be asked, else from rules."""

    def __init__(self, evidence: EvidenceSource, chat: ChatClient, prompts: Mapping[str, Prompt], settings: ModelSettings) -> None:
        self._evidence = evidence
        self._chat = chat
        self._prompts = prompts
        self._settings = settings

    async def answer(self, question: Question) -> Answer:
        """The validated answer; raises `Temporary` or `Permanent` with the provider's status and words."""
        subject = await subject_of(question, self._evidence)
        if question.kind == "quality-gate" and subject.item is None:
            raise Permanent(
                "a quality gate needs a Kubernetes object, and prompt.content is a text: rules cannot check it, "
                "and a model alone opens no gate. Pass the object that was applied."
            )
        endpoint, notes = self._endpoint(question)
        if endpoint is None:
            found = answer_from_rules(question, subject)
            return replace(found, notes=(*found.notes, *notes))
        return await self._ask(question, subject, endpoint, notes)

    def _endpoint(self, question: Question) -> tuple[Endpoint | None, tuple[str, ...]]:
        if question.token:
            if found := self._settings.for_token(question.token, question.model):
                return found, ()
            note = "the step's token was not used: the operator lists no host that it may be sent to"
            return self._settings.operator(question.model), (note,)
        return self._settings.operator(question.model), ()

    async def _ask(self, question: Question, subject: Subject, endpoint: Endpoint, notes: tuple[str, ...]) -> Answer:
        prompt = self._prompt(question.kind)
        briefing = _briefing(question, subject, endpoint)
        messages = prompt.render(data=briefing.data, fence=briefing.fence, language=question.language)
        reply = await self._chat.chat(endpoint, messages, question.timeout)
        said = (*subject.notes, *briefing.notes, *notes)
        return _answer(question, subject, prompt, reply, said)

    def _prompt(self, kind: str) -> Prompt:
        if kind not in self._prompts:
            raise Permanent(f"there is no prompt {kind!r}{nearest(kind, self._prompts)}")
        return self._prompts[kind]


def _briefing(question: Question, subject: Subject, endpoint: Endpoint) -> Briefing:
    known = tuple(token for token in (question.token, endpoint.token) if token)
    if question.kind == "custom":
        # The workflow's author writes the whole prompt: no fence around it, but redacted and bounded like everything that leaves.
        plain = brief(question.content, (), None, known)
        return replace(plain, data=plain.data.removeprefix(f"{plain.fence}\n").removesuffix(f"\n{plain.fence}"))
    looked_up = subject.evidence if not subject.gone else ()
    return brief(question.content, looked_up, judge(subject) if subject.item is not None else None, known)


def _answer(question: Question, subject: Subject, prompt: Prompt, reply: Reply, notes: tuple[str, ...]) -> Answer:
    found = Answer("", "model", prompt.label, usage=reply.usage, response=reply.response, notes=notes)
    match question.kind:
        case "custom":
            return replace(found, text=parse_text(reply.text))
        case "diagnose":
            return replace(found, text=parse_text(reply.text), diagnosis=judge(subject) if subject.item is not None else None)
        case "audit":
            return replace(found, text=parse_text(reply.text), score=rate(subject) if subject.item is not None else None)
        case "quality-gate":
            rated = lowered(rate(subject), parse_score(reply.text), reply.usage.model)
            return replace(found, text=str(rated.value), diagnosis=judge(subject), score=rated)
        case _:
            assert_never(question.kind)


def lowered(score: Score, said: int, model: str) -> Score:
    """The rules' score, lowered to what a model said when that is less; a model never raises it."""
    if said >= score.value:
        return score
    reason = f"the model {model!r} gives {said}"
    return replace(score, value=said, cap=min(score.cap, said), cap_reason=f"{score.cap_reason}; {reason}" if score.cap_reason else reason)
