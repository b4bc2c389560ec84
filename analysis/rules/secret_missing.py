"""The rule `secret-missing`."""

from collections.abc import Iterator

from analysis.configuration import missing_configuration
from analysis.facts import Facts
from analysis.kubectl import kubectl
from analysis.pulls import shorten
from analysis.rule import Hit, rule
from analysis.work import edit
from steps.evidence import Fix, Severity


@rule("secret-missing", Severity.HIGH, "cannot start")
def secret_missing(facts: Facts) -> Iterator[Hit]:
    """A Pod names a Secret that does not exist in its namespace."""
    for missing in missing_configuration(facts):
        if missing.source == "Secret" and not missing.key:
            namespace = missing.pod.about.namespace
            yield Hit(
                missing.pod.about,
                f"Secret {missing.name!r} does not exist in namespace {namespace!r}, and {missing.asked_by} needs it",
                missing.evidence,
                shorten(missing.message),
                (
                    Fix("Create it.", kubectl(namespace, "create", "secret", "generic", missing.name, "--from-file=KEY=FILE")),
                    Fix("Or correct the name where it is asked for.", edit(facts)),
                ),
            )
