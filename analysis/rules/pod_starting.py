"""The rule `pod-starting`."""

from collections.abc import Iterator

from analysis.facts import Facts, ids
from analysis.paths import text
from analysis.rule import Hit, rule
from steps.evidence import Fix, Severity

_NORMAL = frozenset({"ContainerCreating", "PodInitializing", ""})


@rule("pod-starting", Severity.LOW, "is still starting", ("replicas-unavailable",))
def pod_starting(facts: Facts) -> Iterator[Hit]:
    """A Pod is on its way: placed on a node, nothing failed so far."""
    for pod in facts.pods:
        waiting = {view.waiting for view in facts.containers if view.pod is pod and not view.ready and not view.terminated}
        placed = bool(text(pod.data, "spec", "nodeName"))
        troubled = any(event.warning for event in facts.events_about(pod))
        if placed and text(pod.data, "status", "phase") == "Pending" and waiting <= _NORMAL and not troubled:
            yield Hit(
                pod.about,
                "its Pods are being created and nothing has failed so far",
                ids(pod),
                fixes=(Fix("Give it more time, then ask again."),),
                confidence=0.6,
            )
