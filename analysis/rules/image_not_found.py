"""The rule `image-not-found`."""

from collections.abc import Iterator

from analysis.facts import Facts
from analysis.images import likely_meant, parse_image
from analysis.pull_secrets import pull_secret
from analysis.pulls import PullFailure, Why, hit, pull_failures, set_image
from analysis.rule import Hit, rule
from steps.evidence import Fix, Severity

_REASONS = {
    Why.ABSENT_OR_PRIVATE: "the repository does not exist or needs credentials",
    Why.REPOSITORY: "the repository does not exist",
    Why.TAG: "the registry does not have this tag",
}


@rule("image-not-found", Severity.HIGH, "cannot start")
def image_not_found(facts: Facts) -> Iterator[Hit]:
    """The registry has no such repository or tag, or hides it from strangers."""
    for failure in pull_failures(facts):
        if reason := _REASONS.get(failure.why):
            yield hit(failure, f"image {failure.image!r} cannot be pulled — {reason}{_tag(failure)}", *_fixes(facts, failure))


def _tag(failure: PullFailure) -> str:
    image = parse_image(failure.image)
    untagged = image and not image.tag and not image.digest and failure.why is Why.TAG
    return " (the image names no tag, so 'latest' was tried)" if untagged else ""


def _fixes(facts: Facts, failure: PullFailure) -> Iterator[Fix]:
    image = parse_image(failure.image)
    meant = likely_meant(image) if image else ""
    hint = f"Did you mean {meant!r}? " if meant else ""
    what = "a tag that exists" if failure.why is Why.TAG else "an image that exists, with its tag"
    yield set_image(facts, failure, f"{hint}Name {what}.")
    if failure.why is Why.ABSENT_OR_PRIVATE:
        yield Fix("If the image is private, create a pull secret and name it in imagePullSecrets.", pull_secret(failure.about.namespace))
