"""Checks about surviving the loss of a Pod, a node, or a bad version."""

from analysis.check import NOT_APPLICABLE, Result, Workload, check
from analysis.kubectl import kubectl, target
from analysis.paths import at, text
from steps.evidence import Fix, Severity


@check("replicas", weight=3, severity=Severity.MEDIUM)
def replicas(workload: Workload) -> Result:
    """More than one replica runs, so that losing one is no outage."""
    if (wanted := workload.replicas) is None:
        return NOT_APPLICABLE
    if wanted > 1:
        return Result(passed=True, detail=f"{wanted} replicas are wanted")
    scale = kubectl(workload.ref.namespace, "scale", target(workload.ref), "--replicas=2")
    return Result(
        passed=False,
        detail=f"only {max(wanted, 0)} replica is wanted",
        fix=Fix("Set spec.replicas to 2 or more, if it can share its work.", scale),
    )


@check("gentle-rollout", weight=2, severity=Severity.LOW)
def gentle_rollout(workload: Workload) -> Result:
    """A new version replaces the old one step by step."""
    if workload.ref.kind.kind != "Deployment":
        return NOT_APPLICABLE
    abrupt = text(workload.item, "spec", "strategy", "type") == "Recreate"
    if not abrupt and at(workload.item, "spec", "strategy", "rollingUpdate", "maxUnavailable") != "100%":
        return Result(passed=True, detail="a new version replaces the old one step by step")
    return Result(
        passed=False,
        detail="a new version stops all of the old one first",
        fix=workload.change("Set spec.strategy.type: RollingUpdate with maxUnavailable 25%, if two versions may run together."),
    )
