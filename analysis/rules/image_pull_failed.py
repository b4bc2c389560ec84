"""The rule `image-pull-failed`."""

from collections.abc import Iterator

from analysis.facts import Facts
from analysis.kubectl import kubectl
from analysis.pulls import Why, hit, pull_failures
from analysis.rule import Hit, rule
from steps.evidence import Fix, Severity


@rule("image-pull-failed", Severity.HIGH, "cannot start")
def image_pull_failed(facts: Facts) -> Iterator[Hit]:
    """An image cannot be pulled, and nothing that was read says why."""
    for failure in pull_failures(facts):
        if failure.why is Why.OTHER:
            yield hit(
                failure,
                f"image {failure.image!r} cannot be pulled, the reason is not in what was read",
                Fix(
                    "Read the Pod's events for the runtime's own words.",
                    kubectl(failure.about.namespace, "describe", "pod", failure.about.name),
                ),
                confidence=0.6,
            )
