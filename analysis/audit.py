"""The audit of a workload, check by check, and the score that follows from it.

The score starts at 100 and loses the weight of every failed check. What is not known to be ready is capped at `UNREADY_CAP`, whatever
its manifest says, so that a quality gate at 60 lets nothing through that does not run.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from analysis import checks
from analysis.check import CheckType, checks_of, workload_of
from analysis.readiness import readiness
from steps.evidence import Check, Evidence, Score
from steps.model.objects import Object, ObjectRef

CHECKS: Final[Mapping[str, CheckType]] = MappingProxyType(checks_of(checks))
UNREADY_CAP: Final = 40
FULL: Final = 100


def audit(item: Object, evidence: Iterable[Evidence], known: Mapping[str, CheckType] = CHECKS) -> tuple[Check, ...]:
    """Every check on a workload as last read; empty for kinds without a Pod template."""
    workload = workload_of(item, evidence)
    return tuple(found.run(workload) for found in known.values()) if workload else ()


def score(item: Object, evidence: Iterable[Evidence], known: Mapping[str, CheckType] = CHECKS) -> Score:
    """The score of a workload; unready, of unknown readiness, or no workload at all: at most `UNREADY_CAP`, with the reason."""
    facts = tuple(evidence)
    done = audit(item, facts, known)
    value = max(0, FULL - sum(found.weight for found in done if found.passed is False))
    workload = workload_of(item, facts)
    now = readiness(workload.item if workload else item)
    if now.ready and done:
        return Score(value, done)
    return Score(min(value, UNREADY_CAP), done, UNREADY_CAP, f"{ObjectRef.of(item)} is {now.state.value}: {now.detail}")
