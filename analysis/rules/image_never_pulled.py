"""The rule `image-never-pulled`."""

from collections.abc import Iterator

from analysis.facts import Facts
from analysis.pulls import Why, hit, pull_failures
from analysis.rule import Hit, rule
from analysis.work import edit
from steps.evidence import Fix, Severity


@rule("image-never-pulled", Severity.HIGH, "cannot start")
def image_never_pulled(facts: Facts) -> Iterator[Hit]:
    """The pull policy is Never and the node does not have the image."""
    for failure in pull_failures(facts):
        if failure.why is Why.NEVER:
            yield hit(
                failure,
                f"image {failure.image!r} is not on the node, and imagePullPolicy: Never forbids pulling it",
                Fix("Set imagePullPolicy to IfNotPresent, or load the image onto every node.", edit(facts)),
            )
