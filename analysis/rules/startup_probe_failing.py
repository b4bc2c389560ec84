"""The rule `startup-probe-failing`."""

from collections.abc import Iterator

from analysis.facts import Facts
from analysis.probes import probe_failures, probe_hit
from analysis.rule import CONSEQUENCES, Hit, rule
from steps.evidence import Severity


@rule("startup-probe-failing", Severity.HIGH, "does not finish starting", (*CONSEQUENCES, "crash-loop", "readiness-probe-failing"))
def startup_probe_failing(facts: Facts) -> Iterator[Hit]:
    """A container does not get past its startup probe."""
    for failure in probe_failures(facts, "startup"):
        if not failure.container.ready:
            yield probe_hit(
                facts, failure, "startup", "Until it succeeds the other probes wait, and in the end the container is restarted."
            )
