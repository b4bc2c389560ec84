"""The rule `volume-mount-failed`."""

from collections.abc import Iterator

from analysis.configuration import missing_configuration
from analysis.facts import Facts, ids
from analysis.kubectl import kubectl
from analysis.paths import text
from analysis.pulls import shorten
from analysis.rule import Hit, rule
from steps.evidence import Fix, Severity


@rule("volume-mount-failed", Severity.HIGH, "cannot start")
def volume_mount_failed(facts: Facts) -> Iterator[Hit]:
    """A volume cannot be attached or mounted, for another reason than a missing ConfigMap or Secret."""
    explained = {missing.pod.id for missing in missing_configuration(facts)}
    for pod in facts.pods:
        events = facts.events_about(pod, "FailedMount", "FailedAttachVolume")
        if events and pod.id not in explained and text(pod.data, "status", "phase") == "Pending":
            yield Hit(
                pod.about,
                "a volume of the Pod cannot be mounted",
                ids(pod, events),
                shorten(events[-1].message),
                (Fix("See the volume, its claim and the events.", kubectl(pod.about.namespace, "describe", "pod", pod.about.name)),),
                confidence=0.8,
            )
