"""The rule `spec-not-observed`."""

from collections.abc import Iterator

from analysis.facts import WORKLOADS, Facts, ids
from analysis.paths import number
from analysis.rule import Hit, rule
from steps.evidence import Fix, Severity


@rule("spec-not-observed", Severity.LOW, explains=("replicas-unavailable",))
def spec_not_observed(facts: Facts) -> Iterator[Hit]:
    """The controller has not seen the latest change, so the status still speaks of the former version."""
    for item in facts.of_kind(*WORKLOADS):
        seen, latest = number(item.data, "status", "observedGeneration"), number(item.data, "metadata", "generation")
        if 0 < seen < latest:
            yield Hit(
                item.about,
                f"its controller has not seen the latest change yet (generation {seen} of {latest})",
                ids(item),
                "For a moment this is normal; if it lasts, the controller manager is not working.",
                (Fix("Look again in a moment; then at the controller manager.", "kubectl -n kube-system get pods"),),
                confidence=0.7,
            )
