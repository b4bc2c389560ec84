"""Checks about how the workload shows that it is well, and whether it runs steadily."""

from analysis.check import NOT_APPLICABLE, Result, Workload, check, every
from analysis.kubectl import kubectl
from steps.evidence import Fix, Severity


@check("readiness-probe", weight=4, severity=Severity.MEDIUM)
def readiness_probe(workload: Workload) -> Result:
    """Every container has a readiness probe, so that traffic waits until it can answer."""
    if not workload.serves:
        return NOT_APPLICABLE
    return every(
        workload,
        workload.containers,
        lambda item: not item.spec.get("readinessProbe"),
        good="readiness is probed",
        bad="has no readiness probe",
        fix="readinessProbe, for example httpGet with path / and the port it serves.",
    )


@check("liveness-probe", weight=2, severity=Severity.LOW)
def liveness_probe(workload: Workload) -> Result:
    """Every container has a liveness probe, so that one that hangs is restarted."""
    if not workload.serves:
        return NOT_APPLICABLE
    return every(
        workload,
        workload.containers,
        lambda item: not item.spec.get("livenessProbe"),
        good="liveness is probed",
        bad="has no liveness probe",
        fix="livenessProbe, cheaper than the readiness probe and with a longer period.",
    )


@check("steady", weight=8, severity=Severity.HIGH)
def steady(workload: Workload) -> Result:
    """No container has been restarted."""
    if not workload.facts.pods:
        return Result(None, "its Pods were not looked at")
    restarted = {view.name: view for view in workload.facts.containers if view.restarts > 0}
    if not restarted:
        return Result(passed=True, detail="no container has been restarted")
    name, view = next(iter(restarted.items()))
    again = f"{view.restarts} time{'s' if view.restarts > 1 else ''}"
    pod = view.pod.about
    look = kubectl(pod.namespace, "logs", pod.name, "-c", name, "--previous")
    return Result(passed=False, detail=f"container {name!r} was restarted {again}", fix=Fix("See why its last run ended.", look))
