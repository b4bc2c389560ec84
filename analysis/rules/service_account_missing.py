"""The rule `service-account-missing`."""

import re
from collections.abc import Iterator

from analysis.creation import refusals
from analysis.facts import Facts
from analysis.kubectl import kubectl
from analysis.pulls import shorten
from analysis.rule import Hit, rule
from analysis.work import edit
from steps.evidence import Fix, Severity

_MISSING = re.compile(r"serviceaccounts? \"([^\"]{1,253})\" not found", re.IGNORECASE)


@rule("service-account-missing", Severity.HIGH, "cannot start")
def service_account_missing(facts: Facts) -> Iterator[Hit]:
    """Pods are refused because their ServiceAccount does not exist."""
    for refusal in refusals(facts):
        if match := _MISSING.search(refusal.message):
            namespace = refusal.about.namespace
            yield Hit(
                refusal.about,
                f"its Pods cannot be created — ServiceAccount {match[1]!r} does not exist in namespace {namespace!r}",
                refusal.evidence,
                shorten(refusal.message),
                (
                    Fix("Create it.", kubectl(namespace, "create", "serviceaccount", match[1])),
                    Fix("Or correct serviceAccountName.", edit(facts)),
                ),
            )
