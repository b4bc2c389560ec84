"""The workload behind the evidence: whose template a person edits to fix what the rules found."""

from analysis.facts import WORKLOADS, Facts
from analysis.kubectl import kubectl, target
from steps.model.objects import ObjectRef

_PREFERRED = ("Deployment", "StatefulSet", "DaemonSet", "Job", "ReplicaSet", "Pod")


def workload(facts: Facts) -> ObjectRef:
    """The subject when it is a workload; else the highest owner that was read, else the subject."""
    if facts.subject.kind.kind in WORKLOADS:
        return facts.subject
    for kind in _PREFERRED:
        if found := facts.of_kind(kind):
            return found[0].about
    return facts.subject


def edit(facts: Facts) -> str:
    """The command that opens the workload's manifest."""
    owner = workload(facts)
    return kubectl(owner.namespace, "edit", target(owner))
