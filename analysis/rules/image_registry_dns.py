"""The rule `image-registry-dns`."""

from collections.abc import Iterator
from shlex import quote

from analysis.facts import Facts
from analysis.images import host
from analysis.pulls import Why, hit, pull_failures, set_image
from analysis.rule import Hit, rule
from steps.evidence import Fix, Severity


@rule("image-registry-dns", Severity.HIGH, "cannot start")
def image_registry_dns(facts: Facts) -> Iterator[Hit]:
    """The registry's host name does not resolve on the node."""
    for failure in pull_failures(facts):
        if failure.why is Why.DNS:
            yield hit(
                failure,
                f"image {failure.image!r} cannot be pulled — the name of its registry {host(failure.image)!r} does not resolve",
                set_image(facts, failure, "Correct the registry's host name in the image, if it is a typo."),
                Fix(
                    "Otherwise check the DNS of the nodes; the kubelet resolves the name, not the cluster's DNS.",
                    f"nslookup {quote(host(failure.image))}",
                ),
            )
