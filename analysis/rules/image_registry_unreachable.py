"""The rule `image-registry-unreachable`."""

from collections.abc import Iterator
from shlex import quote

from analysis.facts import Facts
from analysis.images import host
from analysis.pulls import Why, hit, pull_failures, set_image
from analysis.rule import Hit, rule
from steps.evidence import Fix, Severity


@rule("image-registry-unreachable", Severity.HIGH, "cannot start")
def image_registry_unreachable(facts: Facts) -> Iterator[Hit]:
    """The registry's name resolves, but it does not answer, or not over TLS that the node trusts."""
    for failure in pull_failures(facts):
        if failure.why is Why.UNREACHABLE:
            yield hit(
                failure,
                f"image {failure.image!r} cannot be pulled — its registry {host(failure.image)!r} cannot be reached from the node",
                Fix(
                    "Check the way from the nodes to the registry: firewall, proxy, certificate.",
                    f"curl -sSI https://{quote(host(failure.image))}/v2/",
                ),
                set_image(facts, failure, "Or use a registry that the nodes reach."),
            )
