"""The rule `pod-evicted`."""

from collections.abc import Iterator

from analysis.facts import Facts, ids
from analysis.paths import text
from analysis.rule import Hit, rule
from steps.evidence import Fix, Severity


@rule("pod-evicted", Severity.MEDIUM, "lost Pods", ("pod-not-ready", "replicas-unavailable"))
def pod_evicted(facts: Facts) -> Iterator[Hit]:
    """A node threw a Pod out because it ran short of memory, disk or process ids."""
    for pod in facts.pods:
        if text(pod.data, "status", "reason") == "Evicted":
            yield Hit(
                pod.about,
                "a Pod was evicted from its node",
                ids(pod),
                text(pod.data, "status", "message"),
                (Fix("State requests that cover what it uses; see the pressure on the nodes.", "kubectl describe nodes"),),
            )
