"""The rule `pod-creation-refused`."""

import re
from collections.abc import Iterator

from analysis.creation import refusals
from analysis.facts import Facts
from analysis.pulls import shorten
from analysis.rule import Hit, rule
from analysis.work import edit
from steps.evidence import Fix, Severity

_SAID_ELSEWHERE = re.compile(r"exceeded quota|failed quota|serviceaccounts? \"[^\"]+\" not found", re.IGNORECASE)
_STANDARD = re.compile(r"violates PodSecurity \"?([a-z]+):", re.IGNORECASE)
_WEBHOOK = re.compile(r"admission webhook \"([^\"]{1,253})\" denied", re.IGNORECASE)


@rule("pod-creation-refused", Severity.HIGH, "cannot start")
def pod_creation_refused(facts: Facts) -> Iterator[Hit]:
    """The API server refuses the Pods: Pod security, an admission webhook, a limit range, or an invalid template."""
    for refusal in refusals(facts):
        if not _SAID_ELSEWHERE.search(refusal.message):
            yield Hit(
                refusal.about,
                f"its Pods cannot be created — {_why(refusal.message)}",
                refusal.evidence,
                shorten(refusal.message),
                (Fix("Change the Pod template so that it is accepted.", edit(facts)),),
                confidence=0.9,
            )


def _why(message: str) -> str:
    if match := _STANDARD.search(message):
        return f"they break the Pod security standard {match[1]!r} of the namespace"
    if match := _WEBHOOK.search(message):
        return f"admission webhook {match[1]!r} refuses them"
    return "the API server refuses them"
