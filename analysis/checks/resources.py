"""Checks about what containers ask for and may use."""

from analysis.check import Container, Result, Workload, check, every
from analysis.kubectl import kubectl, target
from analysis.paths import at
from steps.evidence import Fix, Severity


def _unset(kind: str, resource: str, container: Container) -> bool:
    return not at(container.spec, "resources", kind, resource) or at(container.spec, "resources", kind, resource) == "0"


def _with_command(workload: Workload, result: Result, flag: str) -> Result:
    """The same result, with a command that sets the resource where kubectl has one for the kind."""
    if result.passed or result.fix is None or workload.ref.kind.kind in {"Pod", "Job", "CronJob"}:
        return result
    return Result(
        result.passed, result.detail, Fix(result.fix.text, kubectl(workload.ref.namespace, "set", "resources", target(workload.ref), flag))
    )


@check("resource-requests", weight=4, severity=Severity.MEDIUM)
def resource_requests(workload: Workload) -> Result:
    """Every container requests cpu and memory, so that the scheduler can place it."""
    result = every(
        workload,
        workload.containers,
        lambda item: _unset("requests", "cpu", item) or _unset("requests", "memory", item),
        good="cpu and memory are requested",
        bad="requests no cpu or no memory",
        fix="resources.requests, for example cpu: 100m and memory: 128Mi.",
    )
    return _with_command(workload, result, "--requests=cpu=100m,memory=128Mi")


@check("memory-limit", weight=3, severity=Severity.MEDIUM)
def memory_limit(workload: Workload) -> Result:
    """Every container has a memory limit, so that a leak cannot take its node down."""
    result = every(
        workload,
        workload.containers,
        lambda item: _unset("limits", "memory", item),
        good="memory is limited",
        bad="has no memory limit",
        fix="resources.limits.memory, for example 256Mi.",
    )
    return _with_command(workload, result, "--limits=memory=256Mi")


@check("cpu-limit", weight=1, severity=Severity.INFO)
def cpu_limit(workload: Workload) -> Result:
    """Every container has a cpu limit; a matter of taste, so it costs little."""
    result = every(
        workload,
        workload.containers,
        lambda item: _unset("limits", "cpu", item),
        good="cpu is limited",
        bad="has no cpu limit",
        fix="resources.limits.cpu, for example 500m.",
    )
    return _with_command(workload, result, "--limits=cpu=500m")
