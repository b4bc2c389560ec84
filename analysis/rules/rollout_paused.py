"""The rule `rollout-paused`."""

from collections.abc import Iterator

from analysis.facts import Facts, ids
from analysis.kubectl import kubectl, target
from analysis.paths import at
from analysis.readiness import readiness
from analysis.rule import Hit, rule
from steps.evidence import Fix, Severity


@rule("rollout-paused", Severity.MEDIUM, "waits", ("replicas-unavailable",))
def rollout_paused(facts: Facts) -> Iterator[Hit]:
    """A Deployment is paused, so changes to it are not rolled out."""
    for item in facts.of_kind("Deployment"):
        if at(item.data, "spec", "paused") is True:
            yield Hit(
                item.about,
                "its rollout is paused, changes are not rolled out",
                ids(item),
                fixes=(Fix("Resume it.", kubectl(item.about.namespace, "rollout", "resume", target(item.about))),),
                severity=Severity.LOW if readiness(item.data).ready else None,
            )
