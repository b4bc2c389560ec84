"""The rule `replicas-unavailable`."""

from collections.abc import Iterator

from analysis.facts import Facts, ids
from analysis.kubectl import kubectl, target
from analysis.paths import condition, mappings, text
from analysis.readiness import State, readiness
from analysis.rule import Hit, rule
from steps.evidence import Fix, Severity


@rule("replicas-unavailable", Severity.MEDIUM, explains=())
def replicas_unavailable(facts: Facts) -> Iterator[Hit]:
    """The workload asked about has fewer available replicas than it wants; by itself this says nothing about why."""
    item = facts.subject_evidence
    if not item or item.about.kind.kind == "Pod":
        return
    now = readiness(item.data)
    if now.state is State.NOT_READY:
        yield Hit(
            item.about,
            now.detail,
            ids(item),
            "" if facts.pods else " ".join((_not_looked(facts), _said(item.data))).strip(),
            (
                Fix("See its rollout.", kubectl(item.about.namespace, "rollout", "status", target(item.about))),
                Fix("See its Pods and events.", kubectl(item.about.namespace, "describe", target(item.about))),
            ),
        )


def _not_looked(facts: Facts) -> str:
    images = ", ".join(repr(text(entry, "image")) for entry in mappings(facts.item, "spec", "template", "spec", "containers"))
    runs = f" It is to run {images}." if images else ""
    if facts.unread:
        return f"Not everything could be looked at: {'; '.join(facts.unread[:2])}.{runs}"
    if facts.looked_around:
        return f"No Pods were found.{runs}"
    return f"Its Pods, events and logs were not looked at, so the cause is not known.{runs}"


def _said(item: dict[str, object]) -> str:
    for kind in ("ReplicaFailure", "Progressing", "Available"):
        found = condition(item, kind)
        if message := text(found, "message"):
            return f"Its condition {kind} says: {message}"
    return ""
