"""The rule `readiness-probe-failing`."""

from collections.abc import Iterator

from analysis.facts import Facts
from analysis.probes import probe_failures, probe_hit
from analysis.rule import Hit, rule
from steps.evidence import Severity


@rule("readiness-probe-failing", Severity.HIGH, "is not ready")
def readiness_probe_failing(facts: Facts) -> Iterator[Hit]:
    """A running container is kept out of service by its readiness probe."""
    for failure in probe_failures(facts, "readiness"):
        if not failure.container.ready:
            yield probe_hit(facts, failure, "readiness", "Until it succeeds the Pod gets no traffic.")
