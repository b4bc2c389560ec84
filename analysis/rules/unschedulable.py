"""The rule `unschedulable`."""

from collections.abc import Iterator
from typing import assert_never

from analysis.facts import Facts, ids
from analysis.kubectl import kubectl, target
from analysis.paths import condition, text
from analysis.predicates import Obstacle, Predicate, Verdict, parse
from analysis.pulls import shorten
from analysis.rule import Hit, rule
from analysis.work import edit, workload
from steps.evidence import Evidence, Fix, Severity


@rule("unschedulable", Severity.HIGH, "cannot be scheduled")
def unschedulable(facts: Facts) -> Iterator[Hit]:
    """No node takes a Pod; each of the scheduler's reasons is read, with the number of nodes it holds for."""
    for pod in facts.unscheduled():
        events = facts.events_about(pod, "FailedScheduling")
        message = _message(pod) or (events[-1].message if events else "")
        if message and (verdict := parse(message)):
            yield Hit(
                pod.about,
                _title(verdict),
                ids(pod, events),
                shorten(message),
                tuple(dict.fromkeys(_fix(facts, pod, item) for item in verdict.obstacles)),
            )


def _message(pod: Evidence) -> str:
    scheduled = condition(pod.data, "PodScheduled")
    return text(scheduled, "message") if text(scheduled, "status") == "False" else ""


def _title(verdict: Verdict) -> str:
    clauses = ", ".join(_clause(item) for item in verdict.obstacles) or "the scheduler gives no reason"
    return f"none of {verdict.nodes} nodes takes the Pod: {clauses}" if verdict.nodes else f"no node takes the Pod: {clauses}"


def _clause(item: Obstacle) -> str:
    where = f" on {item.nodes}" if item.nodes is not None else ""
    match item.predicate:
        case Predicate.CPU:
            return f"not enough cpu{where}"
        case Predicate.MEMORY:
            return f"not enough memory{where}"
        case Predicate.STORAGE:
            return f"not enough ephemeral storage{where}"
        case Predicate.DEVICE:
            return f"{item.words}{where}"
        case Predicate.PODS:
            return f"no room for more Pods{where}"
        case Predicate.TAINT:
            taint = item.words.partition("{")[2].partition("}")[0].strip().rstrip(":")
            return f"taint {taint!r} not tolerated{where}" if taint else f"a taint is not tolerated{where}"
        case Predicate.CORDONED:
            return f"cordoned{where}"
        case Predicate.VOLUME_ZONE:
            return f"its volume lives elsewhere{where}"
        case Predicate.CLAIM:
            return "a PersistentVolumeClaim is not bound"
        case Predicate.SPREAD:
            return f"topology spread forbids it{where}"
        case Predicate.POD_AFFINITY:
            return f"Pod (anti-)affinity forbids it{where}"
        case Predicate.NODE_AFFINITY:
            return f"node selector or affinity does not match{where}"
        case Predicate.PORTS:
            return f"its host port is taken{where}"
        case Predicate.OTHER:
            return f"{shorten(item.words, 80)}{where}"
        case _:
            assert_never(item.predicate)


def _fix(facts: Facts, pod: Evidence, item: Obstacle) -> Fix:
    owner = workload(facts)
    match item.predicate:
        case Predicate.CPU | Predicate.MEMORY | Predicate.STORAGE | Predicate.DEVICE:
            return Fix("Ask for less in resources.requests, or add nodes; see what is left on them.", "kubectl describe nodes")
        case Predicate.PODS:
            return Fix("Add nodes, or run fewer Pods.", "kubectl get pods -A -o wide")
        case Predicate.TAINT:
            return Fix("Add a toleration for the taint, or take it from the node.", edit(facts))
        case Predicate.CORDONED:
            return Fix("Let the node take Pods again, when its maintenance is over.", "kubectl uncordon NODE")
        case Predicate.CLAIM | Predicate.VOLUME_ZONE:
            return Fix("See why the claim is not bound, or where its volume lives.", kubectl(pod.about.namespace, "describe", "pvc"))
        case Predicate.SPREAD | Predicate.POD_AFFINITY | Predicate.PORTS:
            return Fix("Run fewer replicas, or relax the rule that keeps them apart.", kubectl(owner.namespace, "edit", target(owner)))
        case Predicate.NODE_AFFINITY:
            return Fix("Compare nodeSelector and affinity with the labels of the nodes.", "kubectl get nodes --show-labels")
        case Predicate.OTHER:
            return Fix("Read the scheduler's words.", kubectl(pod.about.namespace, "describe", "pod", pod.about.name))
        case _:
            assert_never(item.predicate)
