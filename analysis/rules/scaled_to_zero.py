"""The rule `scaled-to-zero`."""

from collections.abc import Iterator

from analysis.facts import Facts, ids
from analysis.kubectl import kubectl, target
from analysis.readiness import State, readiness
from analysis.rule import Hit, rule
from steps.evidence import Fix, Severity


@rule("scaled-to-zero", Severity.LOW, "runs nothing")
def scaled_to_zero(facts: Facts) -> Iterator[Hit]:
    """The workload asked about is scaled to zero."""
    item = facts.subject_evidence
    if item and readiness(item.data).state is State.SCALED_TO_ZERO:
        scale = kubectl(item.about.namespace, "scale", target(item.about), "--replicas=1")
        yield Hit(item.about, "it is scaled to zero", ids(item), fixes=(Fix("Scale it up, if it should run.", scale),))
