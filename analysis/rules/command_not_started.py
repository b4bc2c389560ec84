"""The rule `command-not-started`."""

from collections.abc import Iterator

from analysis.crashes import crashes
from analysis.facts import Facts
from analysis.pulls import shorten
from analysis.rule import CONSEQUENCES, Hit, rule
from analysis.work import edit
from steps.evidence import Fix, Severity


@rule("command-not-started", Severity.HIGH, "cannot start", (*CONSEQUENCES, "crash-loop"))
def command_not_started(facts: Facts) -> Iterator[Hit]:
    """The container runtime could not even start the command: not in the image, not executable, or a broken mount."""
    for crash in crashes(facts):
        if crash.never_started:
            view = crash.container
            yield Hit(
                view.pod.about,
                f"the command of container {view.name!r} cannot be started",
                crash.evidence,
                shorten(crash.message),
                (Fix(f"Correct `command` and `args` of container {view.name!r}, or use an image that has the command.", edit(facts)),),
            )
