"""The rule `image-reference-invalid`."""

from collections.abc import Iterator

from analysis.facts import Facts
from analysis.pulls import Why, hit, pull_failures, set_image
from analysis.rule import Hit, rule
from steps.evidence import Severity


@rule("image-reference-invalid", Severity.HIGH, "cannot start")
def image_reference_invalid(facts: Facts) -> Iterator[Hit]:
    """The image's name is not one that a container runtime can read."""
    for failure in pull_failures(facts):
        if failure.why is Why.REFERENCE:
            yield hit(
                failure,
                f"image {failure.image!r} cannot be pulled — this is not a valid image reference",
                set_image(facts, failure, "Write the image as REGISTRY/REPOSITORY:TAG, the repository in lower case."),
            )
