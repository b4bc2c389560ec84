"""The rule `config-key-missing`."""

from collections.abc import Iterator

from analysis.configuration import missing_configuration
from analysis.facts import Facts
from analysis.kubectl import kubectl
from analysis.pulls import shorten
from analysis.rule import Hit, rule
from analysis.work import edit
from steps.evidence import Fix, Severity


@rule("config-key-missing", Severity.HIGH, "cannot start")
def config_key_missing(facts: Facts) -> Iterator[Hit]:
    """A ConfigMap or Secret exists, but not the key that a Pod asks for."""
    for missing in missing_configuration(facts):
        if missing.key:
            name = f"{missing.source} {missing.name!r}" if missing.name else f"the {missing.source}"
            look = ("describe", missing.source.lower(), *((missing.name,) if missing.name else ()))
            yield Hit(
                missing.pod.about,
                f"{name} has no key {missing.key!r}, and {missing.asked_by} needs it",
                missing.evidence,
                shorten(missing.message),
                (
                    Fix("See which keys it has, and add the missing one.", kubectl(missing.pod.about.namespace, *look)),
                    Fix("Or correct the key where it is asked for.", edit(facts)),
                ),
            )
