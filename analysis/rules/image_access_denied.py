"""The rule `image-access-denied`."""

from collections.abc import Iterator

from analysis.facts import Facts
from analysis.pull_secrets import pull_secret
from analysis.pulls import Why, hit, pull_failures, set_image
from analysis.rule import Hit, rule
from steps.evidence import Fix, Severity


@rule("image-access-denied", Severity.HIGH, "cannot start")
def image_access_denied(facts: Facts) -> Iterator[Hit]:
    """The registry knows the image's repository, or will not say, and refuses access without better credentials."""
    for failure in pull_failures(facts):
        if failure.why is Why.DENIED:
            yield hit(
                failure,
                f"image {failure.image!r} cannot be pulled — the registry refuses access, credentials are missing or wrong",
                Fix("For a private image, create a pull secret and name it in imagePullSecrets.", pull_secret(failure.about.namespace)),
                set_image(facts, failure, "Or use an image that this cluster may pull."),
            )
