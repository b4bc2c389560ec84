"""The rule `pod-not-ready`."""

from collections.abc import Iterator

from analysis.facts import Facts, ids
from analysis.kubectl import kubectl
from analysis.paths import condition, text
from analysis.rule import Hit, rule
from steps.evidence import Fix, Severity


@rule("pod-not-ready", Severity.MEDIUM, explains=("replicas-unavailable", "progress-deadline-exceeded"))
def pod_not_ready(facts: Facts) -> Iterator[Hit]:
    """A Pod runs but is not ready, or has failed; the least that can be said when no other rule knows why."""
    for pod in facts.pods:
        phase = text(pod.data, "status", "phase")
        ready = condition(pod.data, "Ready")
        if phase == "Failed" or (phase == "Running" and text(ready, "status") == "False"):
            about = text(pod.data, "status", "message") or text(ready, "message")
            yield Hit(
                pod.about,
                f"a Pod is in phase {phase} and not ready",
                ids(pod),
                about,
                (Fix("See its state and events.", kubectl(pod.about.namespace, "describe", "pod", pod.about.name)),),
                confidence=0.5,
            )
