"""The rule `image-platform-missing`."""

from collections.abc import Iterator

from analysis.facts import Facts
from analysis.pulls import Why, hit, pull_failures, set_image
from analysis.rule import Hit, rule
from steps.evidence import Fix, Severity


@rule("image-platform-missing", Severity.HIGH, "cannot start")
def image_platform_missing(facts: Facts) -> Iterator[Hit]:
    """The image exists, but not for the node's architecture."""
    for failure in pull_failures(facts):
        if failure.why is Why.PLATFORM:
            yield hit(
                failure,
                f"image {failure.image!r} is not built for the architecture of the node",
                set_image(facts, failure, "Use a tag that is built for the node's architecture."),
                Fix(
                    "Or select nodes of another architecture (nodeSelector kubernetes.io/arch).", "kubectl get nodes -L kubernetes.io/arch"
                ),
            )
