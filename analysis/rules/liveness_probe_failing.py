"""The rule `liveness-probe-failing`."""

from collections.abc import Iterator

from analysis.facts import Facts
from analysis.probes import probe_failures, probe_hit
from analysis.rule import CONSEQUENCES, Hit, rule
from steps.evidence import Severity


@rule("liveness-probe-failing", Severity.HIGH, "is restarted again and again", (*CONSEQUENCES, "crash-loop", "readiness-probe-failing"))
def liveness_probe_failing(facts: Facts) -> Iterator[Hit]:
    """A container is restarted because its liveness probe fails."""
    for failure in probe_failures(facts, "liveness"):
        if failure.container.restarts or not failure.container.ready:
            yield probe_hit(facts, failure, "liveness", "The kubelet restarts the container each time it fails.")
