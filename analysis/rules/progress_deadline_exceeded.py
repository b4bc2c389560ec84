"""The rule `progress-deadline-exceeded`."""

from collections.abc import Iterator

from analysis.facts import Facts, ids
from analysis.kubectl import kubectl, target
from analysis.paths import condition, number, text
from analysis.rule import Hit, rule
from steps.evidence import Fix, Severity


@rule("progress-deadline-exceeded", Severity.MEDIUM, explains=("replicas-unavailable",))
def progress_deadline_exceeded(facts: Facts) -> Iterator[Hit]:
    """A Deployment's rollout made no progress within its deadline."""
    for item in facts.of_kind("Deployment"):
        progress = condition(item.data, "Progressing")
        if text(progress, "status") == "False" and text(progress, "reason") == "ProgressDeadlineExceeded":
            seconds = number(item.data, "spec", "progressDeadlineSeconds", default=600)
            yield Hit(
                item.about,
                f"its rollout has made no progress for {seconds} s (ProgressDeadlineExceeded)",
                ids(item),
                text(progress, "message"),
                (Fix("Go back to the last version that worked.", kubectl(item.about.namespace, "rollout", "undo", target(item.about))),),
            )
