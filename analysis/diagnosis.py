"""From facts to one explanation: every rule is asked, causes go first, and what follows from them stands below.

`diagnose` never invents a problem: an object that is ready and matches no rule is said to be well, together with what was looked at.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from analysis import rules
from analysis.facts import Facts
from analysis.readiness import Readiness, State, readiness
from analysis.rule import Rule, rules_of
from steps.evidence import Diagnosis, Evidence, Finding, Severity
from steps.model.objects import ObjectRef

RULES: Final[Mapping[str, Rule]] = MappingProxyType(rules_of(rules))
_ALSO: Final = 2
# Rules that say what is wrong and not why.
SYMPTOMS: Final = frozenset({"replicas-unavailable", "progress-deadline-exceeded"})


def diagnose(evidence: Iterable[Evidence], about: ObjectRef, known: Mapping[str, Rule] = RULES) -> Diagnosis:
    """The ranked explanation of what is wrong with an object: causes first, their consequences after them, one verdict sentence."""
    facts = Facts.of(about, evidence)
    found = _merged(finding for item in known.values() for finding in item.findings(facts))
    ranked = tuple(_ranked(found))
    now = readiness(facts.item)
    well = now.ready or (now.state is State.NO_WORKLOAD and bool(facts.item))
    healthy = well and all(finding.severity < Severity.MEDIUM for finding in ranked)
    return Diagnosis(_verdict(facts, now, ranked, known), ranked, facts.evidence, healthy)


def roots(diagnosis: Diagnosis) -> tuple[Finding, ...]:
    """The findings that no other finding explains, worst first."""
    explained = {name for finding in diagnosis.findings for name in finding.causes}
    return tuple(finding for finding in diagnosis.findings if finding.rule not in explained)


def looked_at(evidence: Sequence[Evidence]) -> str:
    """What was read, counted: `1 Deployment, 2 Pods, 4 events, 1 log`."""
    read = (item for item in evidence if item.data)
    kinds = Counter(item.about.kind.kind or "object" if item.kind == "object" else item.kind for item in read)
    order = sorted(kinds, key=lambda kind: (kind in {"event", "log"}, list(kinds).index(kind)))
    return ", ".join(f"{kinds[kind]} {kind}{'s' if kinds[kind] > 1 else ''}" for kind in order) or "nothing"


def _merged(findings: Iterable[Finding]) -> list[Finding]:
    """One finding for all Pods that suffer from the same thing."""
    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        groups.setdefault((finding.rule, finding.title), []).append(finding)
    return [_one_of(group) for group in groups.values()]


def _one_of(group: list[Finding]) -> Finding:
    first = group[0]
    others = {str(item.about) for item in group[1:]} - {str(first.about)}
    if not others:
        return first
    evidence = tuple(dict.fromkeys(identity for item in group for identity in item.evidence))
    return replace(first, evidence=evidence, detail=f"{first.detail} (the same in {len(others)} more)".strip())


def _ranked(found: list[Finding]) -> Iterator[Finding]:
    """Each cause, then what it explains; a finding explained twice stands under the worse cause."""
    present = {finding.rule for finding in found}
    found = [replace(finding, causes=tuple(name for name in finding.causes if name in present)) for finding in found]
    explained = {name for finding in found for name in finding.causes}
    order = sorted(found, key=lambda finding: (-finding.severity, -finding.confidence, finding.rule, finding.title))
    shown: set[tuple[str, str]] = set()
    queue = [finding for finding in order if finding.rule not in explained]
    while queue:
        finding = queue.pop(0)
        if (finding.rule, finding.title) not in shown:
            shown.add((finding.rule, finding.title))
            yield finding
            queue = [item for item in order if item.rule in finding.causes] + queue


def _verdict(facts: Facts, now: Readiness, ranked: Sequence[Finding], known: Mapping[str, Rule]) -> str:
    about, seen = facts.subject, looked_at(facts.evidence)
    if ranked:
        explained = {name for finding in ranked for name in finding.causes}
        first, *others = (finding for finding in ranked if finding.rule not in explained)
        also = "".join(f"; also, {item.title}" for item in others[: _ALSO - 1])
        state = "is ready, but" if now.ready else f"{known[first.rule].state}:"
        alone = "; the cause is not known, because nothing but the object itself was looked at"
        scarce = first.rule in SYMPTOMS and not facts.looked_around
        return f"{about} {state} {first.title}{also}{alone if scarce else ''}."
    if not facts.item:
        return f"Nothing can be said about {about}: it is not among what was read ({seen})."
    match now.state:
        case State.READY:
            return f"Nothing wrong found with {about}: {now.detail}. Looked at {seen}."
        case State.NO_WORKLOAD:
            return f"Nothing wrong found with {about}, though the rules are about workloads and Pods. Looked at {seen}."
        case State.UNKNOWN:
            return f"It is not known whether {about} works: {now.detail}. Looked at {seen}."
        case State.NOT_READY | State.SCALED_TO_ZERO:
            return f"{about} is not ready: {now.detail}; no rule knows why. Looked at {seen}."
