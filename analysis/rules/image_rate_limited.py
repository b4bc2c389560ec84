"""The rule `image-rate-limited`."""

from collections.abc import Iterator

from analysis.facts import Facts
from analysis.pull_secrets import pull_secret
from analysis.pulls import Why, hit, pull_failures, set_image
from analysis.rule import Hit, rule
from steps.evidence import Fix, Severity


@rule("image-rate-limited", Severity.MEDIUM, "cannot start")
def image_rate_limited(facts: Facts) -> Iterator[Hit]:
    """The registry answers that too many images were pulled."""
    for failure in pull_failures(facts):
        if failure.why is Why.RATE:
            yield hit(
                failure,
                f"image {failure.image!r} cannot be pulled — the registry's rate limit is reached",
                Fix(
                    "Wait, and let the kubelet try again; or pull with an account, whose limit is higher.",
                    pull_secret(failure.about.namespace),
                ),
                set_image(facts, failure, "Or use a copy in a registry of your own."),
            )
