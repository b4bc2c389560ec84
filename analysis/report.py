"""Diagnoses and audits as short plain text: verdict first, then evidence, then fixes. Colours and blocks belong to `bot`."""

from collections.abc import Iterator, Sequence
from typing import Final

from analysis.diagnosis import SYMPTOMS, looked_at, roots
from steps.evidence import Check, Diagnosis, Evidence, Finding, Fix, Score

MOST_CAUSES: Final = 3
MOST_FIXES: Final = 3
MOST_CHECKS: Final = 8
MOST_NOTES: Final = 3


def diagnosis_text(diagnosis: Diagnosis) -> str:
    """What is wrong, what shows it, and what to do: usually under 25 lines."""
    causes = roots(diagnosis)
    lines = [diagnosis.verdict]
    told: set[str] = set()
    for finding in causes[:MOST_CAUSES]:
        hence = [item for item in _explained(finding, diagnosis.findings) if item.title not in told]
        told |= {item.title for item in hence}
        lines += ["", *_cause(finding, hence, diagnosis, alone=len(causes) == 1)]
    if len(causes) > MOST_CAUSES:
        lines += ["", f"… and {len(causes) - MOST_CAUSES} more findings."]
    if diagnosis.findings:
        lines += ["", f"Looked at {looked_at(diagnosis.evidence)}."]
    lines += [f"Note: {item.source}: {item.text}" for item in diagnosis.evidence if item.text and not item.data][:MOST_NOTES]
    return "\n".join(lines)


def audit_text(about: str, score: Score) -> str:
    """The score, what costs most, and how to mend it."""
    failed = [check for check in score.checks if check.passed is False]
    passed = sum(check.passed is True for check in score.checks)
    applicable = len(failed) + passed
    lines = [f"{about} scores {score.value} of 100: {passed} of {applicable} checks passed."]
    if score.cap_reason:
        lines.append(f"Capped at {score.cap}, because {score.cap_reason}.")
    if failed:
        lines += ["", "What costs points:"]
        lines += [line for check in failed[:MOST_CHECKS] for line in _check(check)]
    if len(failed) > MOST_CHECKS:
        rest = failed[MOST_CHECKS:]
        lines.append(f"  … and {len(rest)} more for {sum(check.weight for check in rest)} points: {', '.join(item.name for item in rest)}")
    return "\n".join(lines)


def _cause(finding: Finding, hence: Sequence[Finding], diagnosis: Diagnosis, *, alone: bool) -> Iterator[str]:
    heading = "What is known" if finding.rule in SYMPTOMS else "Cause"
    yield f"{heading if alone else finding.title[:1].upper() + finding.title[1:]} ({finding.severity.name.lower()}, {finding.rule})"
    if finding.detail:
        yield f"  {finding.detail}"
    yield f"  Seen in: {_cited(finding, diagnosis.evidence)}"
    for item in hence:
        yield f"  Hence: {item.title}"
    if finding.fixes:
        yield "  Fix:" if alone else "  What to do:"
        for number, fix in enumerate(finding.fixes[:MOST_FIXES], start=1):
            yield from _fix(number, fix)


def _explained(finding: Finding, findings: Sequence[Finding]) -> Iterator[Finding]:
    """Everything that follows from a finding, also by way of another one."""
    names = set(finding.causes)
    while more := {name for item in findings if item.rule in names for name in item.causes} - names:
        names |= more
    seen = set()
    for item in findings:
        if item.rule in names and item.title not in seen:
            seen.add(item.title)
            yield item


def _cited(finding: Finding, evidence: Sequence[Evidence]) -> str:
    known = {item.id: item for item in evidence}
    cited = [known[name] for name in finding.evidence if name in known]
    shown = [f"{_source(item)} [{item.id}]" for item in cited[:4]]
    return ", ".join(shown) + (f" and {len(cited) - len(shown)} more" if len(cited) > len(shown) else "") or "nothing that was kept"


def _source(item: Evidence) -> str:
    match item.kind:
        case "object":
            return str(item.about)
        case "event":
            return f"event {item.data.get('reason', '')} of {item.about}"
        case "log":
            return f"log of {item.about}"


def _fix(number: int, fix: Fix) -> Iterator[str]:
    yield f"   {number}. {fix.text}"
    if fix.command:
        yield f"      {fix.command}"


def _check(check: Check) -> Iterator[str]:
    yield f"  -{check.weight}  {check.name}: {check.detail}"
    if check.fix:
        yield f"      {check.fix.text}"
