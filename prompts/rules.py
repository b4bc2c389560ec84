"""Answers from rules alone: no model, no network, the same answer every time for the same facts."""

from typing import Final, assert_never

from analysis.audit import score
from analysis.diagnosis import diagnose
from analysis.report import audit_text, diagnosis_text
from prompts.settings import HOW_TO_SET
from prompts.subject import Subject
from steps.errors import Permanent
from steps.evidence import Answer, Diagnosis, Finding, Question, Score, Severity

LABEL: Final = "rules@1"
ENGLISH: Final = "English"


def answer_from_rules(question: Question, subject: Subject) -> Answer:
    """The rules' answer to a question; raises `Permanent` for what only a model can answer, naming what to set."""
    if question.kind == "custom":
        raise Permanent(f"a custom prompt needs a model, and none is configured: {HOW_TO_SET}; or use type diagnose, audit or quality-gate")
    if subject.item is None:
        raise Permanent(f"without a model only Kubernetes objects can be judged, and prompt.content is a text: {HOW_TO_SET}")
    notes = subject.notes
    if question.language != ENGLISH and question.kind != "quality-gate":
        notes = (*notes, f"the rules answer in English; for {question.language} {HOW_TO_SET}")
    match question.kind:
        case "diagnose":
            found = judge(subject)
            return Answer(_with_notes(diagnosis_text(found), notes), "rules", LABEL, diagnosis=found, notes=notes)
        case "audit":
            audited = rate(subject)
            return Answer(_with_notes(audit_text(str(subject.ref), audited), notes), "rules", LABEL, score=audited, notes=notes)
        case "quality-gate":
            rated = rate(subject)
            return Answer(str(rated.value), "rules", LABEL, diagnosis=judge(subject), score=rated, notes=notes)
        case _:
            assert_never(question.kind)


def judge(subject: Subject) -> Diagnosis:
    """The rules' diagnosis of a subject."""
    if not subject.gone:
        return diagnose(subject.evidence, subject.ref)
    title = "it does not exist any more"
    finding = Finding("object-gone", Severity.HIGH, subject.ref, title, "It was passed on by the workflow, and has been deleted since.")
    return Diagnosis(f"{subject.ref}: {title}.", (finding,), (), healthy=False)


def rate(subject: Subject) -> Score:
    """The rules' score of a subject; what is gone scores nothing."""
    assert subject.item is not None
    rated = score(subject.item, subject.evidence)
    return Score(0, rated.checks, 0, f"{subject.ref} does not exist any more") if subject.gone else rated


def _with_notes(text: str, notes: tuple[str, ...]) -> str:
    return "\n".join((text, *(f"Note: {note}." for note in notes)))
