"""The rule `quota-exceeded`."""

import re
from collections.abc import Iterator

from analysis.creation import refusals
from analysis.facts import Facts
from analysis.kubectl import kubectl
from analysis.pulls import shorten
from analysis.rule import Hit, rule
from steps.evidence import Fix, Severity

_QUOTA = re.compile(r"exceeded quota: ([^\s,]{1,253})(?:, requested: (.{1,300}?), used: (.{1,300}?), limited: (.{1,300}))?$", re.DOTALL)
_UNSET = re.compile(r"failed quota: ([^\s:]{1,253}): must specify (.{1,200})", re.DOTALL)


@rule("quota-exceeded", Severity.HIGH, "cannot start")
def quota_exceeded(facts: Facts) -> Iterator[Hit]:
    """Pods are refused by a ResourceQuota: it is used up, or wants requests and limits that the Pods do not state."""
    for refusal in refusals(facts):
        namespace, message = refusal.about.namespace, " ".join(refusal.message.split())
        if match := _QUOTA.search(message):
            numbers = f" (asked for {match[2]}, used {match[3]}, allowed {match[4]})" if match[2] else ""
            title = f"its Pods cannot be created — ResourceQuota {match[1]!r} is used up{numbers}"
            text = "Ask for less, free what is used, or raise the quota."
        elif match := _UNSET.search(message):
            title = f"its Pods cannot be created — ResourceQuota {match[1]!r} wants them to state {match[2]}"
            text = "State them in resources of every container."
        else:
            continue
        look = kubectl(namespace, "describe", "resourcequota", match[1])
        yield Hit(refusal.about, title, refusal.evidence, shorten(message), (Fix(text, look),))
